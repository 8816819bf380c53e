"""Static figures, one module for each chapter: drawn with Matplotlib, shown with their numbers as alternative text."""

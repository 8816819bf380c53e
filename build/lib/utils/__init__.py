"""Shared code of the softmax workbook: mathematics, checks, views, figures, and the builder of the chapters."""

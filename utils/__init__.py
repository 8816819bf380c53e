"""Shared code of the softmax workbook: reference mathematics, checks, views, figures, and the builder of the chapters."""

"""The exercises of all chapters, a package for each chapter and a module for each exercise."""

import importlib
import pkgutil


def all_exercises():
    """Yield every exercise, chapter by chapter, in the order in which a chapter sets them."""
    for chapter in sorted(info.name for info in pkgutil.iter_modules(__path__) if info.ispkg):
        yield from importlib.import_module(f"{__name__}.{chapter}").EXERCISES

"""The exercises of all chapters, one module for each chapter: ``ch01``, ``ch02`` and so on."""

import importlib
import pkgutil

from utils.checking import Exercise


def all_exercises():
    """Yield every exercise, chapter by chapter, in the order in which a chapter sets them."""
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__) if info.name.startswith("ch")):
        chapter = importlib.import_module(f"{__name__}.{module}")
        yield from [value for value in vars(chapter).values() if isinstance(value, Exercise)]

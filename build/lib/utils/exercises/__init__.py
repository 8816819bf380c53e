"""The exercises of all chapters, a package for each chapter and a module for each exercise."""

import importlib
import pkgutil


def chapters():
    """The names of the chapters that have exercises, in their order: ``"ch00"``, ``"ch01"`` and so on."""
    return sorted(info.name for info in pkgutil.iter_modules(__path__) if info.ispkg)


def exercises_of(chapter):
    """The exercises of a chapter, in the order in which it sets them."""
    return importlib.import_module(f"{__name__}.{chapter}").EXERCISES


def all_exercises():
    """Yield every exercise, chapter by chapter, in the order in which a chapter sets them."""
    for chapter in chapters():
        yield from exercises_of(chapter)


def solved(chapter):
    """What is solved and what is open of a chapter, for its end, with links.

    Args:
        chapter: the module with its exercises, such as ``ch01``.
    """
    from utils.views import chapter_board  # a check, which is all that many need, shows no board

    return chapter_board(_entries(chapter.__name__.rpartition(".")[2]))


def board():
    """What is solved and what is open in the whole course, with links."""
    from utils.exercises.places import place_of_chapter
    from utils.views import progress_board

    return progress_board([(place_of_chapter(chapter), _entries(chapter)) for chapter in chapters()])


def _entries(chapter):
    """Pairs of a place and whether the exercise there is solved."""
    from utils import progress
    from utils.exercises.places import places_of

    done, exercises = progress.solved(), exercises_of(chapter)
    return [
        (place, exercise.name in done) for place, exercise in zip(places_of(chapter, exercises), exercises, strict=True)
    ]

"""What a blank chapter does that its solution does not."""

from support.hygiene import code_cells, names_of
from utils.notebooks.format import has_tag

OF_THE_READER = ("exercise", "check", "sliders")  # tags of the cells in which a blank answer makes a difference
OF_THE_ANSWERS = (".try_yours(", "solved(", "board(")  # calls that look for one


def cells_of_its_own(notebook):
    """The cells of a blank chapter that do something else than in its solution, and the ones that these need.

    No other cell reads what an exercise defines (``answers_read_elsewhere`` in :mod:`support.hygiene` sees to that), so
    a cell that is the same in both notebooks has run when the solution has.

    Args:
        notebook: a blank chapter.

    Returns:
        The set of their ids.
    """
    wanted, needed = set(), set()
    for cell in reversed(code_cells(notebook)):
        reads, binds = names_of(cell)
        differs = any(has_tag(cell, tag) for tag in OF_THE_READER) or any(
            call in cell.source for call in OF_THE_ANSWERS
        )
        if differs or binds & needed or "set_environment" in reads:
            wanted.add(cell.id)
            needed |= reads
    return wanted

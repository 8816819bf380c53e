"""Chapters as they are handed out, as plain data and without nbformat, which takes a second to be imported.

:func:`utils.notebooks.build.build_chapter` makes the same cells, and looks at all rules besides.
"""

import json
from dataclasses import dataclass

from utils.notebooks.answers import source_hash
from utils.notebooks.stubs import make_stub


@dataclass(frozen=True)
class Cell:
    """A cell of a chapter.

    Attributes:
        id: its id.
        kind: ``"code"`` or ``"markdown"``.
        source: its text, of an exercise the stub.
        stub: the hash of the stub; empty where it is no exercise.
        solution: the cell of an exercise as it stands in the solution; empty where it is none.
    """

    id: str
    kind: str
    source: str
    stub: str = ""
    solution: str = ""


def cells_of(path):
    """The cells of the chapter that belongs to a solution notebook.

    Raises:
        NotebookError: the marked regions of an exercise break a rule.
    """
    found = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if "exercise" in cell["metadata"].get("tags", ()):
            stub, _ = make_stub(source)
            found.append(Cell(cell["id"], cell["cell_type"], stub, source_hash(stub), source))
        else:
            found.append(Cell(cell["id"], cell["cell_type"], source))
    return found

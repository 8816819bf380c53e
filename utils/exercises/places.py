"""Where the exercises of a chapter are: their numbers and titles, read from the headings of its notebook."""

import functools
import json
import re
from dataclasses import dataclass

from utils.files import ROOT

FOLDERS = (ROOT / "solutions", ROOT / "chapters")  # the source first: a reader may have changed a chapter
HEADING = re.compile(r"^### Exercise (\d+\.\d+) · (.+?)\s*$", re.MULTILINE)
TITLE = re.compile(r"^# +(?:\d+ · )?(.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """Where something is in the course.

    Attributes:
        number: of a chapter, ``"1"``, or of an exercise, ``"1.3"``.
        title: the words of its heading.
        link: a relative address, from one notebook to another; empty where the notebook was not found.
    """

    number: str
    title: str
    link: str


def plain(text):
    """The words of a line of Markdown, without its marks."""
    return re.sub(r"[`*]", "", text)


def place_of_chapter(chapter):
    """The place of a chapter, such as ``"ch01"``."""
    file, cells = _notebook(chapter)
    title = next((found[1] for _, _, source in cells if (found := TITLE.search(source))), chapter)
    return Place(str(int(chapter.removeprefix("ch"))), plain(title), file)


def places_of(chapter, exercises):
    """The places of the exercises of a chapter, in their order.

    An exercise has the heading that comes last before its cell. Where there is none, its question is its title. A link
    names the cell of the heading: JupyterLab does not find headings with other letters than those of ASCII.
    """
    file, cells = _notebook(chapter)
    found, heading = {}, None
    for kind, identity, source in cells:
        if kind == "markdown" and (headings := HEADING.findall(source)):
            number, title = headings[-1]
            heading = Place(number, plain(title), f"{file}#cell-id={identity}")
        elif heading is not None and kind == "code" and identity.startswith(f"{chapter}-"):
            found.setdefault(identity, heading)
            heading = None
    number = int(chapter.removeprefix("ch"))
    return tuple(
        found.get(f"{chapter}-{exercise.answer_name}")
        or Place(f"{number}.{position}", exercise.asks.removesuffix("."), file)
        for position, exercise in enumerate(exercises, start=1)
    )


def _notebook(chapter):
    """The name of a chapter's file, and its cells as triples of kind, id and source; nothing where it is missing."""
    for folder in FOLDERS:
        for path in sorted(folder.glob(f"{chapter.removeprefix('ch')}_*.ipynb")):
            try:
                return path.name, _cells(path, path.stat().st_mtime_ns)
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                continue
    return "", ()


@functools.lru_cache(maxsize=32)
def _cells(path, changed):
    """The cells of a file, read anew when it has changed."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return tuple((cell["cell_type"], cell.get("id", ""), "".join(cell["source"])) for cell in cells)

"""The progress board: which exercises are solved, and which one comes next. A table of HTML, without script."""

from dataclasses import dataclass
from html import escape

from utils.display import COLOURS


@dataclass(frozen=True)
class Board:
    """What the board shows.

    Attributes:
        chapters: for each chapter its number and its exercises, each a pair of a name and whether it is solved.
        upcoming: the name of the next exercise, or None where all are solved.
    """

    chapters: tuple
    upcoming: str | None

    @property
    def text(self):
        """The board in sentences."""
        sentences = [
            f"Chapter {number}: {sum(done for _, done in exercises)} of {len(exercises)} exercises solved."
            for number, exercises in self.chapters
        ]
        return " ".join([*sentences, self._closing()])

    def _closing(self):
        return f"Next: {self.upcoming}." if self.upcoming else "All exercises are solved."

    def _repr_mimebundle_(self, include=None, exclude=None):
        rows = "".join(self._row(number, exercises) for number, exercises in self.chapters)
        head = "<tr><th>Chapter</th><th>Exercises</th><th>Solved</th></tr>"
        closing = f"<p>{escape(self._closing())}</p>"
        table = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
        return {"text/html": table + closing, "text/plain": self.text}

    def _row(self, number, exercises):
        marks = " ".join(
            f'<span title="{escape(name)}" style="color:{COLOURS[2]}">✓</span>'
            if done
            else f'<span title="{escape(name)}">○</span>'
            for name, done in exercises
        )
        words = f"{sum(done for _, done in exercises)} of {len(exercises)}"
        return f'<tr><td>{number}</td><td style="text-align:left">{marks}</td><td>{words}</td></tr>'


def progress_board(names, solved):
    """The board over some exercises.

    Args:
        names: the names of all exercises, such as ``"ch01.softmax"``, in the order of the course.
        solved: the names of those that are solved; others in it are ignored.
    """
    chapters = {}
    for name in names:
        chapters.setdefault(int(name[2:4]), []).append((name, name in solved))
    upcoming = next((name for name in names if name not in solved), None)
    return Board(tuple((number, tuple(exercises)) for number, exercises in chapters.items()), upcoming)

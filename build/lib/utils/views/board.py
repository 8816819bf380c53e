"""The boards: which exercises are solved, and which one comes next. Tables of HTML, without script."""

from dataclasses import dataclass
from html import escape

from utils.display import COLOURS

DONE = f'<span aria-hidden="true" style="color:{COLOURS[2]}">✓</span>'
OPEN = '<span aria-hidden="true">○</span>'
LEFT = ' style="text-align:left"'
PRAISE = "All of it is your own work, and it holds. Well done."


@dataclass(frozen=True)
class ChapterBoard:
    """What is solved and what is open of one chapter.

    Attributes:
        entries: for each exercise its place, with ``number``, ``title`` and ``link``, and whether it is solved.
    """

    entries: tuple

    @property
    def text(self):
        """The board in sentences."""
        open_ones = "; ".join(_named(place) for place, done in self.entries if not done)
        return self._closing() + (f" Open: {open_ones}." if open_ones else "")

    def _closing(self):
        counted = f"Solved in this chapter: {_count(self.entries)}."
        return f"{counted} {PRAISE}" if all(done for _, done in self.entries) else counted

    def _repr_mimebundle_(self, include=None, exclude=None):
        rows = "".join(
            f"<tr><td>{DONE if done else OPEN}</td><td{LEFT}>{_linked(place, _named(place))}</td>"
            f"<td{LEFT}>{'solved' if done else 'open'}</td></tr>"
            for place, done in self.entries
        )
        table = f"<table><tbody>{rows}</tbody></table>"
        return {"text/html": f"{table}<p>{self._closing()}</p>", "text/plain": self.text}


@dataclass(frozen=True)
class ProgressBoard:
    """What is solved and what is open in the whole course.

    Attributes:
        chapters: for each chapter its place and its entries, as those of :class:`ChapterBoard`.
    """

    chapters: tuple

    @property
    def upcoming(self):
        """The place of the first exercise that is open, or None."""
        return next((place for _, entries in self.chapters for place, done in entries if not done), None)

    @property
    def text(self):
        """The board in sentences."""
        sentences = [
            f"Chapter {chapter.number}, {chapter.title}: {_count(entries)} solved."
            for chapter, entries in self.chapters
        ]
        return " ".join([*sentences, self._closing(_named)])

    def _closing(self, show):
        if self.upcoming is None:
            return f"Every exercise of the course is solved. {PRAISE}"
        return f"Next: exercise {show(self.upcoming)}."

    def _repr_mimebundle_(self, include=None, exclude=None):
        head = "<tr><th>Chapter</th><th>Exercises</th><th>Solved</th><th>Next</th></tr>"
        rows = "".join(self._row(chapter, entries) for chapter, entries in self.chapters)
        closing = self._closing(lambda place: _linked(place, _named(place)))
        table = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
        return {"text/html": f"{table}<p>{closing}</p>", "text/plain": self.text}

    def _row(self, chapter, entries):
        marks = " ".join(_mark(place, done) for place, done in entries)
        upcoming = next((_linked(place, _named(place)) for place, done in entries if not done), "")
        title = _linked(chapter, f"{chapter.number} · {chapter.title}")
        return (
            f"<tr><td{LEFT}>{title}</td><td{LEFT}>{marks}</td><td>{_count(entries)}</td><td{LEFT}>{upcoming}</td></tr>"
        )


def _count(entries):
    return f"{sum(done for _, done in entries)} of {len(entries)}"


def _named(place):
    return f"{place.number} · {place.title}"


def _linked(place, words):
    words = escape(words)
    return f'<a href="{escape(place.link)}">{words}</a>' if place.link else words


def _mark(place, done):
    title = escape(f"{_named(place)}: {'solved' if done else 'open'}")
    return f'<span role="img" aria-label="{title}" title="{title}">{DONE if done else OPEN}</span>'


def chapter_board(entries):
    """The board of one chapter, for its end.

    Args:
        entries: pairs of a place, with ``number``, ``title`` and ``link``, and whether the exercise there is solved.
    """
    return ChapterBoard(tuple(entries))


def progress_board(chapters):
    """The board over the whole course.

    Args:
        chapters: pairs of the place of a chapter and its entries, as those of :func:`chapter_board`.
    """
    return ProgressBoard(tuple((chapter, tuple(entries)) for chapter, entries in chapters))

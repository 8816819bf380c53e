"""What a reader sees of a check: short texts that show themselves in a notebook, as text and as HTML."""

import re
from dataclasses import dataclass
from html import escape

from utils.display import COLOURS, QUIET


@dataclass(frozen=True)
class Note:
    """A short text that shows itself in a notebook.

    Attributes:
        heading: its first words, shown in bold.
        text: what it says; text between backticks is code, a word between asterisks is stressed.
        code: lines of code below the text.
        colour: of the rule at its left side.
        hints: folded below the text, each inside the fold of the one before.
    """

    heading: str
    text: str
    code: str = ""
    colour: str = COLOURS[0]
    hints: tuple[str, ...] = ()

    def __repr__(self):
        # As in HTML, asterisks stress a word only outside of code: there they are signs of Python.
        parts = f"{self.heading} {self.text}".split("`")
        parts[::2] = [words.replace("*", "") for words in parts[::2]]
        return "`".join(parts) + (f"\n\n{self.code}" if self.code else "")

    def _repr_html_(self):
        code = f"<pre>{escape(self.code, quote=False)}</pre>" if self.code else ""
        folded = ""
        for number, hint in reversed(list(enumerate(self.hints, start=1))):
            summary = "A hint" if number == 1 else "One more hint"
            folded = f"<details><summary>{summary}</summary><p>{marked_up(hint)}</p>{folded}</details>"
        style = f"border-left: 4px solid {self.colour}; padding: 0.1em 1em; max-width: 46em"
        heading = f"<strong>{marked_up(self.heading)}</strong>"
        return (
            f'<div role="status" style="{style}"><p style="margin: 0.3em 0">{heading} {marked_up(self.text)}</p>'
            f"{code}{folded}</div>"
        )


def marked_up(text):
    """A text as HTML: what stands between backticks is code, a word between asterisks is stressed."""
    parts = escape(text, quote=False).split("`")
    parts[::2] = [re.sub(r"\*(\w[^*]*)\*", r"<em>\1</em>", words) for words in parts[::2]]
    parts[1::2] = [f"<code>{words}</code>" for words in parts[1::2]]
    return "".join(parts)


STATUS = {
    "correct": ("Correct", COLOURS[2]),
    "incorrect": ("Not yet", COLOURS[5]),
    "not attempted": ("Not attempted yet", QUIET),
}


@dataclass(frozen=True, repr=False)
class Verdict:
    """What a check found. It shows itself in a notebook, as text and as HTML.

    Attributes:
        status: ``"correct"``, ``"incorrect"`` or ``"not attempted"``.
        message: what the reader is told.
        mistake: the name of the recognised mistake, or None.
        is_certain: whether the mistake was recognised on every probe, and not on one alone.
        hints: what helps on, folded below a verdict that is not correct.
    """

    status: str
    message: str
    mistake: str | None = None
    is_certain: bool = True
    hints: tuple[str, ...] = ()

    def __repr__(self):
        return repr(self._note())

    def _repr_html_(self):
        return self._note()._repr_html_()

    def _note(self):
        heading, colour = STATUS[self.status]
        if self.mistake is not None:
            heading += f": *{self.mistake}*" if self.is_certain else f": this looks like *{self.mistake}*"
        return Note(f"{heading}.", self.message, colour=colour, hints=self.hints)

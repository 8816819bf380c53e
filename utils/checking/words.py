"""Values and failures in the words of a message."""

import textwrap

import numpy as np

from utils import reference
from utils.checking.time_limit import TimeLimitExceeded, run_guarded
from utils.checking.values import kind, without_gradients

SHOWN_WHOLE = 16  # entries; a larger array is told by its shape
DIGITS = (4, 7, 10, 17)  # how many a number is written with, the fewest that will do
# Where the modules of the first edition went, whose names stood in its notebooks.
MOVED = {
    "attention": "reference",
    "backends": "frameworks",
    "calculus": "reference",
    "calibration": "reference",
    "exchange": "frameworks",
    "gradients": "reference",
    "installation": "versions",
    "losses": "reference",
    "networks": "reference",
    "projection": "reference",
    "sampling": "reference",
    "sigmoid": "reference",
    "streaming": "reference",
    "winning": "reference",
}


class Words(str):
    """Words that stand in the place of a value and are shown without quotation marks."""

    __repr__ = str.__str__


def fold(text):
    """A text with single blanks in the place of line ends and indentation."""
    return " ".join(text.split())


def paragraphs(text):
    """The paragraphs of a text, folded; blank lines stand between them."""
    blocks = textwrap.dedent(text).strip().split("\n\n")
    return tuple(fold(block) for block in blocks if block.strip())


def show(value, digits=DIGITS[0]):
    """A value as a reader would write it: some significant digits or a whole number, large arrays by their shape."""
    if isinstance(value, np.ndarray) or hasattr(value, "__array__"):
        try:
            array = np.asarray(without_gradients(value))
        except Exception:
            return kind(value)
        if array.size > SHOWN_WHOLE:
            return f"an array of the shape {array.shape}"
        value = array.tolist()
    if isinstance(value, (list, tuple)):
        inside = ", ".join(show(part, digits) for part in value)
        if isinstance(value, list):
            return f"[{inside}]"
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, float):
        is_whole = value.is_integer() and abs(value) < 1e9
        return f"{value + 0.0:.0f}" if is_whole else f"{value:.{digits}g}"  # −0 is written as 0
    if isinstance(value, dict) and any(isinstance(part, np.ndarray) for part in value.values()):
        # What was seen of a model or a training, by name; more digits than usual help nobody there.
        parts = (f"{key} {part if isinstance(part, str) else show(np.round(part, 4))}" for key, part in value.items())
        return textwrap.shorten(", ".join(parts), 120, placeholder=" …")
    try:
        return textwrap.shorten(repr(value), 120, placeholder=" …")
    except Exception:
        return kind(value)


def in_all_digits(value):
    """A value as :func:`show` writes it, once for each of :data:`DIGITS`."""
    return tuple(show(value, digits) for digits in DIGITS)


def beside(texts, expected):
    """Of the texts of a value, see :func:`in_all_digits`, the first that can be told from the expected value."""
    for text, digits in zip(texts, DIGITS, strict=True):
        if text != show(expected, digits):
            break
    return text


def in_code(inputs):
    """Inputs as they would stand between the brackets of a call; a large array is told by its shape."""
    if any(np.size(value) > SHOWN_WHOLE for value in inputs if isinstance(value, np.ndarray)):
        return ", ".join(show(v) if np.size(v) > SHOWN_WHOLE else f"`{show(v)}`" for v in inputs)
    return f"`{', '.join(map(_show_input, inputs))}`"


def _show_input(value):
    """A value as :func:`show` writes it; a number close to a whole one, such as 1 - 1e-9, is not written as that."""
    if not isinstance(value, (float, np.ndarray)):
        return show(value)
    numbers = [number for number in np.ravel(value).tolist() if isinstance(number, float) and not number.is_integer()]
    digits = (digits for digits in DIGITS if not any(float(show(number, digits)).is_integer() for number in numbers))
    return show(value, next(digits, DIGITS[0]))


def error_words(error, seconds=None):
    """What an answer did in place of returning, in words.

    Args:
        error: what it raised.
        seconds: its time limit, for an answer that did not end.
    """
    if isinstance(error, TimeLimitExceeded):
        return f"did not end within {seconds:g} seconds"
    # An exception of the reader's may do anything when it is put into words.
    text = run_guarded(lambda: textwrap.shorten(str(error), 200, placeholder=" …").rstrip("."), 0.2).value or ""
    words = f"raised {type(error).__name__}" + (f": {text}" if text else "")
    return words + (_new_name(error.name) if isinstance(error, NameError) else "")


def _new_name(name):
    """Half a sentence for a name that the import cells of an earlier edition gave, or nothing."""
    new = MOVED.get(name) or (f"reference.{name}" if name in reference.__all__ else None)
    return f" (that name is `{new}` now)" if new else ""

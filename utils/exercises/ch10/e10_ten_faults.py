"""Exercise 10.10: the fault in each of ten broken pieces of code, from all chapters of the course."""

import re
from collections import OrderedDict
from collections.abc import Mapping

import numpy as np

from utils.checking import Bank, Exercise, paragraphs

# The pieces and the names

RIGHT = {
    "A": "one-hot encoded twice",
    "B": "no keepdims",
    "C": "epsilon in the log",
    "D": "zeros counted as right",
    "E": "diagonal only",
    "F": "a mask of zeros",
    "G": "double softmax",
    "H": "bias without axis",
    "I": "rows and columns exchanged",
    "J": "gradients never cleared",
}
ALSO_OFFERED = ("a learning rate too large", "masked after the softmax", "no shift", "sum over the whole batch")
NAMES = tuple(sorted((*RIGHT.values(), *ALSO_OFFERED)))


# How answers are looked at


def in_one_form(answer):
    """An answer as a dict from each piece to one of the names, in any spelling; ``""`` for a piece that is open.

    It may be a dict, with or without all of the pieces, pairs of both, or ten names in order; anything else stays as it
    is.
    """
    if isinstance(answer, (list, tuple)) and answer and all(isinstance(pair, tuple) for pair in answer):
        answer = dict(answer)
    if isinstance(answer, (list, tuple, np.ndarray)) and len(answer) == len(RIGHT):
        answer = dict(zip(RIGHT, answer, strict=True))
    if not isinstance(answer, Mapping):
        return answer
    given = {str(piece).strip().upper(): name for piece, name in answer.items()}
    if not set(given) <= set(RIGHT):
        return answer
    return {piece: _in_its_spelling(given.get(piece)) for piece in RIGHT}


def _in_its_spelling(name):
    if name is None or name is ...:
        return ""
    letters = {_letters(known): known for known in NAMES}
    return letters.get(_letters(str(name)), str(name).strip())


def _letters(name):
    return re.sub("[^a-z]", "", name.lower())


def right_so_far(value):
    """The pieces that are named rightly, in words."""
    found = [piece for piece, name in RIGHT.items() if value[piece] == name]
    if not found:
        return "none"
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"


# Right answers

mistakes = Bank()

ten_faults = Exercise(
    name="ch10.ten_faults",
    asks="The fault in each of ten broken pieces of code, from all chapters of the course.",
    reference=RIGHT,
    observe=in_one_form,
    expects=lambda: "a dict from the letters A to J to names of the list",
    hints=paragraphs("""
        Begin with the number that is printed, and ask what would make it so large, so small, or so even. Then look for
        the line that does that.

        Change one thing in a piece and run it again: another shape, another step, one line left out. A fault that you
        can switch off is found.

        Four names are on the list for nothing. For each name ask what its piece would print: inf or nan, a loss with an
        upper or a lower limit, rows that do not sum to 1.
    """),
    alternatives=(
        dict(reversed(list(RIGHT.items()))),
        OrderedDict(RIGHT),
        list(RIGHT.values()),
        tuple(RIGHT.items()),
        {piece.lower(): name.upper().replace(" ", "_") for piece, name in RIGHT.items()},
        {piece: np.str_(f" {name.replace('-', ' ')} ") for piece, name in RIGHT.items()},
    ),
    bank=mistakes,
    remark="Ten faults, none of them with an error message. You have learned to look at what is printed.",
)


# Mistakes


def _named(**changed):
    return RIGHT | changed


def _says(*pairs):
    """A predicate: one of these pieces has one of these names."""

    def recognise(seen):
        return any(seen.results[0].value[piece] == name for piece, name in pairs)

    return recognise


def _confused(name, explanation, *pairs):
    """A mistake: one of these pieces has this wrong name."""
    samples = [_named(**{piece: other}) for piece, other in pairs]
    mistakes.add(name, explanation, *samples, describe=right_so_far, recognise=_says(*pairs))


mistakes.add(
    "a name that is not on the list",
    """
    At least one of your names is none of the fourteen. Capitals, hyphens and blanks do not matter, the words do. Copy
    the name from the list, with quotation marks around it; a piece that you have not looked at yet may be left out.
    Right so far: {output}. Which of your names is spelled in another way?
    """,
    _named(G="softmax twice"),
    _named(B="wrong axis", A=""),
    describe=right_so_far,
    recognise=lambda seen: not set(seen.results[0].value.values()) <= {*NAMES, ""},
)

_confused(
    "a floor taken for a ceiling",
    """
    Two faults of the list put a limit on a loss, from two sides: with one of them it cannot become as *large* as it
    should, with the other it cannot become as *small*. You have given one of the two names where the loss stops at the
    other end. Right so far: {output}. Look at what should have been printed, and compare: is the number that came too
    large or too small?
    """,
    ("G", "epsilon in the log"),
    ("C", "double softmax"),
)

_confused(
    "large numbers are suspected",
    """
    You suspect a missing shift. Without one, a power of e overflows beyond 709 or all powers of a row vanish, and what
    is printed is inf or nan. Is any number of that piece so large, and did inf or nan come out? A finite number that is
    wrong by a little, or that stops at a limit, has another cause. Right so far: {output}. What happens in the piece
    when all logits are divided by ten?
    """,
    *((piece, "no shift") for piece in RIGHT),
)

_confused(
    "the whole batch is suspected",
    """
    You suspect one sum over the whole batch. Then all rows *together* would sum to 1, and each of them to much less.
    Compare that with what is printed. The sum of that piece has an axis, and its direction is right; look at the shape
    that comes out, and at how NumPy lines it up with a square table. Right so far: {output}. Which axis does a vector
    of three numbers meet?
    """,
    *((piece, "sum over the whole batch") for piece in RIGHT),
)

_confused(
    "the step is suspected",
    """
    You suspect the learning rate. There is a test for that: divide it by ten and take ten times as many steps. A step
    that was too long would then settle. Does this piece, or does it do the same as before, only more slowly? Right so
    far: {output}. Follow the gradient itself through two rounds of the loop with a pencil. From what is it made in the
    second one?
    """,
    *((piece, "a learning rate too large") for piece in RIGHT),
)

_confused(
    "the place of the mask",
    """
    You say that the mask comes after the softmax. Such weights have their zeros in the right places, and what is
    missing is the rest: the row no longer sums to 1. Look at the order of the two operations in the piece. Right so
    far: {output}. If the mask comes first, which weight does a banned key get, and what would have to be in its place?
    """,
    *((piece, "masked after the softmax") for piece in RIGHT),
)

_confused(
    "two lost axes exchanged",
    """
    Two names of the list are about the axis of a sum. With one of them an axis disappears that a later division needs,
    so rows meet columns. With the other one the sum has no axis at all, and all classes get one and the same number.
    You have given one of them to the piece of the other. Right so far: {output}. How many numbers come out of the sum
    in that piece?
    """,
    ("B", "bias without axis"),
    ("H", "no keepdims"),
)

_confused(
    "two measures exchanged",
    """
    Two pieces print a share of right answers that is too good, for two reasons. In one of them most entries of the
    table cost nothing to get right. In the other one the right counts are divided by the wrong
    total. You have given one of the names to the other piece. Right so far: {output}. What is counted in the piece, and
    by what is it divided?
    """,
    ("D", "rows and columns exchanged"),
    ("I", "zeros counted as right"),
)

_confused(
    "two things done twice exchanged",
    """
    Two faults of the list do something twice: one with the labels, the other one with the outputs. The first makes a
    table of labels where a row was wanted, and the loss adds up too many terms. The second squeezes the outputs into
    the range from 0 to 1 before the loss sees them. You have exchanged them. Right so far: {output}. On which line of
    the piece does something happen that had been done already?
    """,
    ("A", "double softmax"),
    ("G", "one-hot encoded twice"),
)

_confused(
    "two loops exchanged",
    """
    Two pieces train, and both end in the wrong place. One of them does not move at all: its gradient is always about 0.
    The other one moves too much: it swings about the target and does not settle. You have given one of the names to the
    other piece. Right so far: {output}. Print the gradient of the first two rounds. Does it vanish, or does it grow?
    """,
    ("H", "gradients never cleared"),
    ("J", "bias without axis"),
)

mistakes.add(
    "one name for two pieces",
    """
    You have given the same name to two pieces or more. Each of the ten has a fault of its own, and four names of the
    list belong to none of them, so at least one of your pieces is something else. Right so far: {output}. Put the two
    pieces side by side and the printed numbers beside them. What would have to be equal if the fault were the same?
    """,
    _named(E="double softmax"),
    _named(A="no keepdims", J=""),
    describe=right_so_far,
    recognise=lambda seen: _has_a_name_twice(list(filter(None, seen.results[0].value.values()))),
)


def _has_a_name_twice(names):
    return len(set(names)) < len(names)


mistakes.add(
    "some pieces are open",
    """
    Not every piece has a name yet. Right so far: {output}. Take the next one whose printed number surprises you, say
    what it should have been, and look for the line that makes the difference. It is a good plan to change one line of
    the piece and to run it again. The names that are left over in the end are on the list for nothing. Which piece do
    you begin with?
    """,
    _named(J=""),
    dict.fromkeys(RIGHT, ""),
    {piece: name if piece in "ACE" else "" for piece, name in RIGHT.items()},
    describe=right_so_far,
    recognise=lambda seen: "" in seen.results[0].value.values(),
)

mistakes.add(
    "some are still wrong",
    """
    Every piece has a name, and some of the names belong elsewhere. Right so far: {output}. For each of the others ask
    what its printed number would be if your name were right: inf or nan, a row that does not sum to 1, a loss that
    stops at a limit, a parameter that does not move. Where number and name do not fit, the fault is another one. Which
    of your names explains its number least?
    """,
    _named(E="rows and columns exchanged", I="diagonal only"),
    _named(F="zeros counted as right", D="a mask of zeros"),
    dict(zip(RIGHT, [*list(RIGHT.values())[3:], *list(RIGHT.values())[:3]], strict=True)),
    describe=right_so_far,
    recognise=lambda seen: seen.results[0].value is not None,
)

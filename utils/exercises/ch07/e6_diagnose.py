"""Exercise 7.6: which activation and which flag produced each of the four training logs."""

import re
from collections import OrderedDict
from collections.abc import Mapping

import numpy as np

from utils.checking import Bank, Exercise, paragraphs

# The domain


def diagnose_in_words():
    """What is expected, in words."""
    return """
    one of `softmax, False`, `softmax, True`, `linear, False` and `linear, True` for each of the logs A, B, C and D
    """


# How answers are looked at


def in_one_form(answer):
    """An answer in any spelling as a dict from A, B, C and D to such words as ``"softmax, True"``.

    It may be a dict, a list in the order of the logs, pairs, or lines; what cannot be read as that stays as it is.
    """
    if isinstance(answer, Mapping):
        pairs = list(answer.items())
    elif isinstance(answer, (str, list, tuple, np.ndarray)):
        parts = re.split(r"[\n;]", answer.strip("\n; ")) if isinstance(answer, str) else answer
        pairs = list(map(_letter_and_words, parts))
        if all(letter is None for letter, _ in pairs):  # in the order of the logs
            pairs = list(zip(LOGS, parts, strict=False)) if len(parts) == len(LOGS) else []
    else:
        return answer
    read = {_letter(key): _combination(value) for key, value in pairs}
    is_whole = len(pairs) == len(LOGS) and set(read) == set(LOGS) and all(read.values())
    return read if is_whole else answer


def _letter_and_words(part):
    """The two halves of ``("A", "softmax, True")`` and of ``"A: softmax, True"``; None in the place of a missing
    letter.
    """
    if isinstance(part, str):
        found = re.fullmatch(r"\s*((?:log\s*)?[a-d])\b\W*(.+)", part, re.IGNORECASE)
        return (found[1], found[2]) if found else (None, part)
    if isinstance(part, (list, tuple, np.ndarray)) and len(part) == 2 and _letter(part[0]):
        return tuple(part)
    return None, part


def _letter(key):
    """A, B, C or D from the name of a log, such as ``"log a"``, or None."""
    found = re.fullmatch(r"(?:log\s*)?([a-d])", str(key).strip().lower())
    return found and found[1].upper()


def _combination(value):
    """The words for one log from a string, a pair or a dict, or None."""
    if isinstance(value, Mapping):
        value = list(value.values())
    words = str(value).lower()
    activation = re.findall("softmax|linear", words)
    flag = re.findall("true|false", words)
    return f"{activation[0]}, {flag[0].title()}" if len(activation) == len(flag) == 1 else None


# Right answers

LOGS = ("A", "B", "C", "D")
RIGHT = dict(zip(LOGS, ("softmax, True", "linear, False", "linear, True", "softmax, True"), strict=True))

mistakes = Bank()

diagnose = Exercise(
    name="ch07.diagnose",
    asks="Which activation and which flag produced each of the four training logs.",
    reference=RIGHT,
    observe=in_one_form,
    expects=diagnose_in_words,
    hints=paragraphs("""
        Begin with the range of the outputs: which of the two activations can give a negative number, or one above 1?

        Then compare the two losses of each log. The loss of the training and the loss computed from predictions are the
        same when output and flag fit.

        A loss that cannot fall below 0.74 beside an accuracy near 1 has a name. On which backend does the training show
        it, and on which one only the predictions?
    """),
    alternatives=(
        dict(reversed(list(RIGHT.items()))),
        OrderedDict(RIGHT),
        {key: np.str_(value) for key, value in RIGHT.items()},
        {key: ", ".join(("linear" if key in "BC" else "softmax", str(key != "B"))) for key in LOGS},
        [("softmax", True), ("linear", False), ("linear", True), ("softmax", True)],
        tuple(RIGHT.values()),
        list(RIGHT.items()),
        {key.lower(): value.replace(", ", ",").upper() for key, value in RIGHT.items()},
        "A: softmax, True\nB: linear, False\nC: linear, True\nD: softmax, True",
        {
            key: {"activation": value.split(", ")[0], "from_logits": value.endswith("True")}
            for key, value in RIGHT.items()
        },
    ),
    bank=mistakes,
    remark="Range first, then the two losses, the accuracy last: it is the one that hides most.",
)


# Mistakes


def _diagnosis(**changed):
    return RIGHT | changed


def _wrong(seen):
    """The logs whose activation is wrong, and those whose flag is; None where the answer could not be read."""
    value = seen.results[0].value
    if value is None or _has_another_name(seen):
        return None
    both = {log: (value[log].split(", "), RIGHT[log].split(", ")) for log in LOGS}
    return tuple("".join(log for log in LOGS if both[log][0][part] != both[log][1][part]) for part in (0, 1))


def _where(condition):
    """A predicate of the letters of the logs with a wrong activation, and of those with a wrong flag."""

    def recognise(seen):
        wrong = _wrong(seen)
        return wrong is not None and condition(*wrong)

    return recognise


def _has_another_name(seen):
    """Whether some log has an answer that is none of the four."""
    value = seen.results[0].value
    return value is not None and any(_combination(value[log]) is None for log in LOGS)


mistakes.add(
    "none of the four names",
    """
    At least one of your logs has an answer that is none of the four names. Each name has two parts, the output and the
    flag: `softmax` or `linear`, a comma, and `True` or `False`. An output alone leaves open whether it fits its loss,
    which is what the log is about; and a word with a letter missing means nothing. Capital letters and blanks do not
    matter. Which of your four entries lacks a part, or has a word that the text does not offer?
    """,
    _diagnosis(A="sofmax, True"),
    {log: name.split(", ")[0] for log, name in RIGHT.items()},
    {log: name.split(", ")[1] for log, name in RIGHT.items()},
    recognise=_has_another_name,
)

mistakes.add(
    "range and activation mixed up",
    """
    In at least one log you named a linear output where all outputs lie between 0 and 1, or a softmax where they do
    not. A softmax cannot give a negative number, nor one above 1, and four linear outputs stay within 0 and 1 only
    by accident. The range is the surest line of a log, because no loss and no backend can change it. What does it
    say about each letter?
    """,
    _diagnosis(A="linear, True", C="softmax, True"),
    _diagnosis(A="linear, False", B="softmax, True"),
    _diagnosis(D="linear, True"),
    _diagnosis(A="linear, False"),
    _diagnosis(B="softmax, True"),
    _diagnosis(B="softmax, False"),
    _diagnosis(C="softmax, False"),
    _diagnosis(C="softmax, True"),
    _diagnosis(D="linear, False"),
    _diagnosis(A="linear, True"),
    recognise=_where(lambda activations, flags: activations != ""),
)

mistakes.add(
    "the flag read backwards",
    """
    You took `from_logits=True` to mean that the numbers come from a softmax. It says the opposite: the outputs are
    logits, and the softmax is still to come, inside the loss. Read each log again with this in mind: a log that
    fits has outputs with both signs and True, or outputs between 0 and 1 and False. Which logs change their names?
    """,
    _diagnosis(**{log: f"{value.split(',')[0]}, {'True' not in value}" for log, value in RIGHT.items()}),
    recognise=_where(lambda activations, flags: flags == "ABCD"),
)

mistakes.add(
    "a training loss is believed",
    """
    For log D you trusted the loss of the training, which is small. Look at the line below it: the loss that was
    computed from predictions of the same model on the same points is several times as large. Output and loss fit in the
    training only because this backend looks for the logits of the softmax. Once the predictions are plain numbers, the
    mistake shows. Which flag makes a loss misread good probabilities?
    """,
    _diagnosis(D="softmax, False"),
    _diagnosis(D="softmax, False", B="linear, True"),
    recognise=_where(lambda activations, flags: "D" in flags and "A" not in flags),
)

mistakes.add(
    "a good accuracy is believed",
    """
    For log A you went by the accuracy, which is excellent. A double softmax keeps the order of the classes, so the
    accuracy cannot show it. The loss can: with probabilities in the place of logits it cannot go below the floor of
    0.7437 that four classes have, and it ends a little above. How would the loss end if outputs and flag fitted?
    """,
    _diagnosis(A="softmax, False"),
    _diagnosis(A="softmax, False", D="softmax, False"),
    _diagnosis(A="softmax, False", C="linear, False"),
    recognise=_where(lambda activations, flags: "A" in flags),
)

mistakes.add(
    "the linear logs exchanged",
    """
    Logs B and C both have outputs with both signs, and you exchanged their flags, or gave both the same. With the wrong
    flag the loss cuts off every logit that is negative or above 1 and cannot see beyond, so a large part of the points
    ends in the wrong class. With the right one nothing is cut off. Which of the two logs has the better accuracy, and
    which the smaller loss?
    """,
    _diagnosis(B="linear, True", C="linear, False"),
    _diagnosis(B="linear, True"),
    _diagnosis(C="linear, False"),
    recognise=_where(lambda activations, flags: flags != ""),
)

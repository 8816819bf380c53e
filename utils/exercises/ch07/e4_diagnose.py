"""Exercise 7.4: which activation and which flag produced each of the four training logs."""

from collections import OrderedDict

import numpy as np

from utils.checking import Bank, Exercise, paragraphs

# The domain


def diagnose_in_words():
    """What is expected, in words."""
    return """
    a dict with the keys "A" to "D", and one of "softmax, False", "softmax, True", "linear, False" and "linear,
    True" for each,
    """


# Right answers

LOGS = ("A", "B", "C", "D")
RIGHT = dict(zip(LOGS, ("softmax, True", "linear, False", "linear, True", "softmax, True"), strict=True))

mistakes = Bank()

diagnose = Exercise(
    name="ch07.diagnose",
    asks="Which activation and which flag produced each of the four training logs.",
    reference=RIGHT,
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
    ),
    bank=mistakes,
    remark="Range first, then the two losses, the accuracy last: it is the one that hides most.",
)


# Mistakes


def _diagnosis(**changed):
    return RIGHT | changed


mistakes.add(
    "the flag read backwards",
    """
    You took `from_logits=True` to mean that the numbers come from a softmax. It says the opposite: the outputs are
    logits, and the softmax is still to come, inside the loss. Read each log again with this in mind: a log that
    fits has outputs with both signs and True, or outputs between 0 and 1 and False. Which logs change their names?
    """,
    _diagnosis(**{log: f"{value.split(',')[0]}, {'True' not in value}" for log, value in RIGHT.items()}),
)

mistakes.add(
    "a training loss is believed",
    """
    For log D you trusted the loss of the training, which is small. Look at the line below it: the loss that was
    computed from predictions of the same model on the same points is many times as large. Output and loss fit in
    the training only because this backend looks behind the softmax. Once the predictions are plain numbers, the
    mistake shows. Which flag makes a loss misread good probabilities?
    """,
    _diagnosis(D="softmax, False"),
)

mistakes.add(
    "a good accuracy is believed",
    """
    For log A you went by the accuracy, which is excellent. A double softmax keeps the order of the classes, so the
    accuracy cannot show it. The loss can: with probabilities in the place of logits it cannot go below the floor of
    0.7437 that four classes have, and there it stays. How would the loss end if outputs and flag fitted?
    """,
    _diagnosis(A="softmax, False"),
    _diagnosis(A="softmax, False", D="softmax, False"),
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
)

mistakes.add(
    "the linear logs exchanged",
    """
    Logs B and C both have outputs with both signs, and you exchanged their flags. With the wrong flag the loss cuts
    off every logit that is negative or above 1 and cannot see beyond, so a large part of the points ends in the
    wrong class. With the right one nothing is cut off. Which of the two logs has the better accuracy, and which the
    smaller loss?
    """,
    _diagnosis(B="linear, True", C="linear, False"),
    _diagnosis(B="linear, True"),
    _diagnosis(C="linear, False"),
)

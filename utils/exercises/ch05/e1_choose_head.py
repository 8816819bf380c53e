"""Exercise 5.1: softmax or k sigmoids, for each of the four cases."""

from collections import OrderedDict, defaultdict

import numpy as np

from utils.checking import Bank, Exercise, paragraphs

# The cases

CASES = ("songs A", "songs B", "pictures A", "pictures B")
HEADS = ("softmax", "sigmoids")
RIGHT = ("softmax", "sigmoids", "sigmoids", "softmax")

mistakes = Bank()

choose_head = Exercise(
    name="ch05.choose_head",
    asks="Softmax or k sigmoids, for each of the four cases.",
    reference=dict(zip(CASES, RIGHT, strict=True)),
    expects=lambda: 'a dict with the four cases as keys, and "softmax" or "sigmoids" for each of them,',
    hints=paragraphs("""
        Take one case at a time and look for a single example that belongs to two of its classes. Does one exist?

        What counts is how the examples were labelled: one mark in each row of the table, or as many as apply.

        A film song can be sung and still be a film song. A photograph taken in a forest was not taken in a room.
    """),
    alternatives=(
        dict(reversed(list(zip(CASES, RIGHT, strict=True)))),
        OrderedDict(zip(CASES, RIGHT, strict=True)),
        defaultdict(lambda: "sigmoids", {case: head for case, head in zip(CASES, RIGHT, strict=True)}),
        {case: np.str_(head) for case, head in zip(CASES, RIGHT, strict=True)},
        {case: "softmax" if case in ("songs A", "pictures B") else "sigmoids" for case in CASES},
    ),
    bank=mistakes,
    remark="What decides is whether two classes can be true of one example: not the subject, and not their number.",
)


# Mistakes


def _with_wrong(*cases):
    """The right answer with these cases turned round."""
    turned = {"softmax": "sigmoids", "sigmoids": "softmax"}
    return {case: turned[head] if case in cases else head for case, head in zip(CASES, RIGHT, strict=True)}


mistakes.add(
    "softmax for labels that overlap",
    """
    You chose softmax for all four. A softmax hands out one total of 1, so when a film song with a singer is shown,
    *vocals* and *soundtrack* have to share it and neither can be near 1. In two of the cases one example can carry
    several labels at once. Look for a song, and for a picture, to which two of the listed names apply at the same
    time.
    """,
    _with_wrong("songs B", "pictures A"),
)

mistakes.add(
    "sigmoids for exclusive classes",
    """
    You chose sigmoids for all four. They would work after a fashion, but where exactly one label is true they do
    not know it: they may answer yes twice, or never, and their probabilities do not sum to 1. In two of the cases
    every example belongs to exactly one of the listed classes. In which two is a second yes impossible?
    """,
    _with_wrong("songs A", "pictures B"),
)

mistakes.add(
    "the wrong way round",
    """
    All four answers are turned round. A softmax shares one total between the classes, so it fits where a second
    label would take something away from the first. Sigmoids answer one yes-or-no question for each class, so they
    fit where several can be true. Say aloud what each of the two guarantees about a row of its outputs, and compare
    that with the rows of labels.
    """,
    _with_wrong(*CASES),
)

mistakes.add(
    "the subject decides",
    """
    You gave one head to both song tasks and the other one to both picture tasks. What the examples are plays no
    part, and neither does the number of classes. The same songs are sorted into styles in one task and tagged with
    properties in another. Read the class names of each task again: can two of them be true of one example?
    """,
    _with_wrong("songs B", "pictures B"),
    _with_wrong("songs A", "pictures A"),
)

mistakes.add(
    "shared tags of songs missed",
    """
    Three of your four answers are right. Look at songs B again: vocals, dance, soundtrack and pop. A song from a
    film can have a singer, and a pop song is often made for dancing, so two marks in one row are common here. What
    would a softmax have to do with the probability of *soundtrack* when it becomes sure of *vocals*?
    """,
    _with_wrong("songs B"),
)

mistakes.add(
    "shared tags of pictures missed",
    """
    Three of your four answers are right. Look at pictures A again: indoor, black-and-white, with people. A family
    photograph from 1930 can be all three. The word *indoor* is in the other picture task, too, and there its
    neighbours rule it out; here they do not. It is the whole list that decides, not a single name in it. How many
    marks can one row have?
    """,
    _with_wrong("pictures A"),
)

mistakes.add(
    "styles taken for tags",
    """
    Three of your four answers are right. Look at songs A again. It is true that a real song can stand between
    country and rock. The task, though, says how the collection was labelled: every song was filed under exactly one
    style. The head has to fit the labels that it will be trained on and asked for. How many marks does a row of
    this table have?
    """,
    _with_wrong("songs A"),
)

mistakes.add(
    "scenes taken for tags",
    """
    Three of your four answers are right. Look at pictures B again: indoor, outdoor in a city, outdoor in the wild.
    Each of these three places rules out the other two, so every picture gets exactly one mark. That *indoor* also
    occurs among the tags of the other picture task changes nothing. Which head knows, from its construction, that
    one and only one is true?
    """,
    _with_wrong("pictures B"),
)

mistakes.add(
    "the songs the wrong way round",
    """
    The two song tasks are turned round, perhaps with a picture task as well. In songs A each song was filed under
    one style: a second mark does not occur. In songs B a film song with a singer has two marks or more. One of the
    two heads hands out a single total of 1, the other one asks each class by itself. Which of them fits a row with
    two marks?
    """,
    _with_wrong("songs A", "songs B"),
    _with_wrong("songs A", "songs B", "pictures A"),
    _with_wrong("songs A", "songs B", "pictures B"),
)

mistakes.add(
    "the pictures the wrong way round",
    """
    The two picture tasks are turned round, perhaps with a song task as well. A photograph can be taken indoors, in
    black and white, with people in it, all at once. It cannot be taken in a room and in the wilderness. One of the
    two heads hands out a single total of 1, the other one asks each class by itself. Which of them fits a row with
    three marks?
    """,
    _with_wrong("pictures A", "pictures B"),
    _with_wrong("pictures A", "pictures B", "songs A"),
    _with_wrong("pictures A", "pictures B", "songs B"),
)


def _another_word(seen):
    value = seen.results[0].value
    return isinstance(value, dict) and any(head not in HEADS for head in value.values())


mistakes.add(
    "another word",
    """
    At least one of your values is neither of the two words that the check understands. It compares letter by
    letter, so a capital, a blank or a missing s counts: the words are `"softmax"` and `"sigmoids"`, in small
    letters and with quotation marks. The choice that you meant may well be right. Which of the four values is
    spelled differently, or still a question mark?
    """,
    {case: head.capitalize() for case, head in zip(CASES, RIGHT, strict=True)},
    {case: head.removesuffix("s") for case, head in zip(CASES, RIGHT, strict=True)},
    {case: "logistic" if head == "sigmoids" else head for case, head in zip(CASES, RIGHT, strict=True)},
    recognise=_another_word,
)

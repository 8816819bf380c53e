"""The engine of the checks. An exercise is data; an answer is observed; a judge says what the observations mean.

From the top down: ``exercise`` (what is asked), ``session`` (what happens in a notebook), ``judging`` (from
    observations to a verdict), ``every_function`` and ``bank`` (known mistakes), ``observing`` (where an answer runs),
    ``verdict`` (what is shown), ``blank``, ``words``, ``values``, ``domain`` and ``time_limit``.
"""

from utils.checking.bank import Bank, Mistake
from utils.checking.domain import Domain
from utils.checking.exercise import Exercise
from utils.checking.observing import Observation, Seen, Unfit
from utils.checking.playground import Playground, Slider, logit_sliders
from utils.checking.values import Unreadable
from utils.checking.verdict import Note, Verdict
from utils.checking.words import paragraphs

__all__ = [
    "Bank",
    "Domain",
    "Exercise",
    "Mistake",
    "Note",
    "Observation",
    "Playground",
    "Seen",
    "Slider",
    "Unfit",
    "Unreadable",
    "Verdict",
    "logit_sliders",
    "paragraphs",
]

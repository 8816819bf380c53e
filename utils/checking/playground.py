"""What the sliders around a function move: data alone, see :mod:`utils.checking.sliders` for the widget."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Slider:
    """One slider: the name of its value, the words beside it, and its places from ``low`` to ``high``."""

    name: str
    words: str
    low: float
    high: float
    step: float
    start: float


@dataclass(frozen=True)
class Playground:
    """The sliders of an exercise.

    Attributes:
        sliders: in their order.
        inputs: a function of the values of all sliders, by name, to a probe of the exercise.
        returns: the parts of what comes back that are drawn, in words for their headings.
    """

    sliders: Sequence[Slider]
    inputs: Callable
    returns: Sequence[str] = ("what it returns",)


def logit_sliders(*starts, low=-5.0, high=5.0):
    """A slider for each of some logits, with the names z0, z1 and so on; the words beside it say z₀, z₁."""
    words = (f"logit z{index}" for index in "₀₁₂₃₄₅₆₇₈₉")
    return tuple(Slider(f"z{index}", next(words), low, high, 0.1, start) for index, start in enumerate(starts))

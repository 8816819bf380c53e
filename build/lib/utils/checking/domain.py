"""What an exercise promises to take, stated once: the source of the probes of its check."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


def _none(rng):
    return {}


@dataclass(frozen=True, eq=False)
class Domain:
    """Inputs of an answer: small ones for the messages, corners that are always tried, and random ones.

    A check tries all three, so a memorised answer fails, and a condition under which an answer is wrong is met at every
    check and not by luck. The text of the exercise promises what stands here, and no more.

    Attributes:
        smallest: tuples of inputs, the smallest first. A message shows the first that fails.
        corners: a function from a random generator to tuples of inputs by name: one row, one class, many classes, ties,
            logits far out. Their numbers may be random, their corner may not.
        draw: a function from a random generator to one tuple of inputs, any that the text admits.
        draws: how many of these a check tries.
    """

    smallest: Sequence[tuple]
    corners: Callable[..., Mapping[str, tuple]] = _none
    draw: Callable | None = None
    draws: int = 4

    def __call__(self, rng):
        """The probes of one check: a list of tuples of inputs."""
        drawn = (self.draw(rng) for _ in range(self.draws)) if self.draw is not None else ()
        return [*self.smallest, *self.corners(rng).values(), *drawn]

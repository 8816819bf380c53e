"""The bank of mistakes that an exercise knows: each a piece of wrong code with the explanation that its writer is
given.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from utils.checking.words import fold


@dataclass(eq=False)
class Mistake:
    """A wrong answer that readers really give, and what they are told about it.

    Attributes:
        name: a short name, shown in tests and reports.
        explanation: 40 to 120 words: what the code does, the smallest input that shows it, why that is wrong, where to
            look; no ready-made answer. ``{input}`` and ``{output}`` stand for the example and for what the reader's own
            answer makes of it.
        samples: wrong answers of this kind, each a function or a value; a check recognises them by their results.
        example: the inputs that show the mistake, as small as possible; without any, what fails first is shown.
        describe: how ``{output}`` is put into words, from the value that came back.
        recognise: a predicate, a function of :class:`utils.checking.observing.Seen`, for what results alone do not
            tell. It then decides alone, and no sample is run at a check.
    """

    name: str
    explanation: str
    samples: tuple = ()
    example: tuple = ()
    describe: Callable | None = None
    recognise: Callable | None = None

    def __call__(self, *inputs):
        """Make the mistake: call its first sample."""
        return self.samples[0](*inputs)

    def also(self, *samples):
        """Further samples, in a call or as a decorator. Returns the first of them."""
        self.samples += samples
        return samples[0]


@dataclass(eq=False)
class Bank(Sequence):
    """Mistakes in the order in which they are looked for."""

    _mistakes: list[Mistake] = field(default_factory=list)

    def __len__(self):
        return len(self._mistakes)

    def __getitem__(self, place):
        return self._mistakes[place]

    def mistake(self, *example, name=None, describe=None, recognise=None):
        """A decorator for wrong code whose docstring is the explanation.

        Args:
            example: the inputs that show the mistake.
            name: its name, where that of the function with blanks for underscores will not do.
            describe: see :class:`Mistake`.
            recognise: see :class:`Mistake`.
        """

        def register(function):
            explanation = inspect.getdoc(function)
            own = name or function.__name__.replace("_", " ").strip()
            return self.add(own, explanation, function, example=example, describe=describe, recognise=recognise)

        return register

    def add(self, name, explanation, *samples, example=(), describe=None, recognise=None):
        """A mistake in the plain way: for values, for families of samples, and for explanations with computed numbers.

        Raises:
            ValueError: the bank has a mistake of this name.
        """
        if name in (mistake.name for mistake in self):
            raise ValueError(f"There are two mistakes with the name {name!r}.")
        mistake = Mistake(name, fold(explanation), samples, example, describe, recognise)
        self._mistakes.append(mistake)
        return mistake

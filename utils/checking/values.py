"""Values as a check compares them: read from what an answer returned, taken apart, and held against what was expected.

A value is an array of float64, a string, or a tuple or dict of values. Its *form* is the same structure with
:data:`NUMBERS` in the place of each array and :data:`WORD` in the place of each string: it says what is asked for and
gives nothing of the result away.
"""

import re

import numpy as np

NOTHING = "nothing was returned (None)"
NUMBERS, WORD = "numbers", "a word"
# Below the smallest normal float32 number digits are lost in float32, so nothing is compared there.
SMALLEST = float(np.finfo(np.float32).tiny)


class Unreadable(Exception):
    """The result has a form that cannot be compared; the message says which."""


def leaves(value, path=()):
    """The arrays and strings of a value, each with the way to it: the keys and places on the way, outermost first."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, (*path, key))
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            yield from leaves(part, (*path, place))
    else:
        yield path, value


def pairs(value, expected):
    """The leaves of two values side by side, or None where their structure differs."""
    ours, theirs = dict(leaves(value)), dict(leaves(expected))
    return [(ours[path], theirs[path]) for path in theirs] if ours.keys() == theirs.keys() else None


def change(function, value):
    """The same structure, with ``function(leaf)`` in the place of each leaf."""
    if isinstance(value, dict):
        return {key: change(function, part) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(change(function, part) for part in value)
    return function(value)


def plain(value):
    """A result of trusted code as a value: what is no string becomes an array of float64."""
    return change(lambda leaf: leaf if isinstance(leaf, str) else np.asarray(leaf, dtype=np.float64), value)


def form_of(value):
    """What is asked for, without its numbers and words."""
    return change(lambda leaf: WORD if isinstance(leaf, str) else NUMBERS, value)


def read(result, form):
    """What an answer returned, as a value of this form.

    Raises:
        Unreadable: it has another form; the message says what is missing, in words for the reader.
    """
    if result is None:
        raise Unreadable(NOTHING)
    if isinstance(form, dict):
        if not isinstance(result, dict) or set(result) != set(form):
            raise Unreadable(f"it should be a dict with the keys {', '.join(map(repr, form))}")
        return {key: read(result[key], form[key]) for key in form}
    if isinstance(form, tuple):
        asked = f"{len(form)} value{'s' if len(form) != 1 else ''} in their order were asked for"
        if isinstance(result, (str, bytes, dict)) or not hasattr(result, "__len__"):
            raise Unreadable(f"{asked}, and {kind(result)} came")
        if len(result) != len(form):
            raise Unreadable(f"{asked}, and {kind(result)} of the length {len(result)} came")
        return tuple(read(part, part_form) for part, part_form in zip(result, form, strict=True))
    if form == WORD:
        if not isinstance(result, str):
            raise Unreadable(f"a string was asked for, and {kind(result)} came")
        return result
    return _read_numbers(result)


def _read_numbers(result):
    result = without_gradients(result)
    if result is ...:
        raise Unreadable("it is still the placeholder `...`")
    try:
        array = np.asarray(result)
        if array.dtype.kind in "OV":
            array = array.astype(np.float64)
    except (TypeError, ValueError):
        raise Unreadable(f"it is {kind(result)}, not numbers") from None
    if array.dtype.kind in "US":
        holder = "" if isinstance(result, str) else f"{kind(result)} that holds "
        raise Unreadable(f"it is {holder}text in quotes, not numbers")
    if array.dtype.kind not in "fiub":
        raise Unreadable(f"it is {kind(result)} of the type {array.dtype}, not real numbers")
    return array.astype(np.float64)


def without_gradients(value):
    """A tensor of PyTorch that carries gradients does not become an array by itself."""
    return value.detach() if hasattr(value, "detach") else value


def kind(value):
    """The kind of a value in words, without calling anything of its own."""
    if value is None:
        return "None"
    name = type(value).__name__
    sounds_like_a_vowel = re.match(r"[aeio]|u(?!int|func|ser)|nd", name.lower())  # an ndarray, a uint8
    return f"{'an' if sounds_like_a_vowel else 'a'} {name}"


def agree(value, expected, rtol, scale):
    """Whether a value equals the expected one: same structure and shapes, every number within the tolerance.

    Args:
        value: a value.
        expected: the value it is held against.
        rtol: relative tolerance.
        scale: the size of numbers that cancel on the way; a number is right within ``rtol * (abs(expected) + scale)``.
    """
    both = pairs(value, expected)
    return both is not None and all(_leaf_agrees(one, other, rtol, scale) for one, other in both)


def _leaf_agrees(value, expected, rtol, scale):
    if isinstance(expected, str) or isinstance(value, str):
        return isinstance(value, str) and isinstance(expected, str) and value == expected
    if np.shape(value) != np.shape(expected):
        return False
    with np.errstate(all="ignore"):
        # An infinite expected value would make the tolerance infinite: it is matched by itself alone.
        close = np.isfinite(expected) & (np.abs(value - expected) <= rtol * (np.abs(expected) + scale) + SMALLEST)
    return bool(np.all(close | (value == expected) | (np.isnan(value) & np.isnan(expected))))


def has_finite_numbers(value):
    """Whether a value has numbers, and no nan and no infinite number among them."""
    numbers = [leaf for _, leaf in leaves(value) if not isinstance(leaf, str)]
    return bool(numbers) and all(
        isinstance(leaf, np.ndarray) and leaf.size > 0 and bool(np.all(np.isfinite(leaf))) for leaf in numbers
    )


def same_arrays(given, original):
    """Whether the arrays among the inputs are what they were."""
    return all(
        np.array_equal(one, other, equal_nan=True)
        for one, other in zip(given, original, strict=True)
        if isinstance(other, np.ndarray)
    )

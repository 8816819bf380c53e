"""Read what an answer returned, compare it with what was expected, and put values into words."""

import textwrap

import numpy as np

from utils.checking.time_limit import TimeLimitExceeded

NOTHING = "nothing was returned (None)"
# Below the smallest normal float32 number digits are lost in float32, so nothing is compared there.
SMALLEST = float(np.finfo(np.float32).tiny)


class Unreadable(Exception):
    """The result has a form that cannot be compared; the message says which."""


def read(result, like):
    """The result in the form of the expected value: an array of float64, or a tuple or dict of such, or a string."""
    if result is None:
        raise Unreadable(NOTHING)
    if isinstance(like, dict):
        if not isinstance(result, dict) or set(result) != set(like):
            raise Unreadable(f"it should be a dict with the keys {', '.join(map(repr, like))}")
        return {key: read(result[key], like[key]) for key in like}
    if isinstance(like, tuple):
        asked = f"{len(like)} value{'s' if len(like) != 1 else ''} in their order were asked for"
        if isinstance(result, (str, bytes, dict)) or not hasattr(result, "__len__"):
            raise Unreadable(f"{asked}, and {kind(result)} came")
        if len(result) != len(like):
            raise Unreadable(f"{asked}, and {kind(result)} of the length {len(result)} came")
        return tuple(read(part, expected) for part, expected in zip(result, like, strict=True))
    if isinstance(like, str):
        if not isinstance(result, str):
            raise Unreadable(f"a string was asked for, and {kind(result)} came")
        return result
    return _read_numbers(result)


def _read_numbers(result):
    result = _without_gradients(result)
    if result is ...:
        raise Unreadable("it is still the placeholder `...`")
    try:
        array = np.asarray(result)
        if array.dtype.kind in "OV":
            array = array.astype(np.float64)
    except (TypeError, ValueError):
        raise Unreadable(f"it is {kind(result)}, not numbers") from None
    if array.dtype.kind not in "fiub":
        raise Unreadable(f"it is {kind(result)} of the type {array.dtype}, not real numbers")
    return array.astype(np.float64)


def _without_gradients(value):
    """A tensor of PyTorch that carries gradients does not become an array by itself."""
    return value.detach() if hasattr(value, "detach") else value


def agree(value, expected, rtol, scale):
    """Whether a result equals the expected one: same form and shape, every number within the tolerance."""
    if isinstance(expected, dict):
        return all(agree(value[key], expected[key], rtol, scale) for key in expected)
    if isinstance(expected, tuple):
        return all(agree(part, other, rtol, scale) for part, other in zip(value, expected, strict=True))
    if isinstance(expected, str) or isinstance(value, str):
        return value == expected
    if np.shape(value) != np.shape(expected):
        return False
    with np.errstate(all="ignore"):
        # An infinite expected value would make the tolerance infinite: it is matched by itself alone.
        close = np.isfinite(expected) & (np.abs(value - expected) <= rtol * (np.abs(expected) + scale) + SMALLEST)
    return bool(np.all(close | (value == expected) | (np.isnan(value) & np.isnan(expected))))


def same_form(one, other):
    """Whether two expected values have the same structure and shapes, whatever their numbers."""
    if isinstance(one, dict) and isinstance(other, dict):
        return set(one) == set(other) and all(same_form(one[key], other[key]) for key in one)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(same_form(*parts) for parts in zip(one, other, strict=True))
    return type(one) is type(other) and np.shape(one) == np.shape(other)


def same_arrays(given, original):
    """Whether the arrays among the inputs are what they were."""
    return all(
        np.array_equal(one, other, equal_nan=True)
        for one, other in zip(given, original, strict=True)
        if isinstance(other, np.ndarray)
    )


def has_finite_numbers(value):
    """Whether a value, or every part of it, is an array without nan and without infinite numbers."""
    if isinstance(value, (tuple, dict)):
        return all(map(has_finite_numbers, value.values() if isinstance(value, dict) else value))
    return isinstance(value, np.ndarray) and bool(np.all(np.isfinite(value)))


def show(value, digits=4):
    """A value as a reader would write it: some significant digits or a whole number, large arrays by their shape."""
    if isinstance(value, np.ndarray) or hasattr(value, "__array__"):
        try:
            array = np.asarray(_without_gradients(value))
        except Exception:
            return kind(value)
        if array.size > 16:
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
    try:
        return textwrap.shorten(repr(value), 120, placeholder=" …")
    except Exception:
        return kind(value)


def show_beside(value, expected):
    """A value with as many digits as it takes to tell it from the expected one."""
    for digits in (4, 7, 10, 17):
        text = show(value, digits)
        if text != show(expected, digits):
            break
    return text


def kind(value):
    """The kind of a value in words, without calling anything of its own."""
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def error_words(error, seconds=None):
    """What an answer did in place of returning, in words."""
    if isinstance(error, TimeLimitExceeded):
        return f"did not end within {seconds:g} seconds"
    try:
        text = textwrap.shorten(str(error), 200, placeholder=" …").rstrip(".")  # a sentence goes on behind it
    except Exception:
        text = ""
    return f"raised {type(error).__name__}" + (f": {text}" if text else "")

"""Plain data between two processes, one of which is not trusted: JSON of numbers, words, arrays and what holds them.

What an untrusted process sends is read here and nowhere else. Nothing is unpickled, no name that it sends is looked up,
and sizes are held against what was really sent.
"""

import base64
import json
import math

import numpy as np

ARRAY_KINDS = "fiubc"
DEEPEST = 40  # levels; what answers return has three or four
WORDS = frozenset({type(None), bool, str})  # most parts of what is sent; they are the same in JSON
LEAVES = WORDS | {int, float}


class NotPlain(ValueError):
    """What was sent is not plain data."""


def packed(value):
    """A value as bytes. What is no plain data is sent as its kind in words."""
    return json.dumps(_encoded(value), separators=(",", ":")).encode()


def _encoded(value):
    if value is None or isinstance(value, (bool, np.bool_)):
        return value if value is None else bool(value)
    if isinstance(value, str):
        return str.__str__(value)
    if type(value) is int:
        return value if abs(value) < 2**63 else {"i": hex(value)}
    if type(value) is float:
        return value if math.isfinite(value) else {"f": repr(value)}
    if hasattr(value, "detach"):  # a tensor of PyTorch
        value = value.detach().cpu().numpy()
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in ARRAY_KINDS and value.dtype.isbuiltin == 1:
        whole = np.ascontiguousarray(value).reshape(np.shape(value))
        kind = "a" if isinstance(value, np.ndarray) else "n"
        return {kind: [value.dtype.str, list(whole.shape), base64.b64encode(whole.tobytes()).decode()]}
    for kind, types in (("l", list), ("t", tuple), ("s", (set, frozenset))):
        if isinstance(value, types):
            return {kind: [part if type(part) in WORDS else _encoded(part) for part in value]}
    if isinstance(value, dict):
        return {"d": [[_encoded(key), _encoded(part)] for key, part in value.items()]}
    if hasattr(value, "numpy") and callable(value.numpy):  # a tensor of TensorFlow
        return _encoded(np.asarray(value.numpy()))
    return {"?": type(value).__name__}


class Other:
    """In the place of what is no plain data; it knows its kind and nothing else."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"<{self.name}>"

    def __eq__(self, other):
        return isinstance(other, Other) and self.name == other.name

    def __hash__(self):
        return hash(self.name)


def unpacked(data):
    """A value from bytes.

    Raises:
        NotPlain: the bytes are nothing that :func:`packed` makes.
    """
    try:
        return _decoded(json.loads(data), DEEPEST)
    except NotPlain:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, MemoryError, OverflowError) as error:
        raise NotPlain(type(error).__name__) from None


def _decoded(value, deeper):
    if deeper < 0:
        raise NotPlain("too deep")
    if value is None or isinstance(value, (bool, str, int, float)):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        raise NotPlain("no kind")
    ((kind, inside),) = value.items()
    if kind in ("a", "n"):
        return _array(kind, *inside)
    if kind in ("?", "i", "f"):
        if not isinstance(inside, str):
            raise NotPlain("no word")
        return Other(inside[:80]) if kind == "?" else int(inside, 16) if kind == "i" else float(inside)
    if not isinstance(inside, list):
        raise NotPlain("no list")
    if kind == "d":
        return {_decoded(key, deeper - 1): _decoded(part, deeper - 1) for key, part in inside}
    make = {"l": list, "t": tuple, "s": frozenset}[kind]
    return make([part if type(part) in LEAVES else _decoded(part, deeper - 1) for part in inside])


def _array(kind, name, shape, data):
    if not isinstance(name, str) or len(name) > 4:
        raise NotPlain("no type of numbers")
    dtype = np.dtype(name)
    if dtype.kind not in ARRAY_KINDS or not all(isinstance(size, int) and size >= 0 for size in shape):
        raise NotPlain("no array of numbers")
    content = base64.b64decode(data, validate=True)
    if len(shape) > 32 or math.prod(shape) * dtype.itemsize != len(content):
        raise NotPlain("another size than it says")
    array = np.frombuffer(content, dtype=dtype).reshape(shape).copy()
    return array if kind == "a" else array.reshape(())[()]

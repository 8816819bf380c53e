"""How accurate and how fast the reference is, beside SciPy and PyTorch: the table that ``make bench`` prints.

Errors are counted in units in the last place (ulp): the distance between two neighbouring numbers of the type, at the
exact value, which mpmath computes with 60 digits. Memory is the peak of what a call allocates, without its input.

Ours is slower than SciPy in one line of the table: the cross-entropy of a single example, where most of the time goes
    into looking at the labels, which the few calls that stand for SciPy leave out.
"""

import tracemalloc
from functools import cache
from pathlib import Path

import mpmath
import nbformat
import numpy as np
import pytest
import scipy.special

from utils.files import ROOT
from utils.notebooks.execute import execute
from utils.reference import cross_entropy, log_softmax, logsumexp, softmax

SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
SHAPES = [(1, 10), (1_000, 10), (100_000, 10), (512, 50_257)]
TYPES = [np.float32, np.float64]
EXAMINED = 20_000  # about as many logits of each batch are compared with mpmath


def with_scipy(name):
    """SciPy's function; it has no cross-entropy, so that is put together as its users do it."""
    if name == "cross_entropy":
        return lambda Z, y: -np.take_along_axis(scipy.special.log_softmax(Z, axis=-1), y[:, None], axis=-1).mean()
    function = getattr(scipy.special, name)
    return lambda z: function(z, axis=-1)


def with_torch(name):
    """PyTorch's function on one thread, as NumPy has one, from and to arrays."""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    if name == "cross_entropy":
        return lambda Z, y: torch.nn.functional.cross_entropy(torch.from_numpy(Z), torch.from_numpy(y)).numpy()
    function = getattr(torch, name)
    return lambda z: function(torch.from_numpy(z), dim=-1).numpy()


OURS = {"softmax": softmax, "log_softmax": log_softmax, "logsumexp": logsumexp, "cross_entropy": cross_entropy}
MAKERS = {"ours": OURS.get, "SciPy": with_scipy, "PyTorch": with_torch}


@cache
def inputs_for(name, shape, dtype):
    """Logits as a network gives them, normal with a spread of 3, and labels where the function takes them."""
    rng = np.random.default_rng(0)
    Z = rng.normal(scale=3, size=shape).astype(dtype)
    return (Z, rng.integers(shape[-1], size=shape[0])) if name == "cross_entropy" else (Z,)


# Accuracy


def exact(name, Z, y=None):
    """The exact results as mpmath numbers: one list for each row, and for the cross-entropy one number."""
    results = []
    with mpmath.workdps(60):
        for row in Z:
            row = [mpmath.mpf(float(value)) for value in row]
            terms = [mpmath.exp(value) for value in row]
            total = mpmath.fsum(terms)
            if name == "softmax":
                results.append([term / total for term in terms])
            elif name == "logsumexp":
                results.append([mpmath.log(total)])
            else:
                log_total = mpmath.log(total)
                results.append([value - log_total for value in row])
        if name == "cross_entropy":
            return [[-mpmath.fsum(row[label] for row, label in zip(results, y, strict=True)) / len(Z)]]
    return results


def ulps(result, expected, dtype):
    """The errors of results in units in the last place, as one flat array.

    Args:
        result: an array of the type ``dtype``.
        expected: the same numbers as lists of mpmath numbers.
    """
    flat = [value for row in expected for value in row]
    with mpmath.workdps(60):
        return np.array(
            [
                float(abs(mpmath.mpf(float(one)) - other) / float(np.spacing(np.abs(dtype(float(other))))))
                for one, other in zip(np.ravel(result), flat, strict=True)
            ]
        )


@cache
def largest_error(name, maker, shape, dtype):
    """The largest error in a batch of this shape, in ulp; of a large batch, some rows are looked at."""
    Z, *labels = inputs_for(name, shape, dtype)
    rows = max(1, min(len(Z), EXAMINED // shape[-1]))
    some = (Z[:rows], *(y[:rows] for y in labels))
    return ulps(MAKERS[maker](name)(*some), exact_of_some(name, shape, dtype, rows), dtype).max()


@cache
def exact_of_some(name, shape, dtype, rows):
    Z, *labels = inputs_for(name, shape, dtype)
    return exact(name, Z[:rows], *(y[:rows] for y in labels))


KINDS = {
    "moderate": lambda rng: rng.normal(scale=1, size=(60, 10)),
    "wide": lambda rng: rng.normal(scale=30, size=(60, 10)),
    "far from zero": lambda rng: 500 + rng.normal(scale=3, size=(60, 10)),
    "one far ahead": lambda rng: rng.normal(size=(60, 10)) + 20.0 * (np.arange(10) == 3),
    "many classes": lambda rng: rng.normal(scale=3, size=(2, 2_000)),
}


@pytest.mark.parametrize("dtype", TYPES, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", OURS)
def test_nowhere_less_accurate_than_scipy(name, kind, dtype, rng):
    Z = KINDS[kind](rng).astype(dtype)
    inputs = (Z, rng.integers(Z.shape[-1], size=len(Z))) if name == "cross_entropy" else (Z,)
    expected = exact(name, *inputs)
    ours, theirs = (ulps(MAKERS[maker](name)(*inputs), expected, dtype) for maker in ("ours", "SciPy"))
    assert ours.max() <= theirs.max() + 1
    assert ours.mean() <= theirs.mean() + 0.1


def test_errors_are_counted_in_units_in_the_last_place():
    """Against numbers whose neighbours are known."""
    one = [[mpmath.mpf(1)]]
    assert ulps(np.array([1 + np.finfo(np.float64).eps]), one, np.float64) == [1]
    assert ulps(np.array([1.0]), one, np.float64) == [0]
    assert ulps(np.array([1.5], np.float32), one, np.float32) == [2**22]


# Speed and memory


LARGE = 2**22  # bytes; below that, the growth of a process says nothing


def peak_memory(maker, call):
    """The largest number of bytes that a call holds at once beyond what was there before, or None where nobody knows.

    Python itself counts the arrays of NumPy. PyTorch allocates outside of its sight; there, Linux says how far the
    process grew, which is of use for large results.
    """
    if maker == "PyTorch":
        grown = growth(call)
        return grown if grown > LARGE else None
    tracemalloc.start()
    call()
    traced = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return traced


def growth(call):
    """How much the resident memory of this process grew at its peak, in bytes; 0 where the system does not say."""
    try:
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
        before = resident()
        call()
        return resident() - before
    except OSError:
        return 0


def resident():
    """The peak of the resident memory of this process since it was reset, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


@pytest.mark.parametrize("maker", MAKERS)
def test_the_peak_of_memory_is_seen(maker):
    peak = peak_memory(maker, lambda: np.ones(10_000_000))
    assert peak is None or 75e6 < peak < 100e6


class Table:
    """Collects one row for each measurement and prints them side by side, after everything else."""

    def __init__(self):
        self.rows = []

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter):
        if self.rows:
            terminalreporter.section("accuracy, speed and memory")
            for line in as_lines(self.rows):
                terminalreporter.write_line(line)


@pytest.fixture(scope="module")
def table(request):
    collected = Table()
    request.config.pluginmanager.register(collected)
    return collected.rows


def as_lines(rows):
    """The table as text: one line for each function, shape and type, with the implementations side by side."""
    cells = {row[:4]: row[4:] for row in rows}
    makers = list(MAKERS)
    head = f"{'':13} {'shape':>14} {'type':8}"
    yield head + "".join(f" | {title:^26}" for title in ("largest error, ulp", "time, µs", "peak memory, MB"))
    yield " " * len(head) + (" | " + " ".join(f"{maker:>8}" for maker in makers)) * 3
    for name, shape, dtype in dict.fromkeys(row[:3] for row in rows):
        line = f"{name:13} {shape[0]:>7,}×{shape[1]:<6,} {dtype.__name__:8}"
        for part, form in enumerate(("{:8.1f}", "{:8,.0f}", "{:8.2f}")):
            found = (cells.get((name, shape, dtype, maker)) for maker in makers)
            values = [None if measured is None else measured[part] for measured in found]
            line += " | " + " ".join(f"{'–':>8}" if value is None else form.format(value) for value in values)
        yield line


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("dtype", TYPES, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{shape[0]}x{shape[1]}")
@pytest.mark.parametrize("name", OURS)
@pytest.mark.benchmark(max_time=0.3, min_rounds=3, warmup=False)
def test_speed_and_memory(benchmark, table, name, shape, dtype, maker):
    benchmark.group = f"{name}, {shape[0]:,} x {shape[1]:,}, {dtype.__name__}"
    call, inputs = MAKERS[maker](name), inputs_for(name, shape, dtype)
    benchmark(call, *inputs)
    error, peak = largest_error(name, maker, shape, dtype), peak_memory(maker, lambda: call(*inputs))
    benchmark.extra_info |= {"ulp": error, "peak bytes": peak}
    table.append((name, shape, dtype, maker, error, benchmark.stats.stats.min * 1e6, peak and peak / 1e6))


# Notebooks


@pytest.mark.benchmark(group="a notebook, kernel start included")
@pytest.mark.parametrize("part", ["imports alone", "whole"])
@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_time_of_a_notebook(benchmark, path, part):
    """Each notebook beside one that only does its imports: what is left is the time of its own work."""
    notebook = nbformat.read(path, as_version=4)
    if part == "imports alone":
        notebook.cells = [cell for cell in notebook.cells if cell.source.startswith(("import ", "from "))]
    benchmark.pedantic(execute, args=(notebook, path.parent), rounds=1)

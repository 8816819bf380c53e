"""The mathematics of the views, in JavaScript, against the reference in NumPy; numbers in words, against Python."""

import json

import ml_dtypes
import numpy as np
import pytest

from utils import reference
from utils.views.scripts import as_json, call, engine

VIEW = "softmax_bars"  # any: the shared files are the same
CASES = 1_000


def every(expression, cases):
    """The values of an expression in ``x`` for many cases, from one call of the engine."""
    program = f"JSON.stringify({as_json(cases)}.map((x) => ({expression})), (_, v) => v === Infinity ? 'inf' : v)"
    return json.loads(engine(VIEW).eval(program))


def rows(scale=8.0):
    rng = np.random.default_rng(1)
    corners = [[0.0, 0.0], [5.0, 5.0, -5.0], [1000.0, 0.0], [-1000.0, -1000.0], [3.0]]
    return corners + [(scale * rng.normal(size=rng.integers(1, 6))).tolist() for _ in range(CASES)]


def test_softmax():
    cases = [[z, T] for z, T in zip(rows(), np.geomspace(0.1, 10, len(rows())).tolist(), strict=True)]
    for (z, T), ours in zip(cases, every("softmax(...x)", cases), strict=True):
        np.testing.assert_allclose(ours, reference.softmax(z, temperature=T), rtol=1e-12, atol=1e-300)


def test_losses_and_their_gradients():
    cases = [[z, index % len(z)] for index, z in enumerate(rows())]
    losses, gradients = every("crossEntropy(...x)", cases), every("lossGradient(...x)", cases)
    for (z, label), loss, gradient in zip(cases, losses, gradients, strict=True):
        np.testing.assert_allclose(loss, reference.cross_entropy(z, label), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(gradient, reference.cost_gradient(z, label), rtol=1e-12, atol=1e-15)


def test_log_sum_exp_and_sigmoid():
    for z, ours in zip(rows(), every("logSumExp(x)", rows()), strict=True):
        np.testing.assert_allclose(ours, reference.logsumexp(z), rtol=1e-12, atol=1e-15)
    z = [value for row in rows() for value in row]
    np.testing.assert_allclose(every("sigmoid(x)", z), reference.sigmoid(z), rtol=1e-12)


def test_the_jacobian_and_its_largest_eigenvalue():
    cases = [row for row in rows() if len(row) > 1]
    for z, J, largest in zip(
        cases, every("softmaxJacobian(softmax(x))", cases), every("largestEigenvalue(softmax(x))", cases), strict=True
    ):
        np.testing.assert_allclose(J, reference.softmax_jacobian(z), rtol=1e-9, atol=1e-16)
        np.testing.assert_allclose(
            largest, np.linalg.eigvalsh(reference.softmax_jacobian(z))[-1], rtol=1e-9, atol=1e-12
        )


def test_weights_of_a_leader():
    rng = np.random.default_rng(2)
    cases = [[float(rng.uniform(0, 20)), int(10 ** rng.uniform(0.4, 6))] for _ in range(CASES)]
    for (lead, n), weight, needed in zip(
        cases, every("leadingWeight(...x)", cases), every("leadNeeded(x[1], 0.9)", cases), strict=True
    ):
        np.testing.assert_allclose(weight, reference.leading_weight(lead, n), rtol=1e-12)
        np.testing.assert_allclose(needed, reference.lead_needed(n, 0.9), rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "dtype"),
    [("float16", np.float16), ("bfloat16", ml_dtypes.bfloat16), ("float32", np.float32), ("float64", np.float64)],
)
def test_rounding_to_a_format(name, dtype):
    rng = np.random.default_rng(3)
    cases = [1.0, 65504.0, 65519.9, 65520.0, 2.0**-24, 2.0**-25, 3 * 2.0**-26, 1 + 2.0**-11, 1 + 3 * 2.0**-11, 0.0]
    cases += (rng.choice([-1, 1], size=CASES) * 10.0 ** rng.uniform(-45, 38, size=CASES)).tolist()
    with np.errstate(all="ignore"):
        expected = np.array(cases).astype(dtype).astype(float)
    ours = [float(value) if value is not None else np.nan for value in every(f"roundTo(FORMATS.{name}, x)", cases)]
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(np.array(ours)[finite], expected[finite])


def test_numbers_are_rounded_as_python_rounds_them():
    rng = np.random.default_rng(5)
    cases = [
        [value, digits] for value in (0.125, 0.375, 2.5, -0.5, 1.5, 0.05, -2.675, 1e-9, 0.0) for digits in (0, 1, 2, 3)
    ]
    cases += [[float(10 ** rng.uniform(-6, 5) * rng.choice([-1, 1])), int(rng.integers(4))] for _ in range(CASES)]
    for (value, digits), ours in zip(cases, every("fixed(...x)", cases), strict=True):
        assert ours == f"{value:.{digits}f}" or (float(ours) == 0 and float(f"{value:.{digits}f}") == 0)


def test_significant_digits_are_written_as_python_writes_them():
    rng = np.random.default_rng(6)
    cases = [[value, 3] for value in (1.0, 100.0, 999.6, 1000.0, 12345.0, 0.0001, 0.00012345, 1e-5, 2.69e43)]
    cases += [[float(10 ** rng.uniform(-30, 30) * rng.choice([-1, 1])), int(rng.integers(2, 5))] for _ in range(CASES)]
    for (value, digits), ours in zip(cases, every("significant(...x)", cases), strict=True):
        assert ours == f"{value:.{digits}g}".replace("-", "−")


def test_tints_mix_a_colour_with_paper():
    assert call(VIEW, "tint('#000000', 0.5)") in ("#808080", "#7F7F7F")
    assert call(VIEW, "[tint(COLOURS[0], 1), tint(COLOURS[0], 0)]") == ["#0072B2", "#FFFFFF"]

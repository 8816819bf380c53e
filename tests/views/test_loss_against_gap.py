"""The second view of chapter 6: its numbers against PyTorch and mpmath, its picture, and every control."""

import itertools

import mpmath
import numpy as np
import pytest
from support.pictures import SVG, by_id, corners, read
from support.view_contract import ViewContract

from utils.views import draw_loss_against_gap, loss_against_gap
from utils.views.loss_against_gap_view import METHODS, losses_and_gradients

GAPS = np.linspace(-40, 130, 86)
STATES = [(20.0, 9.0), (-40.0, 3.0), (130.0, 15.0), (0.0, 9.0), (17.0, 9.0), (90.0, 12.0), (104.0, 9.0), (60.0, 9.1)]


def states(count=30):
    rng = np.random.default_rng(7)
    yield from STATES
    for _ in range(count):
        yield round(rng.uniform(-40, 130), 1), round(rng.uniform(3, 15), 1)


class TestEveryView(ViewContract):
    def make(self):
        return loss_against_gap()

    def pictures(self):
        return [draw_loss_against_gap(*state) for state in states()]


def test_exact_agrees_with_mpmath():
    losses, gradients = losses_and_gradients(GAPS, 1e-9)["exact"]
    with mpmath.workdps(50):
        gaps = [mpmath.mpf(float(gap)) for gap in GAPS]
        np.testing.assert_allclose(losses, [float(mpmath.log1p(mpmath.exp(gap))) for gap in gaps], rtol=1e-14)
        np.testing.assert_allclose(gradients, [float(-1 / (1 + mpmath.exp(-gap))) for gap in gaps], rtol=1e-14)


def in_torch(method, gap, epsilon):
    """The loss and the gradient of the true logit as PyTorch computes them in float32."""
    torch = pytest.importorskip("torch")
    logits = torch.tensor([[-float(gap), 0.0]] if gap > 0 else [[0.0, float(gap)]], requires_grad=True)
    label = torch.tensor([0])
    if method == "fused":
        loss = torch.nn.functional.cross_entropy(logits, label)
    else:
        p = torch.softmax(logits, -1)[0, 0]
        loss = -torch.log({"naive": p, "epsilon": p + epsilon, "clip": p.clamp(epsilon, 1 - epsilon)}[method])
    loss.backward()
    return loss.item(), logits.grad[0, 0].item()


@pytest.mark.parametrize("method", METHODS[1:])
@pytest.mark.parametrize("epsilon", [1e-9, 1e-5])
def test_the_others_agree_with_automatic_differentiation_in_float32(method, epsilon):
    # Around 88 and 104 both step out of the range of float32, but not at the same gap.
    for gap in (-30.0, -15.0, -3.0, 0.0, 4.0, 12.0, 15.0, 25.0, 50.0, 80.0, 110.0, 125.0):
        ours = [float(part) for part in losses_and_gradients(gap, epsilon)[method]]
        np.testing.assert_allclose(ours, in_torch(method, gap, epsilon), rtol=2e-4, atol=2e-7, err_msg=f"gap {gap}")


def test_what_the_chapter_says_of_the_five():
    at = {gap: losses_and_gradients(gap, 1e-9) for gap in (-17.0, 15.0, 60.0, 120.0)}
    assert at[-17.0]["fused"][1] == 0 < -at[-17.0]["exact"][1]
    assert at[60.0]["epsilon"][0] == pytest.approx(20.723, abs=1e-3)
    assert 0 < -at[60.0]["epsilon"][1] < 1e-16
    assert at[60.0]["clip"] == (pytest.approx(20.723, abs=1e-3), 0)
    assert at[60.0]["fused"] == at[60.0]["exact"] == (60, -1)
    assert np.isinf(at[120.0]["naive"][0]) and np.isnan(at[120.0]["naive"][1])
    assert losses_and_gradients(15.0, 1e-5)["epsilon"][1] == pytest.approx(-0.03, abs=1e-3)


def test_the_table_holds_the_numbers():
    for gap, exponent in states():
        drawn = draw_loss_against_gap(gap, exponent)
        for name, (loss, gradient) in losses_and_gradients(gap, 10.0**-exponent).items():
            for kind, value in (("loss", loss), ("gradient", gradient)):
                written = by_id(drawn, f"loss-against-gap-{name}-{kind}").text.replace("−", "-")
                if np.isfinite(value):
                    assert float(written) == pytest.approx(float(value), rel=6e-3)
                else:
                    assert written in ("no value", "infinite", "-infinite")
        assert f"gap {gap:.1f}, epsilon 10^{-exponent:.1f}: exact loss" in drawn.text


def test_curves_stay_in_their_panels():
    for state in states():
        for node in read(draw_loss_against_gap(*state)).iter(f"{SVG}polyline"):
            points = corners(node)
            assert len(points) >= 2
            assert all(16 <= x <= 704 and 60 <= y <= 424 for x, y in points)


@pytest.mark.parametrize("state", [(-41.0, 9.0), (131.0, 9.0), (np.nan, 9.0), (0.0, 2.0), (0.0, 16.0)])
def test_what_lies_outside_of_the_scales_is_refused(state):
    with pytest.raises(ValueError, match="between"):
        draw_loss_against_gap(*state)


@pytest.mark.benchmark(group="redraw")
def test_benchmark_loss_against_gap(benchmark):
    epsilons = itertools.cycle(np.linspace(3.0, 10.0, 100))  # another one each time: nothing is remembered
    benchmark(lambda: draw_loss_against_gap(20.0, next(epsilons)))

"""What each view draws and says, against the reference, over random states and the corners of its controls."""

import warnings

import ml_dtypes
import numpy as np
import pytest
from support.chance import CHECKS
from support.drawn import SVG, logits_of, number_after, numbers_after, parts, read, states_of, view_of, words_of

from utils import datasets, reference, views

STATES = 30 * CHECKS
PIXEL = 0.011  # coordinates are written with two decimals
SHARE = 168  # pixels of a probability of 1 in the panels with bars


def drawn(name):
    """Pairs of a state and its picture."""
    view = view_of(name)
    return [(state, view.draw(**state)) for state in states_of(view, STATES)]


def test_softmax_bars():
    for state, picture in drawn("softmax_bars"):
        z, named = logits_of(state), parts(picture)
        a = reference.softmax(z, temperature=state["temperature"])
        heights = [named[f"activation-{index}"]["height"] for index in range(4)]
        np.testing.assert_allclose(heights, a * SHARE, atol=PIXEL)
        np.testing.assert_allclose(numbers_after("a = ", words_of(picture)), np.clip(a, 0.001, 0.999), atol=6e-4)
        bars = np.array([named[f"logit-{index}"]["height"] for index in range(4)])
        shifted = np.abs(z + state["shift"])
        np.testing.assert_allclose(bars * shifted.max(), shifted * bars.max(), atol=2 * PIXEL * shifted.max())
        powers = np.exp((z + state["shift"]) / state["temperature"])
        tall = np.array([named[f"power-{index}"]["height"] for index in range(4)])
        assert SHARE / 2.5 - PIXEL <= tall.max() <= SHARE + PIXEL
        np.testing.assert_allclose(tall, powers / powers.max() * tall.max(), atol=2 * PIXEL)
        np.testing.assert_allclose(numbers_after("powers of e ", words_of(picture)), powers, rtol=0.5)
        sums = words_of(picture).partition("], sum ")[2]
        assert float(sums.partition(";")[0]) == pytest.approx(powers.sum(), rel=0.5)


def test_softmax_bars_of_logits_only():
    """The same pictures with fewer controls, and with a prediction that needs no shift."""
    few, full = views.softmax_bars(only_logits=True), view_of("softmax_bars")
    assert [control["name"] for control in few.controls] == ["z0", "z1", "z2", "z3"]
    assert few.prediction["question"] != full.prediction["question"]
    assert len(few.prediction["options"]) >= 3 and few.prediction["question"].endswith("?")
    for state in states_of(few, STATES):
        drawn, expected = parts(few.draw(**state)), parts(full.draw(**state))
        del expected["shift"]
        assert drawn == expected


def test_powers_of_e_are_written_with_the_digits_that_there_is_room_for():
    text = view_of("softmax_bars").draw(z0=2.0, z1=-5.0, z2=5.0, z3=0.0, shift=4.0, temperature=1.0).text
    assert "powers of e [403, 0.368, 8103, 54.6], sum 8561;" in text
    far = view_of("softmax_bars").draw(z0=2.0, z1=-5.0, z2=5.0, z3=0.0, shift=20.0, temperature=0.5).text
    assert "powers of e [1e+19, 1e+13, 5e+21, 2e+17], sum 5e+21;" in far


def test_simplex():
    corners = np.array([(280, 68), (80, 68 + 400 * 0.75**0.5), (480, 68 + 400 * 0.75**0.5)])
    for state, picture in drawn("simplex"):
        a = reference.softmax(logits_of(state), temperature=state["temperature"])
        point = parts(picture)["point"]
        np.testing.assert_allclose([point["cx"], point["cy"]], a @ corners, atol=PIXEL)
        np.testing.assert_allclose(numbers_after("a = ", words_of(picture)), np.clip(a, 0.001, 0.999), atol=6e-4)


def test_jacobian_heatmap():
    for state, picture in drawn("jacobian_heatmap"):
        J = reference.softmax_jacobian(logits_of(state))
        rows = words_of(picture).partition("Rows of the Jacobian: ")[2].partition("; each")[0]
        told = [
            [
                float(number.replace("tiny", "0").replace("-0", "0")) if "tiny" in number else float(number)
                for number in row.split(", ")
            ]
            for row in rows.strip("[]").split("], [")
        ]
        np.testing.assert_allclose(told, J, atol=6e-4)
        eigenvalue = np.linalg.eigvalsh(J)[-1]
        assert number_after("Largest eigenvalue ", words_of(picture)) == pytest.approx(eigenvalue, abs=6e-4)
        assert parts(picture)["eigenvalue"]["width"] == pytest.approx(eigenvalue / 0.5 * 366, abs=2 * PIXEL)


def test_push_and_pull():
    for state, picture in drawn("push_and_pull"):
        z, truth = logits_of(state), state["true_class"]
        for _ in range(int(state["steps"])):
            z = z - reference.cost_gradient(z, truth)
        named, p = parts(picture), reference.softmax(z)
        np.testing.assert_allclose([named[f"bar-{index}"]["height"] for index in range(3)], p * SHARE, atol=PIXEL)
        np.testing.assert_allclose(numbers_after("z = ", words_of(picture)), z, atol=6e-3)
        np.testing.assert_allclose(
            numbers_after("p - y = ", words_of(picture)), reference.cost_gradient(z, truth), atol=6e-4
        )
        assert number_after(", loss ", words_of(picture)) == pytest.approx(
            max(reference.cross_entropy(z, truth), 0.001), abs=6e-4
        )


def test_softmax_and_sigmoids():
    for state, picture in drawn("softmax_and_sigmoids"):
        z, named = logits_of(state), parts(picture)
        for kind, values in (("softmax", reference.softmax(z)), ("sigmoid", reference.sigmoid(z + state["shift"]))):
            heights = [named[f"{kind}-{index}"]["height"] for index in range(4)]
            np.testing.assert_allclose(heights, values * SHARE, atol=PIXEL)
            told = words_of(picture).partition("softmax = " if kind == "softmax" else "sigmoids = ")[2]
            assert number_after("sum ", told) == pytest.approx(values.sum(), abs=6e-4)
            yes = {str(index) for index in np.flatnonzero(values >= state["threshold"])}
            said = told.partition("yes to ")[2].partition(";")[0].rstrip(".")
            assert {word.strip(",") for word in said.split() if word.strip(",").isdigit()} == yes


def test_exponential_ruler():
    formats = {"float16": np.float16, "bfloat16": ml_dtypes.bfloat16, "float32": np.float32, "float64": np.float64}
    for state, picture in drawn("exponential_ruler"):
        exponents = logits_of(state) + state["shift"]
        for name, dtype in formats.items():
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                powers = np.exp(exponents.astype(dtype))
                shares = (powers / (powers[0] + powers[1])).astype(float)
            told = words_of(picture).partition(f"{name}: powers ")[2]
            words = [part.strip(";. ") for part in told.partition(", softmax ")[0].split(" and ")]
            words += told.partition(", softmax ")[2].partition(";")[0].rstrip(".").split(" and ")
            values = [float({"infinite": "inf", "without value": "nan"}.get(word, word)) for word in words]
            np.testing.assert_allclose(values, [*powers.astype(float), *shares], rtol=6e-3, atol=1e-44)


def test_loss_against_gap():
    for state, picture in drawn("loss_against_gap"):
        gap, epsilon, f = state["gap"], 10.0 ** -state["exponent"], np.float32
        with np.errstate(all="ignore"):
            p = f(np.exp(f(min(-gap, 0)))) / (f(np.exp(f(min(-gap, 0)))) + f(np.exp(f(min(gap, 0)))))
            losses = {
                "exact": np.logaddexp(0, gap),
                "naive": -np.log(p),
                "epsilon": -np.log(p + f(epsilon)),
                "clip": -np.log(np.clip(p, f(epsilon), f(1) - f(epsilon))),
                "fused": reference.cross_entropy(np.array([0, gap], dtype=f), 0),
            }
        for name, loss in losses.items():
            told = words_of(picture).partition(f"{name} loss ")[2].partition(",")[0]
            assert float(told.replace("infinite", "inf")) == pytest.approx(float(loss), rel=6e-3, abs=2e-7), name
        gradient = float(words_of(picture).partition("exact loss")[2].partition("gradient ")[2].partition(";")[0])
        assert gradient == pytest.approx(-reference.sigmoid(gap), rel=6e-3)


def test_the_gradient_of_an_epsilon_follows_the_chain_rule():
    torch = pytest.importorskip("torch")
    view = view_of("loss_against_gap")
    for gap in (5.0, 15.0, 20.0, 30.0):
        z = torch.tensor([0.0, gap], dtype=torch.float64, requires_grad=True)
        (-torch.log(torch.softmax(z, 0)[0] + 1e-9)).backward()
        told = words_of(view.draw(gap=gap, exponent=9)).partition("epsilon loss")[2].partition("gradient ")[2]
        assert float(told.partition(";")[0]) == pytest.approx(float(z.grad[0]), rel=6e-3)


def test_sharpness():
    for state, picture in drawn("sharpness"):
        n = round(state["items"])
        weight = float(reference.leading_weight(state["lead"], n))
        assert parts(picture)["leader"]["height"] == pytest.approx(weight * 204, abs=PIXEL)
        assert number_after("the leader has ", words_of(picture)) == pytest.approx(weight, rel=0.06, abs=6e-4)
        if n > 1:
            assert number_after("needs a lead of ", words_of(picture)) == pytest.approx(
                reference.lead_needed(n, 0.9), abs=6e-3
            )


def test_decision_regions():
    data, view = datasets.blobs(), view_of("decision_regions")
    trained = {rate: list(reference.descend(data.X, data.y, 4, rate, 100)) for rate in (0.003, 0.03, 0.3, 3)}
    for state in states_of(view, STATES):
        picture = view.draw(**state)
        W, b, cost = trained[state["learning_rate"]][int(state["epoch"])]
        assert number_after("cost ", words_of(picture)) == pytest.approx(cost, abs=1.1e-3)
        right = 100 * np.mean(reference.predict(W, b, data.X) == data.y)
        assert number_after(f"{state['learning_rate']:g}: cost [0-9.]+, ", words_of(picture)) == pytest.approx(
            right, abs=0.06
        )


def test_regions_are_where_their_class_wins():
    """Points all over the plane lie in the polygon of the class that the reference predicts for them."""
    from support.pictures import corners, inside

    data, view, rng = datasets.blobs(), view_of("decision_regions"), np.random.default_rng(9)
    for epoch in (1, 20, 100):
        W, b, _ = list(reference.descend(data.X, data.y, 4, 0.3, 100))[epoch]
        nodes = {node.get("data-part"): node for node in read(view.draw(epoch=epoch)).iter(f"{SVG}polygon")}
        for point in rng.uniform(-1, 1, size=(200, 2)) * (8.9, 5.9):
            z = np.sort(point @ W + b)
            if z[-1] - z[-2] < 0.05:
                continue
            place = 226 + point[0] * 420 / 18, 196 - point[1] * 420 / 18
            winner = reference.predict(W, b, point[np.newaxis])[0]
            assert inside(place, corners(nodes[f"class-{winner}"]))


def test_chosen_points():
    view = view_of("chosen_points")
    for state in states_of(view, STATES):
        at, picture = int(state["chosen"]) - 1, view.draw(**state)
        z, y = np.array(view.data["Z"][at]), view.data["y"][at]
        truth = y if state["true_class"] == "own" else int(state["true_class"])
        np.testing.assert_allclose(
            numbers_after("probabilities ", words_of(picture)), np.clip(reference.softmax(z), 0.001, 0.999), atol=6e-4
        )
        for outputs, name in ((z, "logits"), (reference.softmax(z), "probabilities")):
            cut = np.log(np.clip(outputs, 1e-7, 1 - 1e-7))
            for flag, values in (("True", outputs), ("False", cut)):
                expected = max(float(reference.cross_entropy(values, truth)), 0.001)
                told = number_after(f"{name} with from_logits={flag}: ", words_of(picture))
                assert told == pytest.approx(expected, abs=6e-4), (name, flag)


def test_digit_browser():
    view = view_of("digit_browser")
    Z, y = np.array(view.data["logits"]), np.array(view.data["labels"])
    log_probabilities = reference.log_softmax(Z)
    orders = {
        "as they come": np.arange(len(y)),
        "highest loss": np.argsort(log_probabilities[np.arange(len(y)), y], kind="stable"),
        "least sure": np.argsort(log_probabilities.max(axis=1), kind="stable"),
    }
    for state in states_of(view, STATES):
        index, picture = orders[state["order"]][int(state["place"]) - 1], view.draw(**state)
        p = reference.softmax(Z[index], temperature=state["temperature"])
        assert f"label {y[index]}, taken for {p.argmax()}" in words_of(picture)
        np.testing.assert_allclose(numbers_after("p = ", words_of(picture)), np.clip(p, 0.001, 0.999), atol=6e-4)
        widths = [parts(picture)[f"share-{digit}"]["width"] for digit in range(10)]
        np.testing.assert_allclose(widths, p * 144, atol=PIXEL)


def test_a_digit_is_drawn_as_it_is():
    view, digits = view_of("digit_browser"), datasets.digits()
    squares = [node for node in read(view.draw(place=1)).iter(f"{SVG}rect") if node.get("fill-opacity")]
    ink = np.array([float(node.get("fill-opacity")) for node in squares])
    np.testing.assert_allclose(ink, digits.X[0][digits.X[0] > 0], atol=0.006)


@pytest.mark.parametrize("name", ["decision_regions", "chosen_points", "digit_browser"])
def test_data_that_do_not_fit_are_refused(name):
    from utils import views

    wrong = {
        "decision_regions": (np.zeros((4, 2)), np.zeros(4, int), 5),
        "chosen_points": (np.zeros((4, 2)), np.zeros(4, int), np.zeros((3, 4))),
        "digit_browser": (np.zeros((4, 63)), np.zeros(4, int), np.zeros((4, 10))),
    }[name]
    with pytest.raises(ValueError):
        getattr(views, name)(*wrong)

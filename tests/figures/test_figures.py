"""Static figures show the numbers that they are to show: for each, its artists are read back.

A picture's bytes are compared nowhere, so a figure with other data, exchanged names of its axes or nothing in it would
go by. What is expected here is computed by SciPy, or by a formula of its own.
"""

import importlib
import inspect

import numpy as np
import pytest
from scipy.special import expit, log_softmax, softmax, xlogy
from support.artists import clouds, drawn, image, kept, level, lines, mesh, named, table_of_texts, unnamed, words

from utils import datasets, reference
from utils.display import with_minus
from utils.figures import ch01, ch02, ch03, ch04, ch05, ch06, ch07, ch08, ch09, ch10
from utils.figures.plot import Plot, new_figure
from utils.files import ROOT

MISSING = set()  # figures whose test has still to be written, as "ch01.name"; to be emptied, never to be filled
close = np.testing.assert_allclose


def public_figures():
    for path in sorted((ROOT / "utils" / "figures").glob("ch*.py")):
        module = importlib.import_module(f"utils.figures.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{path.stem}.{name}"


def test_every_figure_has_its_test():
    tested = {name.removeprefix("test_").replace("_", ".", 1) for name in globals() if name.startswith("test_ch")}
    figures = set(public_figures())
    assert figures - tested == MISSING
    assert tested <= figures, "a test of a figure that is no more"


# Chapter 1


def test_ch01_hard_and_soft():
    hard, soft = drawn(ch01.hard_and_soft)
    for panel, title in ((hard, "hard max"), (soft, "softmax")):
        assert named(panel)[::2] == ("logit of class 1", title)
        x, _ = lines(panel)["class 0"]
        z = np.stack([np.full_like(x, 2.0), x, np.full_like(x, 0.1)], axis=1)
        wanted = softmax(z, axis=1) if panel is soft else np.eye(3)[z.argmax(axis=1)]
        for k in range(3):
            close(lines(panel)[f"class {k}"], [x, wanted[:, k]], atol=1e-12)
    assert named(hard)[1] == "share of each class"


def test_ch01_candidates_for_a_share():
    panels = drawn(ch01.candidates_for_a_share)
    for panel, (name, function) in zip(
        panels, {"z itself": lambda z: z, "z squared": np.square, "e to the power z": np.exp}.items(), strict=True
    ):
        x, values = unnamed(panel)[1]
        assert (x.min(), x.max()) == (-3, 3)
        close(values, function(x))
        assert named(panel)[2] == name and named(panel)[0].startswith("logit z")


def test_ch01_four_ways_to_sum():
    Z = np.array([[1.0, 2.0, 0.0], [3.0, 1.0, 1.0], [0.0, 0.0, 2.0]])
    e = np.exp(Z)
    wanted = {
        "axis=-1, keepdims=True": softmax(Z, axis=1),
        "axis=-1": e / e.sum(axis=1),
        "axis=0": softmax(Z, axis=0),
        "no axis": softmax(Z),
    }
    for panel, (name, values) in zip(drawn(ch01.four_ways_to_sum, Z), wanted.items(), strict=True):
        assert (panel.get_xlabel(), panel.get_title(loc="left")) == ("class", name)
        close(image(panel), values)
        assert table_of_texts(panel, Z.shape).tolist() == [[f"{value:.2f}" for value in row] for row in values]
        sums = [text.get_text() for text in panel.get_yticklabels()]
        assert sums == [f"sum {row.sum():.2f}" for row in values]


def test_ch01_temperature_curves():
    z = np.array([2.0, 1.0, 0.1])
    (panel,) = drawn(ch01.temperature_curves, z)
    assert panel.get_xscale() == "log"
    assert named(panel)[:2] == ("temperature T (logarithmic)", "probability")
    for k, logit in enumerate(z):
        T, values = lines(panel)[f"class {k}, logit {logit:g}"]
        close(values, softmax(z / T[:, None], axis=1)[:, k])


def test_ch01_last_layer():
    (panel,) = drawn(ch01.last_layer)
    places = {text.get_position(): text.get_text() for text in panel.texts}
    h, z, a = ([float(places[column, height]) for height in (2.0, 1.0, 0.0)] for column in range(3))
    assert len(h) == 3
    close(a, softmax(z), atol=0.03)  # the numbers of the picture are rounded
    assert len(panel.lines) == 18


# Chapter 2


def test_ch02_push_one_logit():
    z = np.array([2.0, 1.0, 0.1])
    (panel,) = drawn(ch02.push_one_logit, z, 1)
    a = softmax(z)
    slopes = a * ((np.arange(3) == 1) - a[1])
    by_slope = {name: data for name, data in lines(panel).items() if "slope" in name}
    for k, slope in enumerate(slopes):
        x, values = by_slope[f"$a_{k}$, slope {slope:+.3f}".replace("-", "−")]
        logits = np.tile(z, (len(x), 1))
        logits[:, 1] = x
        close(values, softmax(logits, axis=1)[:, k])
        tangent, point = unnamed(panel)[2 * k : 2 * k + 2]
        close(np.diff(tangent[1]) / np.diff(tangent[0]), slope)
        close(point.ravel(), [z[1], a[k]])
    assert named(panel)[0].startswith("logit $z_1$") and named(panel)[1] == "probability"


def test_ch02_slope_against_lead():
    left, right = drawn(ch02.slope_against_lead, 5)
    lead, a = unnamed(left)[0]
    wanted = np.exp(lead) / (np.exp(lead) + 4)
    close(a, wanted)
    close(unnamed(right)[0], [lead, wanted * (1 - wanted)])
    assert level(right, 0.25)
    assert "probability" in named(left)[2] and "slope" in named(right)[2]
    assert named(left)[0] == named(right)[0] == "lead of class 0 over the others"


def test_ch02_error_against_step():
    (panel,) = drawn(ch02.error_against_step)
    assert (panel.get_xscale(), panel.get_yscale()) == ("log", "log")
    assert "step" in named(panel)[0] and named(panel)[1] == "error"
    found = lines(panel)
    assert set(found) == {"one side, float64", "central, float64", "central, float32", "complex step"}
    for name, order in (("one side, float64", 1), ("central, float64", 2), ("complex step", 2)):
        h, error = found[name]
        assert h[0] == 0.1 and np.all(np.diff(h) < 0)
        assert abs(np.log10(error[0] / error[4]) / 2 - order) < 0.1, name
    assert found["one side, float64"][1].min() > 1e-10 > found["central, float64"][1].min() > 1e-13
    assert found["central, float32"][1][-1] > 1e-2 > 1e-15 > found["complex step"][1][-1]


# Chapter 3


def test_ch03_loss_curve():
    (panel,) = drawn(ch03.loss_curve)
    curve, *drops, marks = unnamed(panel)
    close(curve[1], -np.log(curve[0]))
    close(marks, [0.5 ** np.arange(6), np.log(2) * np.arange(6)], atol=1e-12)
    assert len(drops) == 6
    assert named(panel)[:2] == ("probability of the true class", "loss")


def test_ch03_what_the_label_picks():
    A, y = softmax([[2.0, 1.0, 0.1], [0.0, 3.0, 0.2]], axis=1), np.array([2, 1])
    table, indicator, loss = drawn(ch03.what_the_label_picks, A, y)
    close(image(table), A)
    close(image(indicator), np.eye(3)[y])
    assert table_of_texts(loss, (2, 1)).ravel().tolist() == [f"{-np.log(A[i, y[i]]):.2f}" for i in range(2)]
    for panel in (table, indicator):
        corners = [(round(frame.get_x() + 0.47), round(frame.get_y() + 0.47)) for frame in panel.patches]
        assert corners == [(2, 0), (1, 1)]
    assert [named(panel)[2] for panel in (table, indicator, loss)] == ["probabilities A", "indicator 1{y = j}", "loss"]


def test_ch03_entropy_and_divergence():
    (panel,) = drawn(ch03.entropy_and_divergence, 0.7)
    curve, mark, _ = unnamed(panel)
    entropy = -(xlogy(0.7, 0.7) + xlogy(0.3, 0.3))
    close(curve[1], -(0.7 * np.log(curve[0]) + 0.3 * np.log1p(-curve[0])))
    close(mark.ravel(), [0.7, entropy])
    assert level(panel, entropy)
    assert "predicted" in named(panel)[0] and "cost" in named(panel)[1]


def test_ch03_pushes_of_a_batch():
    Z, y = np.array([[2.0, 1.0, 0.1], [0.0, 3.0, 0.2]]), np.array([2, 1])
    (panel,) = drawn(ch03.pushes_of_a_batch, Z, y)
    rows = softmax(Z, axis=1) - np.eye(3)[y]
    close(image(panel), rows)
    assert table_of_texts(panel, rows.shape).tolist() == [[f"{value:+.2f}" for value in row] for row in rows]
    assert [round(frame.get_x() + 0.47) for frame in panel.patches] == y.tolist()
    (picture,) = panel.images
    assert picture.cmap(picture.norm(1.0))[0] > picture.cmap(picture.norm(1.0))[2], "pushed down is red"


def test_ch03_three_losses():
    loss, gradient = drawn(ch03.three_losses)
    assert (named(loss)[2], named(gradient)[2]) == ("loss", "gradient for the true class")
    lead, _ = lines(loss)["hinge"]
    p = expit(lead)
    wanted = {
        "cross-entropy": (np.logaddexp(0, -lead), p - 1),
        "squared error": (2 * (1 - p) ** 2, -4 * p * (1 - p) ** 2),
        "hinge": (np.clip(1 - lead, 0, None), -1.0 * (lead < 1)),
    }
    assert set(lines(loss)) == set(lines(gradient)) == set(wanted)
    for name, (values, slopes) in wanted.items():
        close(lines(loss)[name][1], values, atol=1e-12)
        close(lines(gradient)[name][1], slopes, atol=1e-12)


def test_ch03_escape():
    (panel,) = drawn(ch03.escape, {"one": [0.1, 0.4, 0.9], "two": [0.1, 0.2, 0.3]})
    close(lines(panel)["one"], [[1, 2, 3], [0.1, 0.4, 0.9]])
    close(lines(panel)["two"][1], [0.1, 0.2, 0.3])
    assert panel.get_xscale() == "log" and level(panel, 0.5)
    assert "steps" in named(panel)[0] and "probability" in named(panel)[1]


# Chapter 4


def test_ch04_points():
    data = datasets.blobs()
    (panel,) = drawn(ch04.points, data, every=7)
    assert set(clouds(panel)) == set(data.classes)
    for index, name in enumerate(data.classes):
        close(clouds(panel)[name], data.X[data.y == index][::7])
    assert named(panel)[:2] == tuple(data.features)


def test_ch04_cost_curves():
    (panel,) = drawn(ch04.cost_curves, {"fast": [1.0, 0.5, 0.2], "slow": [1.0, 0.9, 0.8]}, start=(1.1, "ln 3"))
    close(lines(panel)["fast"], [[0, 1, 2], [1.0, 0.5, 0.2]])
    close(lines(panel)["slow"][1], [1.0, 0.9, 0.8])
    assert level(panel, 1.1) and [word.strip() for word in words(panel)] == ["ln 3"]
    assert named(panel)[:2] == ("epoch", "mean cost")


def test_ch04_iris_with_rows():
    iris = datasets.iris()
    (panel,) = drawn(ch04.iris_with_rows, iris, {"A": (5.0, 3.5), "B": (6.0, 2.5)})
    for index, name in enumerate(iris.classes):
        close(clouds(panel)[name], iris.X[iris.y == index, :2])
    assert {text.get_text(): tuple(text.xy) for text in panel.texts} == {"A": (5.0, 3.5), "B": (6.0, 2.5)}
    assert [iris.features[0] in named(panel)[0], iris.features[1] in named(panel)[1]] == [True, True]


def test_ch04_weights_as_pictures(rng):
    W = rng.normal(size=(64, 3))
    for panel, column, name in zip(drawn(ch04.weights_as_pictures, W, ("a", "b", "c")), W.T, "abc", strict=True):
        (picture,) = panel.images
        assert named(panel)[2] == name
        colours = picture.cmap(picture.norm(picture.get_array()))
        best, worst = (np.unravel_index(place, (8, 8)) for place in (column.argmax(), column.argmin()))
        assert colours[best][0] > colours[best][2], "orange where ink speaks for the class"
        assert colours[worst][2] > colours[worst][1], "purple where it speaks against it"
        close(np.abs(image(panel)), np.abs(column.reshape(8, 8)))


def test_ch04_two_borders(rng):
    X = rng.normal(size=(40, 2))
    y = (X**2).sum(axis=1).astype(int).clip(0, 1)
    rings = datasets.Dataset(X, y, features=("x", "y"), classes=("in", "out"), origin="drawn here")
    model = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.0, 1.0]]), np.array([1.0, 0.0])
    (panel,) = drawn(ch04.two_borders, rings, {"squares": model})
    assert named(panel)[2] == "squares"
    reach = np.abs(X).max() * 1.05
    side = round(len(mesh(panel)) ** 0.5)
    across, up = np.meshgrid(*2 * [np.linspace(-reach, reach, side)])
    close(mesh(panel), (across**2 + up**2 > 1).ravel())
    points = np.concatenate([np.array(artist.get_offsets()) for artist in panel.collections[1:]])
    close(points, np.concatenate([X[rings.y == 0], X[rings.y == 1]]))


# Chapter 5


def test_ch05_two_losses():
    for panel, y in zip(drawn(ch05.two_losses), (1, 0), strict=True):
        assert named(panel)[::2] == ("logit z", f"label {y}")
        z, loss = lines(panel)["loss"]
        close(loss, -xlogy(y, expit(z)) - xlogy(1 - y, expit(-z)))
        close(lines(panel)["max(z, 0) − z y"][1], np.where(z > 0, z, 0) - z * y)


def test_ch05_yes_counts(rng):
    X, y = rng.normal(size=(30, 2)), rng.integers(0, 3, size=30)
    W, b = rng.normal(size=(2, 3)), np.array([0.3, 0.0, -0.2])
    largest, counts = drawn(ch05.yes_counts, W, b, X, y)
    reach = np.abs(X).max(axis=0) * 1.02
    across, up = np.meshgrid(np.linspace(-reach[0], reach[0], 240), np.linspace(-reach[1], reach[1], 160))
    Z = np.stack([across, up], axis=-1) @ W + b
    close(mesh(largest), Z.argmax(axis=-1).ravel())
    close(mesh(counts), (Z > 0).sum(axis=-1).clip(0, 2).ravel())
    for panel in (largest, counts):
        for k in range(3):
            close(lines(panel)[f"class {k}"].T, X[y == k])
    assert [text.get_text() for text in largest.figure.legends[0].texts] == ["class 0", "class 1", "class 2"]
    assert named(largest)[:2] == ("first feature", "second feature")
    assert (named(largest)[2], named(counts)[2]) == ("class of the largest logit", "how many sigmoids say yes")


def test_ch05_three_ways_in_a_row():
    x, y = np.array([-1.0, 0.0, 1.0, 2.0]), np.array([0, 1, 2, 2])
    scores = {
        "one": lambda at: np.stack([-at, 0 * at, at], axis=1),
        "two": lambda at: np.stack([at, at**2, -at], axis=1),
    }
    for panel, (name, score) in zip(drawn(ch05.three_ways_in_a_row, x, y, scores), scores.items(), strict=True):
        assert named(panel)[::2] == ("position", name)
        for k in range(3):
            at, values = lines(panel)[f"class {k}"]
            close(values, score(at)[:, k])
            close(unnamed(panel)[k][0], x[y == k])
        assert level(panel, 0.5)


def test_ch05_f1_curves(rng):
    Y, P = rng.integers(0, 2, size=(40, 3)), rng.uniform(size=(40, 3))
    f1, whole = drawn(ch05.f1_curves, Y, {"some": P})
    assert (named(f1)[2], named(whole)[2]) == ("F1", "rows that are right throughout")
    thresholds, values = lines(f1)["some"]
    answers = [t <= P for t in thresholds]
    hits, extra, missed = np.transpose([[(a & Y).sum(), (a & ~Y.astype(bool)).sum(), (~a & Y).sum()] for a in answers])
    close(values, 2 * hits / (2 * hits + extra + missed))
    close(lines(whole)["some"][1], [np.mean((a == Y).all(axis=1)) for a in answers])


# Chapter 6


def test_ch06_range_and_precision():
    import ml_dtypes

    (panel,) = drawn(ch06.range_and_precision)
    assert [name for name in words(panel)] == ["float16", "bfloat16", "float32", "float64"]
    for name, data in zip(words(panel), unnamed(panel), strict=True):
        numbers = ml_dtypes.finfo(name)
        close(data[0], np.log10([float(n) for n in (numbers.smallest_subnormal, numbers.tiny, numbers.max)]))
        close(data[1], np.log10([1.0, float(numbers.eps), float(numbers.eps)]))
    assert "size" in named(panel)[0] and "step" in named(panel)[1]


def test_ch06_gradient_when_right():
    (panel,) = drawn(ch06.gradient_when_right)
    gaps, subtracted = lines(panel)["p − 1"]
    _, summed = lines(panel)["minus the other probabilities"]
    assert panel.get_yscale() == "log" and (gaps[0], gaps[-1]) == (0, 25)
    assert subtracted[gaps >= 17].tolist() == [1.0] * int((gaps >= 17).sum())
    near = (gaps > 9.5) & (gaps < 16)
    assert subtracted[near].min() > 1e-6 and subtracted[near].max() < 0.5
    assert summed.max() < 1e-6
    assert "gap" in named(panel)[0] and named(panel)[1] == "relative error"


def test_ch06_cost_of_a_shift(rng):
    distances = rng.uniform(0, 40, size=300)
    errors = distances / 2
    (panel,) = drawn(ch06.cost_of_a_shift, distances, errors)
    close(unnamed(panel)[0], [distances, errors])
    close(lines(panel)["half a step of float32"], [2.0 ** np.arange(-1, 7)] * 2)
    assert "distance" in named(panel)[0] and "error" in named(panel)[1]


# Chapter 7


def test_ch07_network():
    (panel,) = drawn(ch07.network, (2, 5, 3), ("in", "middle", "out"))
    joined, *units = panel.collections
    assert len(joined.get_segments()) == 2 * 5 + 5 * 3
    assert [len(layer.get_offsets()) for layer in units] == [2, 5, 3]
    assert words(panel) == ["2 in", "5 middle", "3 out", "2·5 + 5 = 15", "5·3 + 3 = 18"]


def test_ch07_training_curves():
    falling = np.linspace(1, 0.5, 10)
    backends = {"one": {"a": falling, "b": 2 * falling}, "two": {"a": falling**2, "b": 3 * falling}}
    logs = {name: {key: {"losses": losses} for key, losses in curves.items()} for name, curves in backends.items()}
    for panel, (name, curves) in zip(drawn(ch07.training_curves, logs, 0.74), backends.items(), strict=True):
        assert named(panel)[::2] == ("epoch", name)
        for label, losses in curves.items():
            close(lines(panel)[label], [np.arange(1, 11), losses])
        assert level(panel, 0.74) and panel.get_yscale() == "log"


# Chapter 8


def test_ch08_double_softmax():
    loss, gradient = drawn(ch08.double_softmax, K=4)
    gaps, once = lines(loss)["one softmax"]
    z = np.full((len(gaps), 4), -40.0)
    z[:, 0], z[:, 1] = gaps, 0.0
    close(once, -log_softmax(z, axis=1)[:, 0], atol=1e-12)
    twice = -log_softmax(softmax(z, axis=1), axis=1)[:, 0]
    close(lines(loss)["two"][1], twice)
    close(lines(gradient)["one softmax"][1], softmax(z, axis=1)[:, 0] - 1)
    close(lines(gradient)["two"][1][1:-1], np.gradient(twice, gaps)[1:-1], atol=2e-3)
    assert level(loss, np.log(np.e + 3) - 1) and level(loss, np.log(np.e + 3))
    assert (named(loss)[1], named(gradient)[1]) == ("loss", "gradient for the true logit")


def test_ch08_training_curves():
    (panel,) = drawn(ch08.training_curves, {"one": [3.0, 1.0], "two": [3.0, 2.9]}, level=1.5, name="here")
    close(lines(panel)["one"], [[1, 2], [3.0, 1.0]])
    close(lines(panel)["two"][1], [3.0, 2.9])
    assert level(panel, 1.5) and words(panel) == ["here"]
    assert named(panel)[:2] == ("epoch", "mean loss of the epoch")


def test_ch08_label_smoothing():
    (panel,) = drawn(ch08.label_smoothing, 10, (0.0, 0.1))
    for share in (0.0, 0.1):
        gaps, values = lines(panel)[f"α = {share:g}"]
        z = np.zeros((len(gaps), 10))
        z[:, 0] = gaps
        target = np.full(10, share / 10) + (1 - share) * np.eye(10)[0]
        close(values, -log_softmax(z, axis=1) @ target)
    (best,) = unnamed(panel)
    close(best.ravel(), [np.log(91), -(0.91 * np.log(0.91) + 9 * 0.01 * np.log(0.01))])
    assert named(panel)[:2] == ("lead of the true class", "loss")


# Chapter 9


def test_ch09_side_by_side(rng):
    losses = {"A": np.linspace(2, 1, 60), "B": np.linspace(2, 1, 60) + 1e-8}
    own = {title: [(rng.normal(size=(2, 3)), rng.normal(size=3))] for title in ("gradients", "weights")}
    off = {"gradients": 1e-7, "weights": 1e-4}
    weights = {
        title: {"A": pairs, "B": [(W + off[title], b + off[title]) for W, b in pairs]} for title, pairs in own.items()
    }
    loss, away, *below = drawn(ch09.side_by_side, losses, weights, "A")
    for name, values in losses.items():
        close(lines(loss)[name][1], values)
    assert set(lines(away)) == {"B"} and level(away, 1e-6)
    close(lines(away)["B"][1], 1e-8, rtol=1e-3)
    for panel, (title, pairs) in zip(below, own.items(), strict=True):
        assert title in named(panel)[2] and "A" in named(panel)[0] and level(panel, 1e-5)
        numbers = np.concatenate([part.ravel() for pair in pairs for part in pair])
        close(lines(panel)["B"], [numbers, np.full(9, off[title])], rtol=1e-3)


def test_ch09_pictures(rng):
    X = rng.uniform(size=(3, 16))
    for panel, pixels, name in zip(drawn(ch09.pictures, X, ["x", "y", "z"], columns=2), X, "xyz", strict=True):
        close(image(panel), pixels.reshape(4, 4))
        assert named(panel)[0] == name
        (picture,) = panel.images
        assert picture.cmap(picture.norm(1.0))[0] < picture.cmap(picture.norm(0.0))[0], "1 is ink"


def test_ch09_confusion():
    table = np.array([[5, 1, 0], [0, 7, 2], [3, 0, 9]])
    (panel,) = drawn(ch09.confusion, table, ("a", "b", "c"))
    close(image(panel), table - np.diag(np.diag(table)))
    shown = table_of_texts(panel, table.shape)
    assert shown.tolist() == [[str(count or "") for count in row] for row in table]
    assert named(panel)[:2] == ("taken for", "true class")


def test_ch09_reliability_diagrams(rng):
    P = softmax(rng.normal(size=(200, 3)), axis=1)
    found = reference.reliability(P, rng.integers(0, 3, size=200))
    panel, strip = drawn(ch09.reliability_diagrams, {"model": found})
    used = found.count > 0
    close([bar.get_height() for bar in strip.patches], found.count[used])
    close([bar.get_height() for bar in panel.patches], found.accuracy[used])
    close([bar.get_x() for bar in panel.patches], (np.arange(len(found.count)) / len(found.count))[used])
    close([data[1, 0] for data in unnamed(panel)[0:-1:2]], found.confidence[used])
    assert named(strip)[:2] == ("confidence", "answers") and "accuracy" in named(panel)[1]


# Chapter 10


def test_ch10_look_up():
    keys, values = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]), np.array([10.0, 20.0, 40.0])
    left, right = drawn(ch10.look_up, keys, values, sharpness=4)
    ways, soft = lines(right)["soft"]
    scores = 4 * ((1 - ways[:, None]) * keys[0] + ways[:, None] * keys[1]) @ keys.T
    close(soft, softmax(scores, axis=1) @ values)
    hard = np.concatenate([lines(right)["hard"], unnamed(right)[0]], axis=1)
    close(hard, [ways, values[scores.argmax(axis=1)]])
    assert set(words(left)) >= {"10", "20", "40", "query"}
    assert named(right)[1] == "answer"


def test_ch10_root_of_the_width():
    plain, divided = np.array([[0.3, 0.6, 0.9], [0.6, 0.4, 0.1]]), np.array([[0.3, 0.31, 0.32], [0.7, 0.69, 0.68]])
    panels = drawn(ch10.root_of_the_width, np.array([1, 4, 16]), plain, divided)
    for part, panel in enumerate(panels):
        close(lines(panel)["q · k"], [[1, 4, 16], plain[part]])
        close(lines(panel)["q · k / √d"][1], divided[part])
        assert named(panel)[0] == "width d"
    assert ["weight" in named(panels[0])[2], "slopes" in named(panels[1])[2]] == [True, True]


def test_ch10_what_stays():
    logits = {"sharp": np.array([5.0, 1, 0.5, 0, -1, -2]), "flat": np.linspace(1, 0, 6)}
    for panel, (name, z) in zip(drawn(ch10.what_stays, logits, k=3, p=0.9), logits.items(), strict=True):
        a = softmax(z)
        by_p = int(np.searchsorted(np.cumsum(a), 0.9) + 1)
        close([bar.get_height() for bar in panel.patches], a)
        assert named(panel)[2] == name
        assert lines(panel)["top-k, k = 3"][0].tolist() == [-0.5, 2.5]
        assert lines(panel)["top-p, p = 0.9"][0].tolist() == [-0.5, by_p - 0.5]
        assert words(panel) == ["3 stay", f"{by_p} stay"]


def test_ch10_classes_that_win():
    W = np.array([[2.0, -1.0, -1.0, 0.1], [0.0, 1.5, -1.5, 0.0]])
    left, right = drawn(ch10.classes_that_win, W)
    close(np.array(unnamed(left)[:4])[:, :, 0], W.T)
    corners = unnamed(left)[4]
    assert {tuple(corner) for corner in corners.T} == {tuple(w) for w in W.T[:3]}
    assert words(left) == [f"$w_{k}$" for k in range(4)]
    for text in right.texts:
        assert (W.T @ text.get_position()).argmax() == int(text.get_text().removeprefix("class "))
    assert len(right.texts) == 3
    assert named(left)[:2] == ("weight of feature 0", "weight of feature 1")


def test_ch10_singular_values():
    (panel,) = drawn(ch10.singular_values, {"one": np.array([4.0, 2.0, 1e-20]), "two": np.array([3.0, 3.0])})
    close(lines(panel)["one"], [[1, 2, 3], [1, 0.5, 1e-17]])
    close(lines(panel)["two"][1], [1, 1])
    assert panel.get_yscale() == "log"
    assert named(panel)[:2] == ("number of the singular value", "relative size")


def test_ch10_softmax_and_sparsemax():
    left, right = drawn(ch10.softmax_and_sparsemax)
    gaps, values = lines(left)["softmax"]
    close(values, expit(gaps))
    close(lines(left)["sparsemax"][1], np.clip((gaps + 1) / 2, 0, 1), atol=1e-12)
    corners = np.array([[0, 0], [1, 0], [0.5, np.sqrt(3) / 2]])
    inside = np.linalg.inv(np.vstack([corners.T, np.ones(3)]))
    ends = [data for data in unnamed(right) if data.shape == (2, 2)]
    assert len(ends) == 6
    for data in ends:
        start, end = (inside @ [*point, 1.0] for point in data.T)
        close(end, reference.sparsemax(start), atol=1e-12)
    assert named(left)[:2] == ("lead of class 0 over class 1", "share of class 0")


# The reading back can fail


@pytest.mark.parametrize("fault", ["exchanged names", "other data", "nothing drawn"])
def test_a_figure_that_shows_something_else_is_found(monkeypatch, fault):
    from matplotlib.axes import Axes

    if fault == "exchanged names":
        monkeypatch.setattr(Axes, "set_xlabel", Axes.set_ylabel)
    elif fault == "other data":
        monkeypatch.setattr(ch03, "softmax", lambda z: softmax(-np.asarray(z), axis=-1))
        monkeypatch.setattr(ch03, "log_softmax", lambda z: log_softmax(-np.asarray(z), axis=-1))
    else:
        monkeypatch.setattr(Axes, "plot", lambda panel, *arguments, **named: [])
    with pytest.raises((AssertionError, KeyError, ValueError, UserWarning)):
        test_ch03_three_losses()
        test_ch03_loss_curve()


def test_what_a_figure_says_has_the_minus_of_its_picture():
    said = "from -2 to 6 at [-1.5, .5], -.5 of 1e-08 and -3e-05, 8-17, x-1, axis=-1"
    assert with_minus(said) == "from −2 to 6 at [−1.5, .5], −.5 of 1e−08 and −3e−05, 8-17, x-1, axis=-1"
    with kept():
        plot = Plot(new_figure(2, 2)[0], "from -2 to 6")
    assert plot.text == "from −2 to 6"

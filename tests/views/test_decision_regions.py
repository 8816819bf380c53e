"""The view of the decision regions: its polygons against a grid, and its words against the weights."""

import re
from functools import cache

import numpy as np
import pytest
from support.pictures import SVG, by_id, corners, inside, read, words
from support.view_contract import ViewContract

from utils import datasets, reference
from utils.views import decision_regions, draw_decision_regions
from utils.views.decision_regions_view import EPOCHS, RATES, REACH, record, regions_of

SHOWN = slice(None, None, 10)


@cache
def stored():
    """The data, and a run for each learning rate."""
    blobs = datasets.blobs()
    return blobs, {rate: record(blobs.X, blobs.y, 4, rate) for rate in RATES}


def all_pictures():
    blobs, runs = stored()
    epochs = (0, 1, 2, 3, 5, 8, 13, 20, 50, EPOCHS)
    for rate in RATES:
        for epoch in epochs:
            yield draw_decision_regions(runs[rate], blobs.X[SHOWN], blobs.y[SHOWN], epoch, rate)


@pytest.fixture
def blobs():
    return stored()[0]


@pytest.fixture
def runs():
    return stored()[1]


class TestEveryView(ViewContract):
    def make(self):
        blobs = stored()[0]
        return decision_regions(blobs.X, blobs.y, 4)

    def pictures(self):
        return all_pictures()


def test_a_picture_is_small_enough_to_be_drawn_at_every_move():
    assert max(len(drawn.svg) for drawn in all_pictures()) < 25_000


def test_a_run_is_the_training_step_by_step(blobs, runs):
    run = runs[0.3]
    assert run.W.shape == (EPOCHS + 1, 2, 4) and run.b.shape == (EPOCHS + 1, 4)
    W, b, losses = reference.train(blobs.X, blobs.y, 4, 0.3, EPOCHS)
    np.testing.assert_array_equal(run.W[-1], W)
    np.testing.assert_array_equal(run.b[-1], b)
    np.testing.assert_array_equal(run.costs[:-1], losses)
    assert run.accuracies[-1] == np.mean(reference.predict(W, b, blobs.X) == blobs.y)


@pytest.mark.parametrize("K", [1, 2, 3, 4])
def test_the_polygons_are_where_the_class_has_the_largest_logit(rng, K):
    for _ in range(20):
        W, b = rng.normal(size=(2, K)), 3 * rng.normal(size=K)
        regions = regions_of(W, b)
        assert len(regions) == K
        points = rng.uniform(-1, 1, size=(200, 2)) * REACH
        margins = np.sort(reference.logits(W, b, points), axis=1)
        clear = margins[:, -1] - margins[:, -2] > 1e-6 if K > 1 else np.ones(len(points), bool)
        for point, winner in zip(points[clear], reference.predict(W, b, points[clear]), strict=True):
            assert [len(region) > 0 and inside(point, region) for region in regions].index(True) == winner


def test_a_class_that_wins_nowhere_has_no_region():
    regions = regions_of(np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 0.0]]), np.array([0.0, 0.0, -1.0]))
    assert [len(region) > 0 for region in regions] == [True, True, False]


def test_the_name_of_a_region_stands_in_it():
    for drawn in all_pictures():
        root = read(drawn)
        for node in root.iter(f"{SVG}text"):
            place = float(node.get("x")), float(node.get("y")) - 4
            found = re.fullmatch(r"class (\d)", node.text or "")
            if found and place[0] < 440:
                assert inside(place, corners(by_id(drawn, f"regions-class-{found[1]}"))), (drawn.text, node.text)


def test_the_text_says_what_the_weights_do(blobs, runs):
    for rate in RATES:
        for epoch in (1, 7, EPOCHS):
            drawn = draw_decision_regions(runs[rate], blobs.X[SHOWN], blobs.y[SHOWN], epoch, rate)
            run = runs[rate]
            right = np.mean(reference.predict(run.W[epoch], run.b[epoch], blobs.X) == blobs.y)
            assert drawn.text.startswith(f"Epoch {epoch}, learning rate {rate:g}: cost {run.costs[epoch]:.3f}, ")
            assert float(re.search(r"([\d.]+) percent", drawn.text)[1]) == pytest.approx(100 * right, abs=0.051)


def test_at_the_start_all_classes_tie(blobs, runs):
    drawn = draw_decision_regions(runs[0.3], blobs.X[SHOWN], blobs.y[SHOWN], 0, 0.3)
    assert "cost 1.386, 25.0 percent" in drawn.text and "tie everywhere" in drawn.text
    assert "regions-class" not in drawn.svg
    assert "All classes tie everywhere" in words(drawn)


def test_wrong_points_have_a_rim_and_every_point_is_drawn_once(blobs, runs):
    X, y = blobs.X[SHOWN], blobs.y[SHOWN]
    for epoch in (1, 20):
        run = runs[0.3]
        wrong = reference.predict(run.W[epoch], run.b[epoch], X) != y
        drawn = draw_decision_regions(run, X, y, epoch, 0.3)
        paths = {node.get("id"): node for node in read(drawn).iter(f"{SVG}path") if node.get("id")}
        counted = {name: node.get("d").count("M") for name, node in paths.items()}
        assert sum(counted.values()) == len(X)
        assert sum(count for name, count in counted.items() if "wrong" in name) == wrong.sum()
        widths = {name.split("-")[1]: float(node.get("stroke-width")) for name, node in paths.items()}
        assert widths["wrong"] > widths["right"]


def test_the_prediction_is_true(runs):
    """Eight in ten after one step, whatever the learning rate."""
    assert {round(float(run.accuracies[1]), 2) for run in runs.values()} == {0.81}
    regions = [[region.round(6).tolist() for region in regions_of(run.W[1], run.b[1])] for run in runs.values()]
    assert all(one == regions[0] for one in regions)


@pytest.mark.parametrize("epoch", [-1, EPOCHS + 1])
def test_an_epoch_that_does_not_exist_is_refused(blobs, runs, epoch):
    with pytest.raises(ValueError, match="epochs 0 to 100"):
        draw_decision_regions(runs[0.3], blobs.X[SHOWN], blobs.y[SHOWN], epoch, 0.3)


def test_moving_a_slider_trains_nothing(blobs, monkeypatch):
    view = decision_regions(blobs.X, blobs.y, 4)
    monkeypatch.setattr(reference, "descend", None)
    monkeypatch.setattr(reference, "gradients", None)
    view.controls["epoch"].value = 55
    view.controls["learning_rate"].value = 0.03
    assert view.error.value == "" and "Epoch 55, learning rate 0.03" in view.numbers.value


@pytest.mark.benchmark(group="redraw")
def test_benchmark_decision_regions(benchmark, blobs, runs):
    benchmark(draw_decision_regions, runs[0.3], blobs.X[SHOWN], blobs.y[SHOWN], 20, 0.3)

"""The bar that moves while chapter 8 trains: what it shows, what it says, and what is stored of it."""

import ipywidgets as widgets
import pytest

from utils.notebooks.execute import WIDGET_VIEW
from utils.views import TrainingProgress


def test_it_starts_empty():
    bar = TrainingProgress(epochs=10)
    assert (bar.bar.value, bar.bar.max) == (0, 10)
    assert "0 of 10" in bar.words.value


@pytest.mark.parametrize(("epoch", "loss"), [(1, 1.38629), (7, 0.0412), (10, 0.0)])
def test_it_follows_the_epochs_and_says_the_loss(epoch, loss):
    bar = TrainingProgress(epochs=10)
    bar.show(epoch, loss)
    assert bar.bar.value == epoch
    assert f"{epoch} of 10, loss {loss:.4f}" in bar.words.value


def test_every_change_is_read_aloud():
    bar = TrainingProgress(epochs=3)
    assert 'role="status"' in bar.words.value
    bar.show(2, 0.5)
    assert 'role="status"' in bar.words.value


def test_it_has_a_label():
    (bar,) = [child for child in TrainingProgress(epochs=3).children if isinstance(child, widgets.IntProgress)]
    assert bar.description and bar.tooltip


def test_what_is_stored_is_the_same_before_and_after_the_training():
    """nbval compares it, and a reader without a kernel gets a sentence in the place of a dead widget."""
    bar = TrainingProgress(epochs=10)
    before = bar._repr_mimebundle_()
    bar.show(10, 0.0412)
    after = bar._repr_mimebundle_()
    assert WIDGET_VIEW in before
    for kind in ("text/plain", "text/html"):
        assert before[kind] == after[kind]
        assert "10 epochs" in before[kind]

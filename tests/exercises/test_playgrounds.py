"""Sliders around a reader's own function: whose function is called, what is drawn, and what is said of it."""

import numpy as np
import pytest

from utils.checking import session
from utils.checking.session import SESSION
from utils.exercises import all_exercises, ch01

PLAYGROUNDS = [exercise for exercise in all_exercises() if exercise.playground is not None]


@pytest.fixture(autouse=True)
def fresh_session(monkeypatch, tmp_path):
    monkeypatch.setattr(SESSION, "answers", {})
    monkeypatch.setattr(SESSION, "passed", {})
    monkeypatch.setattr(session.progress, "progress_file", lambda: tmp_path / "progress.json")


def test_each_of_the_chapters_1_to_9_has_one():
    assert [exercise.name[:4] for exercise in PLAYGROUNDS] == [f"ch{number:02}" for number in range(1, 10)]


@pytest.mark.parametrize("exercise", PLAYGROUNDS, ids=lambda exercise: exercise.name)
def test_every_slider_changes_what_is_drawn_and_said(exercise):
    sliders = exercise.sliders()
    assert sliders.words.value.startswith('<p role="status">The workbook’s ')
    assert "<img" in sliders.picture.value
    for control in sliders.controls.values():
        for value in (control.min, control.max):
            before, moved = (sliders.picture.value, sliders.words.value), control.value != value
            control.value = value
            after = sliders.picture.value, sliders.words.value
            assert not moved or before != after
            assert "raised" not in sliders.words.value and "did not end" not in sliders.words.value
    bundle = sliders._repr_mimebundle_()
    assert bundle["text/plain"] == f"Sliders around {exercise.answer_name}; they move where a kernel runs."
    assert "<img" in bundle["text/html"]


def test_ones_own_function_takes_the_place_of_the_reference_when_it_has_passed():
    calls = []

    def softmax(z):
        calls.append(z)
        return ch01.softmax.reference(z)

    sliders = ch01.softmax.sliders()
    ch01.softmax.check(lambda z: z)
    sliders.controls["z0"].value = 0.5
    assert "The workbook’s softmax" in sliders.words.value
    ch01.softmax.check(softmax)
    del calls[:]
    sliders.controls["z0"].value = 1.5
    assert len(calls) == 1
    assert "Your softmax of [1.5, 1, 0.1, -1] gives" in sliders.words.value
    assert "It agrees with the reference." in sliders.words.value


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            lambda z: ch01.softmax.reference(z) + 0.1 * (np.arange(4) == 2),
            "The first difference from the reference is at [2]",
        ),
        (lambda z: 1 / 0, "raised ZeroDivisionError"),
        (lambda z: "nonsense", "it is text in quotes"),
        (lambda z: z[:2], "It has another form than the reference."),
        (lambda z: z * np.nan, "nan"),
        (lambda z: [0 for _ in iter(int, 1)], "did not end within 1 seconds"),
    ],
    ids=["one entry", "raises", "nonsense", "shape", "nan", "endless"],
)
def test_what_goes_wrong_is_told_and_stops_nothing(answer, words):
    ch01.softmax.check(ch01.softmax.reference)
    sliders = ch01.softmax.sliders()
    SESSION.answers["ch01.softmax"] = answer
    sliders.controls["z0"].value = 0.7
    assert words in sliders.words.value
    SESSION.answers["ch01.softmax"] = ch01.softmax.reference
    sliders.controls["z0"].value = 0.8
    assert "It agrees with the reference." in sliders.words.value


@pytest.mark.benchmark(group="sliders")
@pytest.mark.parametrize("exercise", PLAYGROUNDS, ids=lambda exercise: exercise.name)
def test_time_of_a_redraw(benchmark, exercise):
    sliders = exercise.sliders()
    (control, *_) = sliders.controls.values()
    places = iter(np.tile(np.linspace(control.min, control.max, 40), 10_000))
    benchmark.pedantic(lambda: setattr(control, "value", next(places)), rounds=20)

"""What the experiments of chapter 7 return: plain data, the same facts under both backends, logs in words."""

import json

import pytest
from support import older_processor

from utils.frameworks import flag_experiments, run_under


@pytest.mark.prove  # chapter 7 prints the same losses of both, and nbval compares them at every change
def test_single_losses_here_and_under_torch():
    here = flag_experiments.single_losses()
    source = "from utils.frameworks import flag_experiments\nresult = flag_experiments.single_losses()"
    there = run_under("torch", source)
    assert here["logits, True"] == pytest.approx(100) == there["logits, True"]
    assert here["softmax, False"] == pytest.approx(100)
    assert there["softmax, False"] == pytest.approx(16.118, abs=1e-3)
    assert {name for name in here if here[name] != pytest.approx(there[name])} == {"softmax, True", "softmax, False"}


@pytest.mark.prove  # as above; what cannot be sent as plain data would fail there
def test_a_training_returns_plain_data_and_what_keras_warns_of():
    log = flag_experiments.train("softmax", True, epochs=1)
    assert json.loads(json.dumps(log)) == log
    assert len(log["losses"]) == 1 and "Was this intended?" in log["warning"]
    assert log["range"][0] >= 0 and log["range"][1] <= 1
    assert flag_experiments.train("linear", True, epochs=1)["warning"] == ""


def test_logs_are_put_in_words_by_their_letters(monkeypatch):
    log = {"losses": [1.0, 0.5], "on predictions": 0.25, "accuracy": 0.75, "range": [-3.2, 4.0]}
    monkeypatch.setattr(flag_experiments, "_log", lambda name: log)
    words = flag_experiments.logs_to_read({"logs": {"A": log | {"range": [0.0, 1.0]}, "C": log}})
    assert list(words) == ["A", "B", "C", "D"]
    assert words["A"] == "last loss 0.50, loss of the predictions 0.25, accuracy 0.75, outputs within 0 and 1"
    assert words["B"].endswith("outputs from -3 to 4")


@pytest.mark.prove
@pytest.mark.parametrize("backend", ["tensorflow", "torch"])
def test_the_last_digits_of_a_chaotic_training_decide_nothing_that_is_shown(backend, monkeypatch):
    source = """
import keras
from utils.frameworks import flag_experiments as shown
kinds = [{}]
if keras.backend.backend() == "tensorflow":  # the log of a linear output in the last exercise comes from here alone
    kinds.append({"seed": shown.SEED_OF_THE_LOGS, "epochs": shown.EPOCHS_OF_THE_LOGS})
result = [[shown.train("linear", False, **kind, noise=noise) for noise in %s] for kind in kinds]
"""
    found = run_under(backend, source % "(0, 1e-12, 1e-9, 1e-7)")
    for name, value in older_processor.VARIABLES.items():
        monkeypatch.setenv(name, value)
    for runs, older in zip(found, run_under(backend, source % "(0,)"), strict=True):
        assert len({flag_experiments._in_words(log) for log in runs + older}) == 1

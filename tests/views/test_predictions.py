"""The answer that a view declares right is right: computed here, without the view."""

import json
import re

import ml_dtypes
import numpy as np
import pytest
from scipy.special import expit, softmax

from utils import datasets
from utils.files import ROOT
from utils.notebooks.format import read_notebook

STRINGS = r'("(?:[^"\\]|\\.)*"(?:\s*\+\s*"(?:[^"\\]|\\.)*")*)'
PREDICTION = re.compile(rf"question:\s*{STRINGS},\s*options:\s*\[(.*?)\],\s*answer:\s*(\d+)", re.DOTALL)


def unquoted(text):
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))


def declared():
    """What the views ask, and the option that each declares right."""
    for path in sorted((ROOT / "utils" / "views" / "js").glob("*.js")):
        for question, options, answer in PREDICTION.findall(path.read_text(encoding="utf-8")):
            choices = [unquoted(option) for option in re.findall(STRINGS, options)]
            yield pytest.param(unquoted(question), choices[int(answer)], id=f"{path.stem}-{unquoted(question)[:30]}")


def first_true(*cases):
    """The words of the first case that holds."""
    return next(words for words, holds in cases if holds)


def the_same_path():
    data, paths = datasets.blobs(), {}
    X, Y = np.column_stack([data.X, np.ones(len(data.y))]), np.eye(data.K)[data.y]
    for rate in (0.003, 0.03):
        paths[rate] = [np.zeros((3, data.K))]
        for _ in range(100):
            paths[rate].append(paths[rate][-1] - rate * X.T @ (softmax(X @ paths[rate][-1], axis=1) - Y) / len(Y))
    decisions = (X @ paths[0.003][100]).argmax(axis=1)
    shares = [np.mean((X @ weights).argmax(axis=1) == decisions) for weights in paths[0.03]]
    nearest = int(np.argmax(shares))
    return first_true(("After about 10", 8 <= nearest <= 12 and shares[nearest] > 0.99 and shares[100] < 0.95))


def warmer():
    z = np.random.default_rng(0).normal(size=(50, 10)) * 5
    cold, warm = softmax(z, axis=1), softmax(z / 5, axis=1)
    kept = np.array_equal(cold.argsort(axis=1), warm.argsort(axis=1))
    return first_true(("How sure it is, and nothing else", kept and np.all(warm.max(axis=1) < cold.max(axis=1))))


def breaking_formats():
    formats = {"float16": np.float16, "bfloat16": ml_dtypes.bfloat16, "float32": np.float32, "float64": np.float64}
    with np.errstate(over="ignore"):
        broken = [name for name, dtype in formats.items() if not np.isfinite(np.exp(dtype(100)).astype(float))]
    return first_true(("In float16, bfloat16 and float32", broken == ["float16", "bfloat16", "float32"]))


def jacobian_when_certain():
    a = softmax([60.0, 0.0, 0.0])
    return first_true(("Every entry shrinks towards 0", np.abs(np.diag(a) - np.outer(a, a)).max() < 1e-20))


def gradient_with_epsilon():
    p = np.exp(-60.0)
    return first_true(("Too small to learn anything from", p * (1 - p) / (p + 1e-9) < 1e-15))


def pushes():
    push = np.array([1.0, 0.0, 0.0]) - softmax([1.0, 2.0, 3.0])
    return first_true(("z₀ upwards, z₁ and z₂ downwards, z₂ more strongly", push[0] > 0 > push[1] > push[2]))


def weight_among_a_thousand():
    return first_true(("It keeps about 0.13", abs(softmax([5.0] + 999 * [0.0])[0] - 0.13) < 0.005))


def hot():
    return first_true(("To the centre", np.allclose(softmax(np.array([2.0, 1.0, 0.1]) / 1e9), 1 / 3)))


def sums():
    z = np.array([2.0, 1.0, 0.1, -1.0])
    grows = expit(z + 3).sum() > expit(z).sum()
    return first_true(("The softmax still sums to 1, the sigmoids sum to more than before", grows))


def shifted_powers():
    ratios = np.exp(np.arange(4.0) + 1) / np.exp(np.arange(4.0))
    return first_true(("Each is multiplied by e", np.allclose(ratios, np.e)))


def others_when_one_rises():
    before, after = softmax([2.0, 1.0, 0.1, -1.0]), softmax([3.0, 1.0, 0.1, -1.0])
    factors = after[1:] / before[1:]
    kept = np.allclose(factors, factors[0]) and factors[0] < 1
    return first_true(("All three shrink, and keep their ratios to each other", kept))


def wrong_side():
    """What the model of chapter 7 makes of the point, as the chapter stores it."""
    (path,) = (ROOT / "solutions").glob("07_*.ipynb")
    (html,) = [one.outputs[0].data["text/html"] for one in read_notebook(path).cells if "chosen_points" in one.source]
    data = json.loads(re.search(r"parentElement,view,({.*})\)}\)\(\)", html).group(1))
    z, own = np.array(data["Z"][-1]), data["y"][-1]
    ahead = z.max() - np.sort(z)[-2] > 2
    return first_true(
        ("All four near zero: the model is not sure", np.abs(z).max() < 1),
        ("One clearly ahead, and it belongs to another class", ahead and z.argmax() != own),
        ("One clearly ahead, and it belongs to the point's own class", ahead and z.argmax() == own),
        ("All four negative", z.max() < 0),
    )


TRUTH = {  # how a question begins: what computes the right answer
    "The last of these points lies on the wrong side": wrong_side,
    "The learning rate 0.003 makes 100 steps": the_same_path,
    "You raise the temperature from 1 to 5": warmer,
    "The logits are 100 and 40": breaking_formats,
    "All logits are equal, and now z₀ rises": jacobian_when_certain,
    "A model is wrong by a gap of 60": gradient_with_epsilon,
    "The logits are 1, 2 and 3, and the true class is 0": pushes,
    "The best of 10 items leads all others by 5": weight_among_a_thousand,
    "The temperature rises without bound": hot,
    "All four logits are raised by 3": sums,
    "The shift c is raised by 1": shifted_powers,
    "Only z₀ is raised": others_when_one_rises,
}


@pytest.mark.parametrize(("question", "right"), list(declared()))
def test_the_declared_answer_is_right(question, right):
    (compute,) = [function for start, function in TRUTH.items() if question.startswith(start)]
    assert right == compute()


def test_every_prediction_is_read():
    """As many as the scripts declare, so that one in another layout is not passed over."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "utils" / "views" / "js").glob("*.js")]
    asked = sum(len(re.findall(r"^\s*question: ", text, re.MULTILINE)) for text in texts)
    assert len(list(declared())) == asked > 0

"""Every view with its data, its states, and its pictures read back."""

import re
import xml.etree.ElementTree as ElementTree
from functools import cache

import numpy as np

from utils import datasets, reference, views

SVG = "{http://www.w3.org/2000/svg}"


def _of_data():
    blobs, digits = datasets.blobs(), datasets.digits()
    rng = np.random.default_rng(4)
    Z = 4 * rng.normal(size=(12, 4)) + 6 * reference.indicator(blobs.y[:12], 4)
    return {
        "decision_regions": lambda: views.decision_regions(blobs.X, blobs.y, 4),
        "chosen_points": lambda: views.chosen_points(blobs.X[:12], blobs.y[:12], Z.round(1)),
        "digit_browser": lambda: views.digit_browser(digits.X[:40], digits.y[:40], 5 * rng.normal(size=(40, 10))),
    }


WITH_DATA = ("decision_regions", "chosen_points", "digit_browser")  # their data is loaded when they are drawn
NAMES = (
    "softmax_bars",
    "simplex",
    "jacobian_heatmap",
    "push_and_pull",
    "softmax_and_sigmoids",
    "exponential_ruler",
    "loss_against_gap",
    "sharpness",
    *WITH_DATA,
)


@cache
def view_of(name):
    """The view with this name."""
    return _of_data()[name]() if name in WITH_DATA else getattr(views, name)()


def values_of(control):
    """Every value that a control can take, in its order."""
    kind = control["kind"]
    if kind == "choice":
        return [value for value, _ in control["options"]]
    if kind == "stops":
        return control["values"]
    places = np.linspace(
        control["low"], control["high"], round((control["high"] - control["low"]) / control["step"]) + 1
    )
    return [10.0**place for place in places] if kind == "power" else places.round(6).tolist()


def states_of(view, count, seed=7):
    """States of a view: the ends of each control beside the start, all ends together, and random ones."""
    values = {control["name"]: values_of(control) for control in view.controls}
    states = [{name: end} for name, all_values in values.items() for end in (all_values[0], all_values[-1])]
    states += [{name: all_values[end] for name, all_values in values.items()} for end in (0, -1)]
    rng = np.random.default_rng(seed)
    states += [{name: v[rng.integers(len(v))] for name, v in values.items()} for _ in range(count)]
    return [view.start | state for state in states]


def read(picture):
    """The root of a picture; what a group says of its labels is written on each of them."""
    root = ElementTree.fromstring(picture.svg)
    for group in root.iter(f"{SVG}g"):
        for node in group:
            for name, value in group.attrib.items():
                node.attrib.setdefault(name, value)
    return root


def parts(picture):
    """The parts of a picture that have a name, by name, with numbers as numbers."""
    named = {node.get("data-part"): node for node in read(picture).iter() if node.get("data-part")}
    return {name: {key: _number(value) for key, value in node.attrib.items()} for name, node in named.items()}


def _number(text):
    try:
        return float(text)
    except ValueError:
        return text


def words_of(picture):
    """The line of text of a picture, its numbers as Python writes them."""
    return picture.text.replace("−", "-")


def numbers_after(words, text):
    """The numbers of the first list behind some words; ``<0.001`` and ``>0.999`` count as their limits."""
    found = re.search(rf"{words}\[([^]]*)\]", text)[1]
    return np.array([float(number.strip(" <>")) for number in found.split(",")])


def number_after(words, text):
    """The first number behind some words."""
    return float(re.search(rf"{words}[<>]?(-?\d+(?:\.\d+)?(?:e[-+]\d+)?)", text)[1])


def logits_of(state):
    """The logits of a state."""
    return np.array([state[name] for name in state if re.fullmatch(r"z\d", name)], dtype=float)

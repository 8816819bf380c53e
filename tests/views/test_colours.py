"""The colours of the course: told apart with every common kind of colour vision, and seen on paper."""

import itertools

import numpy as np
import pytest
from support.colours import ORDINARY, contrast, linear

from utils.display import COLOURS, INK, PAPER, QUIET, RULE

# What a colour becomes, in linear RGB. Machado, Oliveira and Fernandes 2009, severity 1.0.
VISIONS = {
    "ordinary": ORDINARY,
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = TO_XYZ @ np.ones(3)
NOTICEABLE = 2.3  # the smallest difference in CIELAB that a trained eye sees side by side (Mahy and others 1994)


def lab(rgb):
    """CIELAB of linear RGB (CIE 1976)."""
    ratios = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    f = np.where(ratios > (6 / 29) ** 3, np.cbrt(ratios), ratios / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one, other, vision):
    return float(np.linalg.norm(lab(VISIONS[vision] @ linear(one)) - lab(VISIONS[vision] @ linear(other))))


@pytest.mark.parametrize("vision", VISIONS)
def test_the_colours_of_classes_are_told_apart(vision):
    for one, other in itertools.combinations(COLOURS, 2):
        assert difference(one, other, vision) > 5 * NOTICEABLE, (one, other)


@pytest.mark.parametrize("vision", VISIONS)
def test_text_is_read_on_paper(vision):
    assert contrast(INK, PAPER, VISIONS[vision]) > 7
    assert contrast(QUIET, PAPER, VISIONS[vision]) > 4.5


def test_the_measures_agree_with_known_values():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    np.testing.assert_allclose(lab(linear("#FF0000")), [53.24, 80.09, 67.20], atol=0.02)


def test_a_pair_that_everybody_warns_of_would_fail():
    assert (
        difference("#C00000", "#408000", "deuteranopia") < 5 * NOTICEABLE < difference("#C00000", "#408000", "ordinary")
    )


def test_quiet_lines_are_fainter_than_what_they_surround():
    assert contrast(RULE, PAPER) < contrast(QUIET, PAPER) < contrast(INK, PAPER)

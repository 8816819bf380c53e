"""Numbers and colours in pictures, and what a picture is by itself."""

import numpy as np
import pytest
from support.colours import contrast

from utils.display import COLOURS, INK, PAPER, QUIET
from utils.views.svg import coordinate, decimal, listing, picture, probability, rectangle, tint


def test_numbers_in_pictures_and_sentences():
    assert [coordinate(value) for value in (1, 1.50, -0.001, 2.345678, 100.0)] == ["1", "1.5", "0", "2.35", "100"]
    assert [decimal(value, 1) for value in (-0.04, -0.06, 2)] == ["0.0", "-0.1", "2.0"]
    assert [probability(value) for value in (0.0, 4e-4, 0.25, 0.9994, 1.0)] == [
        "<0.001",
        "<0.001",
        "0.250",
        "0.999",
        ">0.999",
    ]
    assert [listing(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    for value in (np.nan, np.inf, -np.inf):
        with pytest.raises(ValueError, match="no place"):
            coordinate(value)


def test_colours_of_text_stand_out():
    for background in (PAPER, *(tint(colour, 0.16) for colour in COLOURS)):
        assert contrast(INK, background) >= 4.5
    assert contrast(QUIET, PAPER) >= 4.5
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_a_picture_shows_itself():
    drawn = picture("small", "A square", 40, 40, [rectangle(0, 0, 4, 4, INK)], [], "a square")
    bundle = drawn._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/html"].startswith('<img alt="a square"')

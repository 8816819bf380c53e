"""What a static figure really draws: Matplotlib's artists read back, before they become a picture."""

from contextlib import contextmanager
from unittest import mock

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure


@contextmanager
def kept():
    """Keep the figures that are drawn meanwhile, in place of encoding them; yields their list."""
    figures = []

    def keep(figure, file, **options):
        figures.append(figure)
        figure.draw_without_rendering()

    with mock.patch.object(Figure, "savefig", keep):
        yield figures


def drawn(function, *arguments, **named):
    """The panels of the one figure that a function draws."""
    with kept() as figures:
        plot = function(*arguments, **named)
    (figure,) = figures
    assert plot.text
    return figure.axes


def lines(panel):
    """The labelled lines of a panel, by their labels: an array (2, n) of places and values."""
    return {line.get_label(): np.array(line.get_data(), dtype=float) for line in panel.lines if _is_named(line)}


def unnamed(panel):
    """The lines without a label, in the order in which they were drawn."""
    return [np.array(line.get_data(), dtype=float) for line in panel.lines if not _is_named(line)]


def _is_named(artist):
    return not str(artist.get_label()).startswith("_")


def clouds(panel):
    """The labelled clouds of points of a panel, by their labels: an array (n, 2)."""
    found = [artist for artist in panel.collections if isinstance(artist, PathCollection)]
    return {cloud.get_label(): np.array(cloud.get_offsets()) for cloud in found if _is_named(cloud)}


def image(panel):
    """The numbers of the one image of a panel."""
    (picture,) = panel.images
    return np.array(picture.get_array(), dtype=float)


def mesh(panel):
    """The numbers of the one coloured mesh of a panel, flat."""
    (found,) = [artist for artist in panel.collections if artist.get_array() is not None]
    return np.array(found.get_array(), dtype=float).ravel()


def table_of_texts(panel, shape):
    """The texts that stand in the cells of an image, as they stand."""
    table = np.full(shape, "", dtype=object)
    for text in panel.texts:
        column, row = text.get_position()
        table[int(row), int(column)] = text.get_text().replace("−", "-")
    return table


def words(panel):
    """Everything that is written inside of a panel."""
    return [text.get_text() for text in panel.texts]


def named(panel):
    """The names of the horizontal axis, of the vertical one, and of the panel."""
    return panel.get_xlabel(), panel.get_ylabel(), panel.get_title()


def level(panel, height):
    """Whether a horizontal line is drawn at this height."""
    return any(np.allclose(values, height) for _, values in unnamed(panel))

"""Reading a picture of a view back: its parts, its words, and whether they can be read."""

import itertools
import re
import xml.etree.ElementTree as ElementTree
from html import unescape

import numpy as np

SVG = "{http://www.w3.org/2000/svg}"


def read(drawn):
    return ElementTree.fromstring(drawn.svg)


def by_id(drawn, identifier):
    (found,) = [node for node in read(drawn).iter() if node.get("id") == identifier]
    return found


def words(drawn):
    return ["".join(node.itertext()) for node in read(drawn).iter(f"{SVG}text")]


def numbers_after(symbol, text):
    """The numbers of a list in the text; ``<0.001`` and ``>0.999`` count as their limits."""
    return [
        float(number.strip(" <>")) for number in re.search(rf"{symbol} = \[([^]]*)\]", unescape(text))[1].split(",")
    ]


def extent(node):
    """The box of a text as (left, top, right, bottom), for letters of an ordinary sans-serif font."""
    size = float(node.get("font-size"))
    width = 0.58 * size * len("".join(node.itertext()))
    left = float(node.get("x")) - {"start": 0, "middle": width / 2, "end": width}[node.get("text-anchor")]
    return left, float(node.get("y")) - 0.75 * size, left + width, float(node.get("y")) + 0.2 * size


def corners(node):
    if node.tag == f"{SVG}rect":
        x, y, width, height = (float(node.get(name)) for name in ("x", "y", "width", "height"))
        return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    return [tuple(map(float, pair.split(","))) for pair in node.get("points").split()]


def inside(point, polygon):
    """Whether a ray from the point crosses the polygon's sides an odd number of times."""
    x, y = point
    crossings = 0
    for (x1, y1), (x2, y2) in itertools.pairwise([*polygon, polygon[0]]):
        if (y1 > y) != (y2 > y):
            crossings += x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
    return crossings % 2 == 1


def backgrounds(node, root):
    """The colours of the topmost areas under five points of a text."""
    areas = [area for area in root.iter() if area.tag in (f"{SVG}rect", f"{SVG}polygon") and area.get("fill") != "none"]
    left, top, right, bottom = extent(node)
    for x in np.linspace(left + 1, right - 1, 5):
        yield [area for area in areas if inside((x, (top + bottom) / 2), corners(area))][-1].get("fill")


def luminance(colour):
    channels = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    """The contrast ratio of WCAG 2, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def assert_legible(drawn, name):
    """The picture of a view is whole: text above all shapes, large and dark enough, on the page, and kept apart."""
    root = read(drawn)
    assert root.get("aria-label") == drawn.text and drawn.text.isascii() and "\n" not in drawn.text
    identifiers = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(identifiers) == len(set(identifiers))
    assert all(identifier.startswith(f"{name}-") for identifier in identifiers)
    tags = [node.tag for node in root.iter() if node.tag != f"{SVG}g"]
    assert set(tags[tags.index(f"{SVG}text") :]) == {f"{SVG}text"}
    texts = list(root.iter(f"{SVG}text"))
    width, height = float(root.get("width")), float(root.get("height"))
    for node in texts:
        left, top, right, bottom = extent(node)
        assert left >= 4 and top >= 4 and right <= width - 4 and bottom <= height - 4, node.text
        assert float(node.get("font-size")) >= 12
        assert all(contrast(node.get("fill"), background) >= 4.5 for background in backgrounds(node, root))
    for one, other in itertools.combinations(texts, 2):
        a, b = extent(one), extent(other)
        assert min(a[2], b[2]) - max(a[0], b[0]) <= 1 or min(a[3], b[3]) - max(a[1], b[1]) <= 1, (one.text, other.text)

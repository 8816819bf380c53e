"""Where the parts of a picture lie, and whether its words can be read."""

import itertools

import numpy as np

SVG = "{http://www.w3.org/2000/svg}"


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

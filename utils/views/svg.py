"""SVG as text: the few shapes that the views are drawn with, and the picture they add up to.

Coordinates are in pixels, x to the right and y downwards. Every number is rounded and nothing depends on chance or on
the clock, so that the same state gives the same bytes.
"""

import math
from dataclasses import dataclass
from html import escape

from utils.display import INK, PAPER, QUIET, RULE, image_bundle

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
TEXT_SIZE = 13
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Picture:
    """What a view draws: complete SVG text, and one line that states the same in words and numbers."""

    svg: str
    text: str

    def _repr_mimebundle_(self, include=None, exclude=None):
        return image_bundle(self.svg.encode("utf-8"), "image/svg+xml", self.text)


def picture(name, title, width, height, shapes, labels, text):
    """Put shapes and labels on a page of their own colour; labels come last, so nothing ever covers them.

    Args:
        name: of the view; every ``id`` in the picture starts with it.
        title: what the picture is, without its numbers.
        width, height: in pixels.
        shapes, labels: elements in drawing order, from :func:`rectangle` and its neighbours.
        text: one line that states the numbers; becomes the accessible label.
    """
    page = element("rect", x=0, y=0, width=width, height=height, rx=6, fill=PAPER)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'style="max-width:100%;height:auto" role="img" aria-label="{escape(text)}" font-family="{FONT}">'
        f"<title>{escape(title)}</title>{page}"
        f'<g id="{name}-shapes">{"".join(shapes)}</g><g id="{name}-labels">{"".join(labels)}</g></svg>'
    )
    return Picture(svg, text)


def element(tag, content="", **attributes):
    """One SVG element. An underscore in an attribute's name stands for a hyphen; ``None`` leaves the attribute out."""
    written = "".join(
        f' {name.replace("_", "-")}="{coordinate(value) if isinstance(value, (int, float)) else escape(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{written}>{content}</{tag}>" if content else f"<{tag}{written}/>"


def rectangle(x, y, width, height, fill, **attributes):
    """A filled rectangle with its upper left corner at (x, y)."""
    return element("rect", x=x, y=y, width=width, height=height, fill=fill, **attributes)


def bar(x, y, width, height, fill, **attributes):
    """A rectangle with a thin rim, so that it is seen where its colour is faint."""
    return rectangle(x, y, width, height, fill, **attributes, stroke=INK, stroke_width=0.75)


def line(start, end, stroke=RULE, **attributes):
    """A straight line between two points (x, y)."""
    return element("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], stroke=stroke, **attributes)


def polyline(points, stroke=INK, **attributes):
    """An open line through points (x, y); neighbours that round to the same place are drawn once."""
    return element("polyline", points=_points(points), fill="none", stroke=stroke, **attributes)


def polygon(points, fill, **attributes):
    """A filled polygon with corners (x, y)."""
    return element("polygon", points=_points(points), fill=fill, **attributes)


def circle(centre, radius, fill, **attributes):
    """A filled circle around a point (x, y)."""
    return element("circle", cx=centre[0], cy=centre[1], r=radius, fill=fill, **attributes)


def label(position, words, anchor="middle", size=TEXT_SIZE, fill=INK, halo=None, **attributes):
    """Words on one line, where ``halo`` names a colour with a rim of it that keeps lines away from the letters.

    ``position`` is the (x, y) of the baseline's start, middle or end, as ``anchor`` says.
    """
    if halo is not None:
        attributes |= {"paint_order": "stroke", "stroke": halo, "stroke_width": 3, "stroke_linejoin": "round"}
    return element(
        "text",
        escape(words),
        x=position[0],
        y=position[1],
        text_anchor=anchor,
        font_size=size,
        fill=fill,
        **attributes,
    )


def quiet_label(position, words, anchor="middle", **attributes):
    """A label that stands back: ticks, units, captions."""
    return label(position, words, anchor, size=12, fill=QUIET, **attributes)


def coordinate(value):
    """A number for an attribute, with at most two decimals. Raises ValueError for nan and infinities."""
    if not math.isfinite(value):
        raise ValueError(f"A picture has no place for the number {value}.")
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def decimal(value, digits):
    """A number for a sentence, with a plain hyphen for minus and no minus before zero."""
    written = f"{value:.{digits}f}"
    return written[1:] if float(written) == 0 and written[0] == "-" else written


def typeset(value, digits):
    """A number for a label, with the sign − for minus."""
    return decimal(value, digits).replace("-", "−")


def probability(value):
    """A probability, to three decimals; a softmax gives neither 0 nor 1, so none is written as one."""
    if value < 0.0005:
        return "<0.001"
    return ">0.999" if value >= 0.9995 else decimal(value, 3)


def loss_text(value):
    """A loss, to three decimals; none is 0 for finite logits, so none is written as 0."""
    return "<0.001" if value < 0.0005 else decimal(value, 3)


def probabilities(values):
    """Probabilities for a sentence, written as they are on labels: ``[>0.999, <0.001]``."""
    return f"[{', '.join(probability(value) for value in values)}]"


def vector(values, digits):
    """Numbers for a sentence, as Python writes a list: ``[2.0, 1.0, -0.5]``."""
    return f"[{', '.join(decimal(value, digits) for value in values)}]"


def listing(names):
    """Names for a sentence: ``a0``, ``a0 and a1``, ``a0, a1 and a2``."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def indexed(symbol, index):
    """A symbol with a subscript for a label: ``a₀``."""
    return symbol + str(index).translate(_SUBSCRIPTS)


def tint(colour, share):
    """The colour that ``share`` (0 to 1) of ``colour`` gives on paper, without transparency."""
    channels = zip(_channels(colour), _channels(PAPER), strict=True)
    return "#" + "".join(f"{round(share * own + (1 - share) * paper):02X}" for own, paper in channels)


def _channels(colour):
    return tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))


def _points(points):
    written = [f"{coordinate(x)},{coordinate(y)}" for x, y in points]
    return " ".join(word for place, word in enumerate(written) if place == 0 or word != written[place - 1])

"""Two panels side by side with a bar for each class: the layout that several views share.

A panel is a pair (start, end) of horizontal places in pixels; upwards it reaches from ``BOTTOM`` to ``TOP``.
"""

from utils.display import INK
from utils.views.svg import label, line, quiet_label, typeset

TOP, BOTTOM = 70.0, 238.0
LEFT_PANEL = (58.0, 322.0)
RIGHT_PANEL = (442.0, 706.0)


def share_height(share):
    """The vertical place of a share of the whole, from 0 to 1."""
    return BOTTOM - share * (BOTTOM - TOP)


def columns(panel, count):
    """The centre and width of each of ``count`` bars in a panel."""
    start, end = panel
    pitch = (end - start) / count
    return [(start + (index + 0.5) * pitch, 0.62 * pitch) for index in range(count)]


def heading(panel, words, quiet_words, **attributes):
    """The two lines above a panel; the attributes belong to the second."""
    start, _ = panel
    return [
        label((start, 26), words, "start", font_weight="600"),
        quiet_label((start, 44), quiet_words, "start", **attributes),
    ]


def scale(panel, ticks, height):
    """Thin lines across a panel at the ticks (value, digits), with their numbers on its left."""
    start, end = panel
    shapes = [line((start, height(value)), (end, height(value))) for value, _ in ticks]
    labels = [quiet_label((start - 8, height(value) + 4), typeset(value, digits), "end") for value, digits in ticks]
    return shapes, labels


def share_scale(panel):
    """The scale of a panel from 0 to 1, in quarters."""
    return scale(panel, [(quarter / 4, 2) for quarter in range(5)], share_height)


def floor(panel):
    """The line that the bars stand on."""
    start, end = panel
    return line((start, BOTTOM), (end, BOTTOM), INK, stroke_width=1.25)

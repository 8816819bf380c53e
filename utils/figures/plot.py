"""What all static figures share: a Matplotlib figure outside of pyplot, and how it reaches a notebook."""

import io

from matplotlib.figure import Figure

from utils.display import INK, PAPER, QUIET, RULE, image_bundle, with_minus

STYLES = ("-", "--", "-.", ":")  # so that no line is known by its colour alone
DOTS_PER_INCH = 110


class Plot:
    """A finished figure.

    Attributes:
        png: the encoded picture, bytes.
        text: what it shows, with its numbers, for a reader who does not see it.
    """

    def __init__(self, figure, text):
        encoded = io.BytesIO()
        # No software version in the file: the picture should change when the drawing does, and not before.
        figure.savefig(encoded, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
        self.png = encoded.getvalue()
        self.text = with_minus(text)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return image_bundle(self.png, "image/png", self.text)


def new_figure(width, height, columns=1, **options):
    """A Matplotlib figure outside of pyplot, and its axes in one row.

    Args:
        width: in inches; 7 fills a notebook's column.
        height: in inches.
        columns: the number of panels side by side.
        options: passed to ``Figure.subplots``.
    """
    figure = Figure(figsize=(width, height), layout="constrained", facecolor=PAPER)
    panels = figure.subplots(1, columns, squeeze=False, **options)[0]
    for panel in panels:
        panel.spines[["top", "right"]].set_visible(False)
        panel.spines[["left", "bottom"]].set_color(QUIET)
        panel.tick_params(colors=INK, labelsize=10)
        panel.grid(color=RULE, linewidth=0.6)
        panel.set_axisbelow(True)
    return figure, panels

"""A view: a picture that follows its controls, alive wherever scripts run and a still picture everywhere else.

Drawing, controls and prediction of a view are a JavaScript file in ``js/``. No kernel is asked for anything: what a
notebook stores is alive the next day, in an exported page and on the web.
"""

from dataclasses import dataclass
from html import escape

from utils.display import image_html
from utils.views.scripts import as_json, call, script


@dataclass(frozen=True)
class Picture:
    """What a view draws: complete SVG text, and one line that states the same in words and numbers."""

    svg: str
    text: str


@dataclass(frozen=True)
class View:
    """One view.

    Attributes:
        name: of its file in ``js/``.
        data: what the drawing reads beside its controls; plain data, kept small.
    """

    name: str
    data: object = None

    @property
    def controls(self):
        """The controls as the view declares them: a list of dicts."""
        return call(self.name, f"view.controls({as_json(self.data)})")

    @property
    def prediction(self):
        """The prediction that is asked first: a dict, or None. It may depend on the data."""
        asked = "typeof view.prediction==='function'?view.prediction" + f"({as_json(self.data)}):view.prediction??null"
        return call(self.name, asked)

    @property
    def start(self):
        """The value of each control at the start, by name."""
        return {control["name"]: control["start"] for control in self.controls}

    def draw(self, **state):
        """The picture for some values of the controls; the others stand at their start."""
        return Picture(**call(self.name, f"view.draw({as_json(self.data)},{as_json(self.start | state)})"))

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The live view inside of which a still picture waits, and the numbers of the picture as text."""
        try:
            picture = self.draw()
            still, text = image_html(picture.svg.encode(), "image/svg+xml", picture.text), picture.text
        except ImportError:  # no engine here, so no picture until the script runs
            text = f"The view {self.name.replace('_', ' ')} is alive where scripts run."
            still = f"<p>{escape(text)}</p>"
        # display:block and not a list of styles: whatever the page does to images, this one is a picture on its own
        # line.
        html = f'<div data-view="{escape(self.name)}">{still}<script>{script(self.name, self.data)}</script></div>'
        return {"text/html": html, "text/plain": text}

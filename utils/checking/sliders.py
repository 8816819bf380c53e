"""Sliders around a function: the workbook's own until the exercise is passed, the reader's own from then on.

Here a kernel has to compute, so these are ipywidgets; the picture is drawn by the engine of the views.
"""

from html import escape
from threading import Lock

import ipywidgets as widgets
import numpy as np

from utils.checking.observing import Answer
from utils.checking.values import agree, form_of, leaves
from utils.checking.words import in_code
from utils.display import image_html
from utils.views.scripts import sliders_script
from utils.views.view import View

PATIENCE = 1.0  # seconds that one call may take; a slider cannot wait for long
MOST_NUMBERS, MOST_PANELS = 12, 4  # that a picture shows


class Sliders(widgets.VBox):
    """Sliders, a picture of what a function returns for their values, and a line that says it.

    Args:
        exercise: one with a playground.
        choose: called at each move for the function and for whether it is the reader's own.
    """

    def __init__(self, exercise, choose):
        self._exercise, self._choose, self._drawing = exercise, choose, Lock()
        self.controls = {each.name: _control(each) for each in exercise.playground.sliders}
        self.picture, self.words = widgets.HTML(), widgets.HTML()
        super().__init__([*self.controls.values(), self.picture, self.words, _script(sliders_script())])
        for control in self.controls.values():
            control.observe(self._redraw, names="value")
        self._redraw()

    def _redraw(self, change=None):
        with self._drawing:
            values = {name: control.value for name, control in self.controls.items()}
            panels, sentence = look(self._exercise, *self._choose(), self._exercise.playground.inputs(**values))
            self.picture.value = _image(panels, sentence)
            self.words.value = f'<p role="status">{escape(sentence)}</p>'

    def _repr_mimebundle_(self, **kwargs):
        """The widget, and for readers without a kernel the picture of this moment."""
        text = f"Sliders around {self._exercise.answer_name}; they move where a kernel runs."
        still = {"text/plain": text, "text/html": f"<p>{escape(text)}</p>{self.picture.value}"}
        return {**super()._repr_mimebundle_(**kwargs), **still}


def _control(slider):
    return widgets.FloatSlider(
        value=slider.start,
        min=slider.low,
        max=slider.high,
        step=slider.step,
        description=slider.words,
        tooltip=slider.words,
        readout_format=".0f" if slider.step >= 1 else ".2f",
        style={"description_width": "140px"},
        layout={"width": "440px"},
    )


def _script(text):
    """A script that the page runs when it shows the widget; only an output may hold one."""
    output = {"output_type": "display_data", "data": {"text/html": f"<script>{text}</script>"}, "metadata": {}}
    return widgets.Output(outputs=(output,), layout={"display": "none"})


def look(exercise, function, is_own, inputs):
    """What a function makes of some inputs: the panels of a picture, and a sentence that says it.

    A function that raises, does not end or returns nonsense has no picture and is told as that. Of the reader's own
    function the first difference from the reference is named.
    """
    name = f"{'Your' if is_own else 'The workbook’s'} {exercise.answer_name}"
    expected = exercise.expect(inputs)
    (result, *_) = Answer(exercise, function, PATIENCE).observe([inputs], [form_of(expected)])
    if result.problem:
        came = "" if result.raw is None else f" returned {result.texts[0]}:"
        return [], f"{name}{came} {result.detail}."
    compared = _first_difference(exercise, inputs, result.value, expected) if is_own else ""
    given = in_code(inputs).strip("`")
    return _panels(
        exercise.playground.returns, result.value
    ), f"{name} of {given} gives {result.texts[0]}. {compared}".strip()


def _first_difference(exercise, inputs, value, expected):
    """The first number in which a value differs from the reference, in words."""
    scale = exercise.scale(*inputs)
    for (path, ours), (_, theirs) in zip(leaves(value), leaves(expected), strict=True):
        if agree(ours, theirs, exercise.rtol, scale):
            continue
        if isinstance(theirs, str) or ours.shape != theirs.shape:
            return "It has another form than the reference."
        place = next(at for at in np.ndindex(theirs.shape) if not agree(ours[at], theirs[at], exercise.rtol, scale))
        where = f" at {[*path, *place]}" if (*path, *place) else ""
        return f"The first difference from the reference is{where}: {ours[place]:.4g} in place of {theirs[place]:.4g}."
    return "It agrees with the reference."


def _panels(returns, value):
    """A panel for each row of numbers in a value, as far as its parts have words."""
    panels = []
    parts = (leaf for _, leaf in leaves(value) if not isinstance(leaf, str))
    for part, leaf in zip(returns, parts, strict=False):
        rows = (
            np.reshape(leaf, (-1, np.shape(leaf)[-1])) if np.ndim(leaf) and np.size(leaf) else np.reshape(leaf, (-1, 1))
        )
        for number, row in enumerate(rows):
            words = part + (f", row {number}" if len(rows) > 1 else "")
            numbers = [float(entry) if np.isfinite(entry) else None for entry in row[:MOST_NUMBERS]]
            panels.append({"words": words, "names": [str(index) for index in range(len(numbers))], "values": numbers})
    return panels[:MOST_PANELS]


def _image(panels, text):
    """The picture of some panels as HTML; nothing where there is none, or no engine to draw it."""
    try:
        drawn = View("results", {"panels": panels, "text": text}).draw() if panels else None
    except ImportError:
        drawn = None
    return image_html(drawn.svg.encode(), "image/svg+xml", drawn.text) if drawn else ""

"""The shell of every view: controls, the picture, its numbers in words, and a prediction to make first.

A new view is a drawing function, which returns a :class:`utils.views.svg.Picture`, and a few lines that name its controls.
"""

from dataclasses import dataclass
from html import escape
from threading import Lock

import ipywidgets as widgets

from utils.views.svg import indexed

WIDTH = {"width": "100%", "max_width": "720px"}
LABEL = {"description_width": "100px"}  # one width, so that the controls of a view line up


@dataclass(frozen=True)
class Prediction:
    """A question that is asked before the picture is shown.

    ``answer`` is the right one of ``options``. The explanation says why, and ends with something to try.
    """

    question: str
    options: tuple[str, ...]
    answer: str
    explanation: str

    def __post_init__(self):
        if self.answer not in self.options:
            raise ValueError(f"The answer {self.answer!r} is none of the options.")


class View(widgets.VBox):
    """A drawing that follows its controls.

    Args:
        draw: a pure function that takes the value of each control under the control's name and returns a Picture.
        controls: name → widget with a ``value``, in the order of the keyboard.
        prediction: asked first, if there is one; controls and picture appear once it is answered or skipped.

    JupyterLab runs callbacks beside executing cells, so one lock keeps each redraw whole: state is read, drawn and
    shown by one thread at a time, and the picture shown last belongs to the state read last.
    """

    def __init__(self, draw, controls, prediction=None):
        super().__init__()
        self._draw = draw
        self._drawing = Lock()
        self._start = {name: control.value for name, control in controls.items()}
        self.controls = dict(controls)
        self.prediction = prediction
        self.picture = widgets.HTML()
        self.numbers = widgets.HTML(layout=widgets.Layout(**WIDTH))
        self.error = widgets.HTML(layout=widgets.Layout(**WIDTH))
        self.reset_button = widgets.Button(
            description="Reset",
            tooltip="Set every control back to its start",
            layout=widgets.Layout(width="max-content"),
        )
        self.reset_button.on_click(self._reset)
        for control in self.controls.values():
            control.observe(self._redraw, names="value")
        panel = widgets.Box(
            [*self.controls.values(), self.reset_button],
            layout=widgets.Layout(
                display="grid",
                grid_template_columns="repeat(auto-fit, minmax(300px, 1fr))",
                grid_gap="2px 24px",
                **WIDTH,
            ),
        )
        self._workbench = widgets.VBox([panel, self.picture, self.numbers, self.error])
        self._redraw()
        self.children = (self._workbench,) if prediction is None else (self._question(),)

    def state(self):
        """The value of each control under its name."""
        return {name: control.value for name, control in self.controls.items()}

    def _attempt(self):
        """The picture of the present state, or the error that drawing it raised, as (picture, sentence)."""
        try:
            return self._draw(**self.state()), ""
        except Exception as error:
            return None, f"This state could not be drawn. {type(error).__name__}: {error}"

    def _redraw(self, change=None):
        with self._drawing:
            picture, sentence = self._attempt()
            self.picture.value = picture.svg if picture else ""
            self.numbers.value = _paragraph(escape(picture.text), "status") if picture else ""
            self.error.value = _paragraph(escape(sentence), "alert") if sentence else ""

    def _reset(self, button):
        for name, value in self._start.items():
            self.controls[name].value = value

    def _question(self):
        """The prediction with its two buttons. Answering stays possible after a skip, and an answer can be changed."""
        self.choices = widgets.RadioButtons(
            options=self.prediction.options,
            value=None,
            description="Prediction",
            tooltip=self.prediction.question,
            layout=widgets.Layout(width="auto"),
        )
        self.answer_button = widgets.Button(description="Answer", tooltip="Compare your prediction with the answer")
        self.skip_button = widgets.Button(description="Skip", tooltip="Show the controls without an answer")
        self.verdict = widgets.HTML(layout=widgets.Layout(**WIDTH))
        self._buttons = widgets.HBox([self.answer_button, self.skip_button])
        self.answer_button.on_click(self._answer)
        self.skip_button.on_click(self._skip)
        question = widgets.HTML(
            _paragraph(f"<b>{escape(self.prediction.question)}</b>"), layout=widgets.Layout(**WIDTH)
        )
        return widgets.VBox([question, self.choices, self._buttons, self.verdict])

    def _answer(self, button):
        chosen, right = self.choices.value, self.prediction.answer
        if chosen is None:
            self._say("Choose one of the answers first, or skip the question.")
            return
        verdict = "Your prediction was right." if chosen == right else f"Not this one. What happens: “{right}”."
        self._say(verdict, self.prediction.explanation)
        self._reveal()

    def _skip(self, button):
        self._say("Skipped. Try it with the controls; you can still answer.")
        self._reveal()

    def _say(self, opening, explanation=""):
        self.verdict.value = _paragraph(f"<b>{escape(opening)}</b> {escape(explanation)}", "status")

    def _reveal(self):
        if self._workbench in self.children:
            return
        self.children = (*self.children, self._workbench)
        # ipykernel sends the first message of a control to the loop that created it, which a running cell keeps busy. One
        # message from here, beside the cell, lets every later one pass, so that the first move is not held up.
        for control in (*self.controls.values(), self.reset_button):
            control.send_state("disabled")
        self._buttons.children = (self.answer_button,)
        self.answer_button.focus()  # the button that was pressed may be gone, and the keyboard needs a place

    def _repr_mimebundle_(self, **kwargs):
        """The live widget, and for readers without a kernel the picture of the present state with its numbers."""
        picture, sentence = self._attempt()
        if picture is None:
            still = {"text/html": f"<p>{escape(sentence)}</p>", "text/plain": sentence}
        else:
            still = picture._repr_mimebundle_()
        return {**super()._repr_mimebundle_(**kwargs), **still}


def _paragraph(html, role=None):
    """A paragraph in the colours of the theme; with a role it is read aloud politely, or at once for an alert."""
    spoken = {None: "", "status": ' role="status" aria-live="polite"', "alert": ' role="alert"'}[role]
    return f'<div style="line-height:1.45;padding:4px 0"{spoken}>{html}</div>'


# Controls


def slider(value, low, high, step, digits, description, tooltip):
    """A slider over numbers that are written with ``digits`` decimals."""
    return widgets.FloatSlider(
        value=value, min=low, max=high, step=step, readout_format=f".{digits}f", **labelled(description, tooltip)
    )


def logit_slider(index, value):
    """A slider for the logit of class ``index``, from −5 to 5."""
    return slider(value, -5.0, 5.0, 0.1, 1, f"logit {indexed('z', index)}", f"The logit of class {index}")


def shift_slider():
    """A slider for a number that is added to every logit, from −20 to 20."""
    return slider(0.0, -20.0, 20.0, 0.1, 1, "shift c", "A number added to every logit")


def temperature_slider():
    """A slider for the temperature, from 0.1 to 10 in equal ratios."""
    words = labelled("temperature T", "The number that every logit is divided by")
    return widgets.FloatLogSlider(value=1.0, min=-1.0, max=1.0, step=0.05, readout_format=".2f", **words)


def labelled(description, tooltip):
    """What names a control on the page: its label, and a longer name that the label shows on demand."""
    return {"description": description, "tooltip": tooltip, "style": LABEL, "layout": {"width": "100%"}}

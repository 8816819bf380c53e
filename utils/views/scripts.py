"""The JavaScript of the views: put together for the browser, and run here for still pictures and tests.

A view is one file in ``js/`` beside five that all share. The parts stand in one function, so nothing of them is seen
outside.
"""

import json
import threading
from functools import cache
from pathlib import Path

import rjsmin

from utils.display import COLOURS, INK, PAPER, QUIET, RULE

FOLDER = Path(__file__).parent / "js"
SHARED = ("mathematics", "shapes", "controls")
PALETTE = {"COLOURS": COLOURS, "INK": INK, "PAPER": PAPER, "QUIET": QUIET, "RULE": RULE}
_engines = threading.local()


@cache
def source(*names):
    """The text of some files, without comments and blank space."""
    return rjsmin.jsmin("\n".join((FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in names))


def script(name, data):
    """The classic script that brings a view to life in the element that holds it."""
    parts = source(*SHARED, "keys", "shell", name)
    program = (
        f"(()=>{{'use strict';const palette={as_json(PALETTE)};{parts}\n"
        f"mount(document.currentScript.parentElement,view,{as_json(data)})}})()"
    )
    return program.replace("</script", "<\\/script")


def sliders_script():
    """The script that gives the sliders of ipywidgets what they lack, in the box that holds them and the script."""
    parts = source("keys", "sliders")
    return f"(()=>{{'use strict';{parts}\nadoptSliders(document.currentScript.closest('.widget-vbox'))}})()"


def as_json(data):
    """Data as text that may stand in a script inside of HTML."""
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def engine(name):
    """A JavaScript engine with a view loaded; one for each view and thread.

    Raises:
        ImportError: there is no engine here.
    """
    import quickjs  # where it is missing, views are alive and have no still picture

    engines = _engines.__dict__.setdefault("by_name", {})
    if name not in engines:
        context = quickjs.Context()
        parts = source(*SHARED, name)
        context.eval(f"'use strict';const palette={as_json(PALETTE)};{parts}\nglobalThis.view=view;")
        engines[name] = context
    return engines[name]


def call(name, expression):
    """The value of an expression in the engine of a view, as plain data."""
    return json.loads(engine(name).eval(f"JSON.stringify({expression})"))

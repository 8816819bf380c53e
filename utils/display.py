"""How a picture reaches a notebook: with its numbers as text, in a form that every reader of notebooks shows."""

import base64
import re
from html import escape

# Okabe and Ito (2008): eight colours that stay apart under the common forms of colour-blindness.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
PAPER = "#FFFFFF"
INK = "#1B1F24"
QUIET = "#5B6470"
RULE = "#D5DAE1"


def with_minus(words):
    """Words with the sign − for minus in their numbers, as in pictures; code such as ``axis=-1`` stays as it is."""
    return re.sub(r"(?<![\w.=)\]])-(?=[\d.])|(?<=\de)-(?=\d)", "−", words)


def image_html(image, media_type, text):
    """An HTML image element that carries its own data.

    JupyterLab strips inline SVG from stored HTML output and hides ``image/svg+xml`` in notebooks it does not trust;
    an ``<img>`` with a data URI is shown in both cases, and in exports.

    Args:
        image: the encoded picture, bytes.
        media_type: for example ``"image/svg+xml"``.
        text: what the picture shows, with its numbers; becomes the alternative text.
    """
    data = base64.b64encode(image).decode("ascii")
    return f'<img alt="{escape(text)}" src="data:{media_type};base64,{data}">'


def image_bundle(image, media_type, text):
    """The display bundle of a picture: HTML for every front end that can show one, and plain text for the others.

    Args: as for :func:`image_html`.
    """
    return {"text/html": image_html(image, media_type, text), "text/plain": text}

"""Where the browser of the browser tests is."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VARIABLE = "SOFTMAX_WORKBOOK_BROWSER"  # names a browser that is not on the path


def find_chromium():
    """The path of a Chromium, or None where there is none."""
    return os.environ.get(VARIABLE) or next(filter(None, map(shutil.which, NAMES)), None)

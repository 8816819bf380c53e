"""Shared code of the softmax workbook: mathematics, checks, views, figures, and the builder of the chapters."""

import sys


def say_stopped(kind, error, traceback):
    """What an error says that nobody caught: Ctrl-C that it has worked, every other one what it always says."""
    if issubclass(kind, KeyboardInterrupt):
        print("Stopped.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, traceback)


# For a command such as `python -m utils.notebooks.execute`: Python calls it so until it has found the module, whose
# imports take a second. What its main() says of Ctrl-C comes after them.
if sys.argv[:1] == ["-m"]:
    sys.excepthook = say_stopped

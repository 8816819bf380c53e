"""MathJax from a file of its own, so that a page asks nobody for its formulas.

The file is ``tex-svg.js`` of MathJax 3.2.2 (Apache License 2.0) as the package ``sphinx-mathjax-offline`` ships it; it
is byte for byte the one that MathJax publishes. It draws formulas as SVG and so needs no fonts beside it.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path

FILE = "tex-svg.js"
SHA256 = "d4295dc33744836935c1399feece5159577b34c5c8ffb9f1c6324cd82e03a882"


def mathjax_file():
    """The path of the file.

    Raises:
        FileNotFoundError: the package is not installed.
        ValueError: the file is another one than the one that was looked at.
    """
    package = find_spec("sphinx-mathjax-offline")
    path = Path(package.origin).parent / "static" / "mathjax" / FILE if package else Path(FILE)
    if not path.is_file():
        raise FileNotFoundError("MathJax is missing: python -m pip install -r requirements-dev.txt")
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise ValueError(f"{path} is not the {FILE} of MathJax 3.2.2.")
    return path

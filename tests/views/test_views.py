"""All views together: what can be imported, what importing costs, and that each keeps the contract of all views."""

import ast
import subprocess
import sys
from pathlib import Path

from utils import views

HERE = Path(__file__).parent
# A view has a drawing of its own, except where the drawing is all there is.
NAMES = [name for name in views.__all__ if f"draw_{name}" in views.__all__]


def test_views_import_neither_matplotlib_nor_a_framework():
    heavy = ("matplotlib", "scipy", "sklearn", "tensorflow", "keras", "torch")
    code = f"import sys, utils.views; print([name for name in {heavy} if name in sys.modules])"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"


def test_public_names():
    assert all(callable(getattr(views, name)) for name in views.__all__)


def test_every_view_keeps_the_contract():
    """Each view ``x`` has its ``test_x.py``, in which a class takes the tests of all views."""
    assert "softmax_bars" in NAMES
    for name in NAMES:
        tree = ast.parse((HERE / f"test_{name}.py").read_text(encoding="utf-8"))
        bases = [base.id for node in tree.body if isinstance(node, ast.ClassDef) for base in node.bases]
        assert "ViewContract" in bases, name

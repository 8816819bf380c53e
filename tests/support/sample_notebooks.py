"""Tiny notebooks for the tests."""

from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from utils.notebooks.format import NOTEBOOK_METADATA, notebook_text

SOFTMAX = """def softmax(z):
    \"\"\"Softmax over the last axis.\"\"\"
    ### BEGIN SOLUTION
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
    ### END SOLUTION"""
SOFTMAX_STUB = 'def softmax(z):\n    """Softmax over the last axis."""\n    ...'
BY_HAND = "by_hand = (\n    ### BEGIN SOLUTION\n    [0.7, 0.2, 0.1]\n    ### END SOLUTION\n)"


def code(source, identity, *tags, outputs=(), count=None):
    """A code cell; without tags its metadata stays empty."""
    cell = new_code_cell(source, id=identity, outputs=list(outputs), execution_count=count)
    if tags:
        cell.metadata.tags = list(tags)
    return cell


def markdown(source, identity="text"):
    return new_markdown_cell(source, id=identity)


def notebook(*cells):
    """A notebook with the metadata of a solution notebook."""
    made = new_notebook(metadata=from_dict(NOTEBOOK_METADATA), nbformat_minor=5)
    made.cells = list(cells)  # given at once, nbformat would repair what some tests need broken
    return made


def exercise(name, source, chapter="ch01"):
    """The two cells of an exercise: the exercise and its check."""
    return [
        code(source, f"{chapter}-{name}", "exercise"),
        code(f"{chapter}.{name}.check({name})", f"{chapter}-{name}-check", "check"),
    ]


def solution():
    """A solution notebook of chapter 1 with two exercises."""
    return notebook(
        markdown("# Softmax", "title"),
        code("import numpy as np", "imports"),
        *exercise("softmax", SOFTMAX),
        *exercise("by_hand", BY_HAND),
    )


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def result(**data):
    """The result of a cell; MIME types are given with two underscores for the slash."""
    return new_output("execute_result", data={key.replace("__", "/"): value for key, value in data.items()})


def save(notebook, path):
    """Store a notebook, also a broken one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(notebook_text(notebook), encoding="utf-8")
    return path


def cell(notebook, identity):
    """The cell with this id."""
    return next(cell for cell in notebook.cells if cell.get("id") == identity)

"""Notebook files: read as they stand, written whole or not at all, and copied before anything is taken out of them.

nbformat is imported where it is needed: that takes a second, and who grades answers starts many processes.
"""

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEPT_METADATA = ("tags", "jupyter")


class NotebookError(Exception):
    """Something that a person has to put right; the message is a plain sentence that says what and where."""


def read_notebook(path, text=None):
    """The notebook in a file, as it stands: nbformat's own reader would repair missing or repeated cell ids.

    Args:
        path: where the file is.
        text: what is in it, where that is known.

    Raises:
        NotebookError: the file cannot be read as a notebook of format 4.
    """
    from nbformat.v4 import reads_json

    try:
        notebook = reads_json(path.read_text(encoding="utf-8") if text is None else text)
        whole = all(isinstance(c.source, str) and isinstance(c.metadata, dict) for c in notebook.cells)
        if notebook.nbformat != 4 or not whole:
            raise ValueError
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise NotebookError(f"{path} cannot be read as a notebook ({type(error).__name__}).") from error
    return notebook


def notebook_text(notebook):
    """The text of a notebook file; the same notebook gives the same bytes."""
    import nbformat

    return nbformat.writes(notebook) + "\n"


def has_tag(cell, tag):
    """Whether a cell carries a tag."""
    return tag in cell.metadata.get("tags", [])


def kept_metadata(cell):
    """The metadata of a cell that its author set; what tools add, such as times and scroll positions, is left out."""
    import nbformat

    return nbformat.from_dict({key: cell.metadata[key] for key in KEPT_METADATA if key in cell.metadata})

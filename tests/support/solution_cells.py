"""What the cells of a solution notebook define."""

import json

from utils.checking.session import SOLUTIONS


def names_given_by_the_notebook(exercise):
    """What the import cells of the exercise's notebook define, by name."""
    namespace = {}
    (notebook,) = SOLUTIONS.glob(f"{exercise.name[2:4]}_*.ipynb")
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and source.startswith(("import ", "from ")):
            exec(source, namespace)
    return namespace

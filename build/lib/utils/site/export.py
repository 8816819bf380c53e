"""What ``jupyter nbconvert`` does with a notebook of this course; ``jupyter_nbconvert_config.py`` tells it so."""

from pathlib import Path

from nbconvert.preprocessors import Preprocessor

from utils.notebooks.stubs import BEGIN, END
from utils.site.mathjax import mathjax_file
from utils.site.pages import title_of

TEMPLATES = Path(__file__).parent / "templates"


class ForReaders(Preprocessor):
    """Takes the markers of the solutions out, and gives the page the title of the chapter."""

    enabled = True

    def preprocess(self, nb, resources):
        for cell in nb.cells:
            if cell.cell_type == "code":
                lines = cell.source.splitlines()
                cell.source = "\n".join(line for line in lines if line.strip() not in (BEGIN, END))
        first = next((cell.source for cell in nb.cells if cell.cell_type == "markdown"), "")
        if first.startswith("# "):
            nb.metadata["title"] = title_of(nb)
        return nb, resources


def configure(config):
    """Set the defaults of an export to HTML.

    Where MathJax is installed (with ``requirements-dev.txt``), the page asks no network for anything.
    """
    config.HTMLExporter.preprocessors = [ForReaders]
    try:
        mathjax = mathjax_file()
    except (FileNotFoundError, ValueError):
        return
    config.HTMLExporter.template_name = "workbook"
    config.TemplateExporter.extra_template_basedirs = [str(TEMPLATES)]
    config.TemplateExporter.extra_template_paths = [str(mathjax.parent)]

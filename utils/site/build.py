"""Builds the site. Run as ``python -m utils.site.build``; ``--help`` lists the rest. Nothing is executed.

The pages are made from ``solutions/`` with the outputs that are stored there. Every warning of Sphinx is an error.
"""

import argparse
import shutil
import sys
from pathlib import Path

import nbformat

from utils.files import ROOT
from utils.notebooks.course import repository, version
from utils.notebooks.format import NotebookError, notebook_text, read_notebook
from utils.site.mathjax import FILE, mathjax_file
from utils.site.pages import page_notebook, promise_of, title_of

HERE = Path(__file__).parent
SOURCE, DOCTREES = ROOT / ".cache" / "site" / "source", ROOT / ".cache" / "site" / "doctrees"


def configuration(version, repository):
    """What Sphinx, MyST-NB and the theme are told.

    Args:
        version: of the course; it stands on every page.
        repository: its address, or None: then a page has no link that would lead nowhere.
    """
    theme = {
        "show_navbar_depth": 1,
        "navbar_persistent": [],  # one search field is enough
        "footer_content_items": ["extra-footer.html"],
        "show_toc_level": 2,
        "use_download_button": False,
        "use_fullscreen_button": False,
        "extra_footer": f"<p>The softmax workbook, version {version}</p>",
        "path_to_docs": "solutions",
        "use_issues_button": bool(repository),
        "use_edit_page_button": bool(repository),
    }
    if repository:
        theme |= {"repository_url": repository, "repository_branch": "main"}
    return {
        "project": "The softmax workbook",
        "version": version,
        "release": version,
        "extensions": ["myst_nb"],
        "exclude_patterns": [],
        "nb_execution_mode": "off",
        "nb_merge_streams": True,
        "myst_enable_extensions": ["dollarmath", "amsmath"],
        "myst_heading_anchors": 4,
        "myst_heading_slug_func": "utils.site.build.anchor",
        "html_theme": "sphinx_book_theme",
        "html_theme_options": theme,
        "html_title": "The softmax workbook",
        "html_static_path": [str(HERE / "static"), str(SOURCE.parent / "mathjax")],
        "html_css_files": ["workbook.css"],
        "html_js_files": ["workbook.js"],
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "mathjax_path": FILE,
        "mathjax_options": {"defer": "defer"},
        "mathjax3_config": {"options": {"enableMenu": False}},
        "suppress_warnings": ["mystnb.unknown_mime_type"],  # a widget's state, beside the picture that is shown
    }


def anchor(heading):
    """The anchor that JupyterLab gives to a heading, so that links between notebooks work here too."""
    return heading.replace(" ", "-")


def write_source(solutions, folder, with_solutions=False):
    """Write what Sphinx reads: a notebook for each page, the first page, and the other pages.

    Raises:
        NotebookError: there is no solution notebook, or one breaks a rule.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    notebooks = {path.stem: read_notebook(path) for path in sorted(solutions.glob("*.ipynb"))}
    if not notebooks:
        raise NotebookError(f"There is no solution notebook in {solutions}.")
    for name, notebook in notebooks.items():
        (folder / f"{name}.ipynb").write_text(notebook_text(page_notebook(notebook, with_solutions)), encoding="utf-8")
    contents = [f"- **[{title_of(nb)}]({name}.ipynb)**\n  {promise_of(nb)}" for name, nb in notebooks.items()]
    for page in sorted((HERE / "pages").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        text = text.replace("CHAPTERS", "\n".join(contents)).replace("NAMES", "\n".join(notebooks))
        (folder / page.name).write_text(text, encoding="utf-8")


def build_site(output, with_solutions=False, solutions=ROOT / "solutions"):
    """Build the site into a folder, which is emptied first.

    Returns:
        The exit status of Sphinx; it is not 0 where there was a warning.
    """
    from sphinx.application import Sphinx

    write_source(solutions, SOURCE, with_solutions)
    static = SOURCE.parent / "mathjax"
    static.mkdir(exist_ok=True)
    shutil.copy(mathjax_file(), static / FILE)
    shutil.rmtree(output, ignore_errors=True)
    shutil.rmtree(DOCTREES, ignore_errors=True)
    app = Sphinx(
        SOURCE,
        None,
        output,
        DOCTREES,
        "html",
        confoverrides=configuration(version(), repository()),
        status=None,
        warning=sys.stderr,
        warningiserror=True,
    )
    app.build()
    return app.statuscode


def main(arguments=None):
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m utils.site.build", description=__doc__.splitlines()[0])
    parser.add_argument("--with-solutions", action="store_true", help="show the solutions, folded below the hints")
    parser.add_argument("--output", type=Path, default=ROOT / ".cache" / "site" / "html", help="the folder to write")
    options = parser.parse_args(arguments)
    try:
        status = build_site(options.output, options.with_solutions)
    except (NotebookError, nbformat.ValidationError, FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if status == 0:
        print(f"The site is in {options.output}: open index.html.")
    return status


if __name__ == "__main__":
    sys.exit(main())

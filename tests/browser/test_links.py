"""A link of a board or of a text leads in JupyterLab to the place that it names."""

import pytest
from support.notebook_page import NotebookPage

FOLDER = "chapters/"
START, CHAPTER_1 = "00_start_here.ipynb", "01_softmax_definition.ipynb"
IN_SIGHT = """words => [
  ...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) :is(h1, h2, h3)')
].some(heading => {
  const box = heading.getBoundingClientRect();
  return heading.textContent.startsWith(words) && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
})"""
SHOWS = "file => jupyterapp.shell.currentWidget?.title.label === file"


def follow(notebook: NotebookPage, cell, words):
    link = notebook.cell(cell).get_by_role("link", name=words).first
    link.scroll_into_view_if_needed()
    link.click()


@pytest.mark.prove
def test_the_end_of_a_chapter_leads_back_to_its_exercises(open_notebook):
    with open_notebook(FOLDER + CHAPTER_1) as notebook:
        notebook.run_cell("imports")
        notebook.run_cell("solved")
        assert not notebook.ask(IN_SIGHT, "Exercise 1.3")
        follow(notebook, "solved", "1.3 · ")
        notebook.wait(IN_SIGHT, "Exercise 1.3")


def test_the_start_leads_to_what_is_next(open_notebook):
    """JupyterLab opens a notebook at its top; once it is open, a link leads to the place in it."""
    with open_notebook(FOLDER + START) as notebook:
        notebook.run_all()
        for words, heading in (("1.1 · ", "1 · What softmax is"), ("1.1 · ", "Exercise 1.1")):
            follow(notebook, "board", words)
            notebook.wait(SHOWS, CHAPTER_1)
            notebook.wait(IN_SIGHT, heading)
            notebook.ask(
                "path => jupyterapp.commands.execute('docmanager:open', {path}).then(() => true)", FOLDER + START
            )
            notebook.wait(SHOWS, START)
        follow(notebook, "core-path", "What softmax cannot see")
        notebook.wait(IN_SIGHT, "What softmax cannot see")

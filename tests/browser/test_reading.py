"""The extension of JupyterLab that ``make lab`` loads: text is set in a readable width, and a long run is told."""

import pytest

CHAPTER = "chapters/01_softmax_definition.ipynb"
EM = 14  # pixels
WAITS = "import time\ntime.sleep(6)"
LAYOUT = """() => {
  const panel = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden)');
  const shown = [...panel.querySelectorAll('.jp-Cell')];
  const box = shown.find(cell => cell.matches('.jp-MarkdownCell')).getBoundingClientRect();
  const around = panel.querySelector('.jp-WindowedPanel-outer').getBoundingClientRect();
  return {
    widths: shown.flatMap(cell => [...cell.querySelectorAll('.jp-MarkdownOutput > p')]).map(text => text.clientWidth),
    cut: shown.filter(cell => cell.scrollWidth > cell.clientWidth + 1).length,
    left: box.left - around.left, right: around.right - box.right,
  };
}"""


def test_text_has_a_readable_width_and_nothing_is_cut(open_notebook):
    with open_notebook(CHAPTER, kernel=False) as notebook:
        for width in (1800, 900):
            notebook.page.set_viewport_size({"width": width, "height": 900})
            notebook.wait("width => innerWidth === width", width)
            layout = notebook.ask(LAYOUT)
            assert 0 < max(layout["widths"]) <= 46 * EM
            assert layout["cut"] == 0
            assert abs(layout["left"] - layout["right"]) < 30, "in the middle, a scroll bar aside"


@pytest.mark.prove
def test_a_cell_that_runs_for_long_says_so(open_notebook):
    pulse = (
        "cell => workbook.node(cell).querySelector('.workbook-runs')?.getAnimations()[0]?.effect.getComputedTiming()"
    )
    with open_notebook(CHAPTER) as notebook:
        notebook.ask("source => workbook.cell('imports').model.sharedModel.setSource(source)", WAITS)
        notebook.ask("() => workbook.select('imports')")
        notebook.start("notebook:run-cell")
        assert notebook.wait(pulse, "imports")["delay"] == 2000
        notebook.wait(f"cell => ({pulse})(cell)?.progress > 0", "imports")
        notebook.wait_until_finished()
        notebook.wait("() => !document.querySelector('.workbook-runs')")

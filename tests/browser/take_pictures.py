"""Take the pictures of the README, from the real thing: ``make pictures``.

Not collected by itself: a picture is looked at before it is committed.
"""

from utils.files import ROOT

PICTURES = ROOT / ".github" / "pictures"
CHAPTER_1 = "chapters/01_softmax_definition.ipynb"
VIEW = "view-shift"
EXERCISE, CHECK = "ch01-first_softmax", "ch01-first_softmax-check"
BLANK, WRONG = "    ...", "    return np.exp(z)"
MARGIN = 6  # pixels around what is shown


def photograph(notebook, name, first, last):
    """A picture from the top of one element to the bottom of another, as wide as the wider of the two."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    first.evaluate("node => node.scrollIntoView({block: 'center'})")
    boxes = [element.bounding_box() for element in (first, last)]
    left, top = (min(box[side] for box in boxes) - MARGIN for side in ("x", "y"))
    right = max(box["x"] + box["width"] for box in boxes) + MARGIN
    bottom = max(box["y"] + box["height"] for box in boxes) + MARGIN
    clip = {"x": left, "y": max(top, 0), "width": right - left, "height": bottom - max(top, 0)}
    notebook.page.screenshot(path=PICTURES / name, clip=clip, animations="disabled")


def test_a_view_and_a_diagnosis(open_notebook):
    """A view after a few moves, and a check that names a mistake."""
    with open_notebook(CHAPTER_1) as notebook:
        notebook.page.set_viewport_size({"width": 1000, "height": 1200})
        notebook.run_cell("imports")
        notebook.run_cell(VIEW)
        view = notebook.view(VIEW)
        view.skip_prediction()
        for _ in range(5):
            view.move(view.sliders[1], "ArrowRight")
        notebook.page.keyboard.press("Escape")
        photograph(notebook, "view.png", view.root, view.root)
        blank = notebook.ask("id => workbook.cell(id).model.sharedModel.getSource()", EXERCISE)
        assert BLANK in blank
        notebook.type_into(EXERCISE, blank.replace(BLANK, WRONG))
        notebook.run_cell(EXERCISE)
        notebook.run_cell(CHECK)
        notebook.cell(CHECK).get_by_text("Not yet:").wait_for()
        photograph(notebook, "diagnosis.png", notebook.cell(EXERCISE), notebook.cell(CHECK))

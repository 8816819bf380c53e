"""Which cells of a blank chapter have to run although its solution has run."""

from support.blank_chapters import cells_of_its_own
from support.sample_notebooks import code, notebook


def test_the_cells_of_exercises_run_with_all_that_they_need():
    cells = (
        code("from utils.frameworks import set_environment\n\nset_environment()", "environment"),
        code("import numpy as np\nfrom utils.exercises import ch01, solved", "imports"),
        code("import matplotlib", "imported-for-a-figure"),
        code("data = np.arange(3)", "data"),
        code("network = fit(data)", "training"),
        code("scale = 2.0", "scale"),
        code("def softmax(z):\n    return ...", "ch01-softmax", "exercise"),
        code("ch01.softmax.check(softmax)", "ch01-softmax-check", "check"),
        code("scale = 3.0\nprint(scale)", "said-again"),
        code("def half(z):\n    return z / scale", "half"),
        code("ch01.softmax.try_yours(half(data))", "try-softmax"),
        code("ch01.softmax.sliders()", "play-softmax", "sliders"),
        code("print(ch01.softmax.reference(data))", "the-reference"),
        code("solved(ch01)", "solved"),
    )
    left_out = {cell.id for cell in cells} - cells_of_its_own(notebook(*cells))
    assert left_out == {"imported-for-a-figure", "training", "the-reference"}

"""A class that does not exist: whole notebooks, wrong answers that stand by themselves, the same at every call."""

import ast
import json

from utils.exercises import ch01, ch03
from utils.grading.example import main, make, wrong_answers


def test_a_class_is_made(tmp_path, capsys):
    assert main([str(tmp_path / "class"), "--students", "3", "--chapters", "01"]) == 0
    assert "3 notebooks of 3 students" in capsys.readouterr().out
    paths = sorted((tmp_path / "class").glob("*/*.ipynb"))
    assert [path.parent.name for path in paths] == ["student-01", "student-02", "student-03"]
    texts = ["".join(cell["source"]) for path in paths for cell in json.loads(path.read_text())["cells"]]
    assert not any("BEGIN SOLUTION" in text for text in texts)


def test_the_same_seed_gives_the_same_class(tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        make(tmp_path / name, students=2, chapters=("01",), seed=seed)
    one, same, other = ([p.read_text() for p in sorted((tmp_path / name).glob("*/*"))] for name in "abc")
    assert one == same != other


def test_wrong_answers_define_the_name_and_explain_nothing():
    for exercise in (ch01.softmax, ch03.cost):
        sources = wrong_answers(exercise)
        assert len(sources) >= 4
        for source in sources:
            (function,) = ast.parse(source).body
            assert function.name == exercise.answer_name and ast.get_docstring(function) is None

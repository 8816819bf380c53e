"""How fast submissions are graded, one by one and as a class, honest and hostile: what ``make bench`` prints."""

import itertools
import json
import re
import resource

import pytest
from support.attacks import ATTACKS, SECRET, aimed

from utils.grading import sandbox, submissions
from utils.grading.example import make
from utils.grading.run import Options, run, write

CHAPTERS = [f"{number:02}" for number in range(1, 11)]
STUDENTS = 100
HOSTILE = 15  # of them


@pytest.mark.benchmark(group="a submission, one process, begun already")
@pytest.mark.parametrize("number", CHAPTERS)
def test_time_of_a_submission(benchmark, best_grader, tmp_path, number):
    make(tmp_path, students=10, chapters=(number,))
    handed_in = itertools.cycle([submissions.read(file, {}).cells for file in submissions.collect(tmp_path)])
    best_grader.grade(number, next(handed_in), 7)
    benchmark.pedantic(lambda: best_grader.grade(number, next(handed_in), 7), rounds=10)


@pytest.mark.benchmark(group=f"a class of {STUDENTS}, chapter 1, begin and reports included")
@pytest.mark.parametrize("hostile", [0, HOSTILE])
def test_time_of_a_class(benchmark, tmp_path, hostile):
    """Each attack is told as what it is, and costs nobody else a verdict."""
    if sandbox.level()[0] == sandbox.NONE:
        pytest.skip(sandbox.level()[1])
    folder, output = tmp_path / "class", tmp_path / "graded"
    make(folder, STUDENTS, ("01",))
    (tmp_path / "witness").mkdir()
    (tmp_path / "secret").write_text(SECRET)
    students = sorted(path.name for path in folder.iterdir())[:hostile]
    attacks = dict(zip(students, ATTACKS[:: len(ATTACKS) // HOSTILE], strict=False))
    for student, attack in attacks.items():
        (path,) = (folder / student).glob("*.ipynb")
        made = json.loads(path.read_text())
        for cell in made["cells"]:
            if cell["id"] == "ch01-softmax":
                cell["source"] = aimed(attack.source, tmp_path, 9)
        path.write_text(json.dumps(made))

    def grade():
        graded = run(folder, Options(output), say=lambda words: None)
        write(graded, Options(output))
        return graded

    graded = benchmark.pedantic(grade, rounds=1)
    benchmark.extra_info["submissions a second"] = STUDENTS / benchmark.stats.stats.mean
    benchmark.extra_info["largest process, MB"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    for row in graded.rows:
        if row.student in attacks and row.judged.exercise == "ch01.softmax":
            assert row.judged.status == "incorrect"
            assert re.search(attacks[row.student].says, row.judged.message), row.judged.message
    assert not list((tmp_path / "witness").iterdir())

"""A class from its folder to its files: verdicts, feedback, a report; once, again, and with what goes wrong."""

import csv
import json
import os
import re
import subprocess
import sys

import pytest
from support.handed_in import file_name, notebook

from utils.files import ROOT
from utils.grading import run as running
from utils.grading import sandbox
from utils.grading.__main__ import main
from utils.grading.judging import Judged
from utils.grading.run import GradingError, Options, run, write

CHAPTER_1 = file_name("01")
NO_SHIFT = "def softmax(z):\n    # by Bob himself\n    e = np.exp(z)\n    return e / e.sum(axis=-1, keepdims=True)\n"
HOSTILE = "def softmax(z):\n    raise ValueError('<script>alert(1)</script> \\x1b[2J `` [a](javascript:b)')\n"
NAMES = ("alice", "bob", "=carol+1", 'O\'Neil "Bo" <b>')


def hand_in(folder, student, answers=(), name=CHAPTER_1, **more):
    (folder / student).mkdir(parents=True, exist_ok=True)
    path = folder / student / name
    path.write_text(json.dumps(notebook("01", answers, **more)))
    return path


def verdicts(output):
    with (output / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        return {(row["student"], row["exercise"]): row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A small class, graded once."""
    if sandbox.level()[0] == sandbox.NONE:
        pytest.skip(sandbox.level()[1])
    folder, output = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("graded")
    hand_in(folder, "alice", solved=True)
    hand_in(folder, "bob", {"ch01.softmax": NO_SHIFT})
    hand_in(folder, "=carol+1", {"ch01.softmax": HOSTILE})
    hand_in(folder, NAMES[3], {"ch01.softmax": NO_SHIFT})
    (folder / "dave").mkdir()
    (folder / "dave" / CHAPTER_1).write_text("{damaged")
    (folder / "roster.csv").write_text("student,number\nalice,1\nbob,2\nerin,3\n")
    options = ["--output", str(output), "--roster", str(folder / "roster.csv"), "--processes", "1"]
    assert main([str(folder), *options]) == 0
    return folder, output


def test_verdicts(graded):
    _, output = graded
    text = (output / "verdicts.csv").read_text()
    assert text.splitlines()[0] == "student,exercise,status,mistake,points"
    of = verdicts(output)
    assert len(of) == 5 * 5
    assert {row["status"] for (student, _), row in of.items() if student == "alice"} == {"correct"}
    assert of["bob", "ch01.softmax"]["status"] == "incorrect" and of["bob", "ch01.softmax"]["mistake"] == "no shift"
    assert of["bob", "ch01.by_hand"]["status"] == "not attempted"
    assert "\n'=carol+1," in text and "\n=carol" not in text


def test_a_damaged_notebook_stops_nobody(graded):
    _, output = graded
    assert {row["status"] for (student, _), row in verdicts(output).items() if student == "dave"} == {"not attempted"}
    assert re.search("dave,,The file is damaged", (output / "remarks.csv").read_text())


def test_feedback_is_what_the_notebook_says(graded):
    _, output = graded
    page, text = ((output / "feedback" / f"bob.{kind}").read_text() for kind in ("html", "md"))
    for shown in (page, text):
        assert "no shift" in shown and "A hint" in shown and "practice" in shown and "Isolation, " in shown
    assert 'role="status"' in page


def test_nothing_of_a_stranger_runs_in_a_report(graded):
    _, output = graded
    for path in [*output.glob("*.*"), *output.glob("feedback/*")]:
        if path.is_dir():
            continue
        text = path.read_text()
        assert "\x1b" not in text
        if path.suffix != ".csv":
            assert "<script>alert" not in text and "<b>" not in text
        if path.suffix == ".md":
            assert "[a](javascript" not in text
    assert all(re.fullmatch(r"[\w .@+-]+\.(html|md)", path.name) for path in (output / "feedback").iterdir())


def test_the_report_names_mistakes_and_no_student(graded):
    _, output = graded
    page = (output / "misconceptions.html").read_text()
    assert "no shift" in page and '<td class="number">2</td>' in page and "<svg role=" in page
    assert "np.exp(z)" in page and "by Bob" not in page
    assert not any(name in page for name in ("alice", "bob", "carol", "Neil"))
    assert "ch01.softmax: 1 of 5 correct, 3 not yet, 1 not attempted" in page


def test_the_gradebook(graded):
    _, output = graded
    assert (output / "gradebook-plain.csv").read_text() == "student,number,points\nalice,1,5\nbob,2,0\nerin,3,\n"


def test_a_second_run_grades_only_what_is_new(graded, tmp_path, monkeypatch, capsys):
    folder, output = graded
    asked = []
    monkeypatch.setattr(running, "in_processes", lambda tasks, level, count: asked.extend(tasks) or [])
    before = (output / "verdicts.csv").read_text()
    write(run(folder, Options(output), say=lambda words: None), Options(output))
    assert asked == [] and (output / "verdicts.csv").read_text() == before


def test_a_verdict_is_repeated_exactly(graded, capsys):
    folder, output = graded
    again = [str(folder), "--output", str(output), "--student", "bob", "--exercise", "ch01.softmax"]
    assert main(again) == 0
    said = capsys.readouterr().out
    assert "no shift" in said and "This is the verdict that was given." in said
    assert main([*again[:-1], "ch01.nothing"]) == 1


# What counts


def as_if_judged(monkeypatch, status_of):
    """Grade without walls or processes: a verdict is what a function says of a source."""
    monkeypatch.setattr(running, "chosen_level", lambda trust: sandbox.FULL)

    def do(tasks, level, count):
        for task in tasks:
            source = {identity: text for _, identity, _, text, _ in task.cells}["ch01-softmax"]
            yield task, {"judged": [vars(Judged("ch01.softmax", *status_of(source)))], "seconds": 0.0}

    monkeypatch.setattr(running, "in_processes", do)


def points(graded):
    return {(row.student, row.judged.exercise): row.points for row in graded.rows}


@pytest.fixture
def two_submissions(tmp_path):
    folder = tmp_path / "class"
    old = hand_in(folder, "alice", {"ch01.softmax": "right"}, name="first.ipynb")
    new = hand_in(folder, "alice", {"ch01.softmax": "wrong"}, name="second.ipynb")
    os.utime(old, (1_000, 1_000))
    os.utime(new, (2_000, 2_000))
    return folder


@pytest.mark.parametrize(("keep", "expected"), [("newest", 0), ("best", 1)])
def test_of_several_submissions(two_submissions, tmp_path, monkeypatch, keep, expected):
    as_if_judged(monkeypatch, lambda source: ("correct" if source == "right" else "incorrect", "…"))
    found = run(two_submissions, Options(tmp_path / "out", keep=keep))
    assert points(found)["alice", "ch01.softmax"] == expected
    said = any("second.ipynb counts" in words for _, _, words in found.remarks)
    assert said == (keep == "newest")


def test_a_decision_of_the_instructor_comes_last_and_is_shown(tmp_path, monkeypatch):
    as_if_judged(monkeypatch, lambda source: ("incorrect", "…"))
    hand_in(tmp_path / "class", "alice", {"ch01.softmax": "x"})
    decisions = tmp_path / "overrides.csv"
    decisions.write_text("student,exercise,points,reason\nalice,ch01.softmax,0.5,explained it in person\n")
    options = Options(tmp_path / "out", overrides=decisions)
    found = run(tmp_path / "class", options)
    write(found, options)
    assert points(found)["alice", "ch01.softmax"] == 0.5
    assert "Decided by your instructor: explained it in person" in (tmp_path / "out/feedback/alice.md").read_text()


def test_an_interrupted_run_goes_on_where_it_was(tmp_path, monkeypatch):
    for name in ("a", "b", "c"):
        hand_in(tmp_path / "class", name, {"ch01.softmax": f"answer of {name}"})
    as_if_judged(monkeypatch, lambda source: ("correct", "…"))
    whole, options = running.in_processes, Options(tmp_path / "out")

    def stopped(tasks, level, count):
        yield next(iter(whole(tasks, level, count)))
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "in_processes", stopped)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "class", options)
    asked = []
    monkeypatch.setattr(running, "in_processes", lambda tasks, *more: asked.extend(tasks) or whole(tasks, *more))
    assert len(points(run(tmp_path / "class", options))) == 15 and len(asked) == 2


def test_a_changed_submission_is_graded_again_with_another_seed(tmp_path, monkeypatch):
    as_if_judged(monkeypatch, lambda source: ("correct", "…"))
    options = Options(tmp_path / "out")
    for text in ("one", "two"):
        hand_in(tmp_path / "class", "alice", {"ch01.softmax": text})
        run(tmp_path / "class", options)
    records = [json.loads(path.read_text()) for path in (tmp_path / "out/.records").iterdir()]
    assert len(records) == 2 and len({record["seed"] for record in records}) == 2


# Refusals


@pytest.mark.parametrize(
    ("version", "is_graded", "words"), [("0.1", True, "judged by the checks"), ("99.0", False, "newer")]
)
def test_versions_are_mapped_or_refused(tmp_path, monkeypatch, version, is_graded, words):
    as_if_judged(monkeypatch, lambda source: ("correct", "…"))
    path = hand_in(tmp_path / "class", "alice", {"ch01.softmax": "x"})
    made = json.loads(path.read_text())
    made["metadata"]["softmax_workbook"]["version"] = version
    path.write_text(json.dumps(made))
    found = run(tmp_path / "class", Options(tmp_path / "out"))
    assert any(words in said for _, _, said in found.remarks)
    assert (points(found).get(("alice", "ch01.softmax")) == 1) == is_graded


def test_without_walls_nothing_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sandbox, "level", lambda: (sandbox.NONE, "There is no Linux here."))
    hand_in(tmp_path / "class", "alice")
    assert main([str(tmp_path / "class"), "--output", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "There is no Linux here." in said and "--trust-submissions" in said and "delete your files" in said
    assert not (tmp_path / "out").exists()


def test_an_empty_folder(tmp_path):
    with pytest.raises(GradingError, match="no notebook"):
        run(tmp_path, Options(tmp_path / "out", trust=True))


@pytest.mark.prove  # a process of its own for what main() does above
def test_the_command():
    done = subprocess.run([sys.executable, "-m", "utils.grading", "--help"], cwd=ROOT, capture_output=True, check=True)
    assert b"--trust-submissions" in done.stdout

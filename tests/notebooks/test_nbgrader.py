"""The course in a real nbgrader, in an environment of its own: full, part and no points, and feedback with names."""

import csv
import json
import os
import site
import subprocess
import sys
from pathlib import Path

import pytest
from support.handed_in import notebook, solution_of

from utils.files import ROOT
from utils.notebooks.release import for_nbgrader

VERSION = "0.9.6"
HERE = ROOT / ".cache" / "nbgrader"
WRONG = "def softmax(z):\n    e = np.exp(z)\n    return e / e.sum(axis=-1, keepdims=True)\n"
CHAPTER = "chapter_01"


@pytest.fixture(scope="module")
def nbgrader():
    """A function that calls nbgrader, which is installed where it is not yet."""
    scripts = HERE / "bin"
    if not (scripts / "nbgrader").exists():
        subprocess.run([sys.executable, "-m", "venv", HERE], check=True)
        subprocess.run([scripts / "python", "-m", "pip", "install", "--quiet", f"nbgrader=={VERSION}"], check=True)
    packages = next(iter((HERE / "lib").glob("python*/site-packages")))
    (packages / "zz_course.pth").write_text("\n".join(site.getsitepackages()) + "\n")  # what is studied, behind its own
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}

    def call(folder, *arguments):
        done = subprocess.run(
            [scripts / "nbgrader", *arguments], cwd=folder, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]

    return call


@pytest.mark.prove
def test_points_and_feedback(nbgrader, tmp_path):
    folder = for_nbgrader(output=tmp_path)
    nbgrader(folder, "generate_assignment", CHAPTER)
    (released,) = Path(folder, "release", CHAPTER).glob("*.ipynb")
    handed_out = json.loads(released.read_text())
    sources = {cell["id"]: "".join(cell["source"]) for cell in handed_out["cells"]}
    stubs = {cell["id"]: "".join(cell["source"]) for cell in notebook("01")["cells"]}
    answers = [identity for identity in sources if f"{identity}-check" in sources]
    assert len(answers) >= 5
    for identity in answers:  # nbgrader's stub is ours
        assert sources[identity].split() == stubs[identity].split()
    kinds = {
        "right": {identity: solution_of(identity.replace("-", ".", 1)) for identity in answers},
        "wrong": {"ch01-softmax": WRONG, "ch01-by_hand": solution_of("ch01.by_hand")},
        "blank": {},
    }
    for student, changed in kinds.items():
        made = json.loads(released.read_text())
        for cell in made["cells"]:
            cell["source"] = changed.get(cell["id"], cell["source"])
        path = folder / "submitted" / student / CHAPTER / released.name
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(made))
    nbgrader(folder, "autograde", CHAPTER)
    nbgrader(folder, "generate_feedback", CHAPTER)
    nbgrader(folder, "export", "--to", "grades.csv")
    with (folder / "grades.csv").open(newline="") as file:
        score = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}
    full = float(len(answers))
    assert score == {"right": (full, full), "wrong": (1.0, full), "blank": (0.0, full)}
    page = next(Path(folder, "feedback", "wrong", CHAPTER).glob("*.html")).read_text()
    assert "NotCorrect" in page and "no shift" in page

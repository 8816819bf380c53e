"""Where the course comes from, and a chapter that is opened where the course is not installed."""

import os
import subprocess
import sys
import sysconfig

import nbformat
import pytest

from utils.files import ROOT
from utils.notebooks import course
from utils.notebooks.build import build_all, build_chapter

FIRST = ROOT / "solutions" / "01_softmax_definition.ipynb"
RUN = "import sys, nbclient, nbformat; nbclient.execute(nbformat.read(sys.argv[1], 4), timeout=300)"


def test_without_an_address_no_chapter_installs_anything(monkeypatch):
    monkeypatch.setattr("utils.notebooks.build.repository", lambda: None)
    for chapter in build_all(ROOT / "solutions").values():
        assert course.INSTALL_ID not in {cell.id for cell in chapter.cells}


def test_with_an_address_each_chapter_begins_with_its_installation(monkeypatch):
    monkeypatch.setattr("utils.notebooks.build.repository", lambda: "https://forge.example/course/")
    for chapter in build_all(ROOT / "solutions").values():
        first = next(cell for cell in chapter.cells if cell.cell_type == "code")
        assert first.id == course.INSTALL_ID
        assert f'"https://forge.example/course/archive/refs/tags/v{course.version()}.zip"' in first.source


def test_where_the_course_is_installed_the_first_cell_does_nothing():
    code = course.install_cell("/nowhere/at-all.whl").source
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.prove
def test_a_chapter_runs_in_an_empty_folder_with_the_wheel_alone(tmp_path):
    """As in Colab: the libraries are there, the course is not; its first cell brings it."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path / "wheel")]
    subprocess.run([*pip, str(ROOT)], check=True, capture_output=True)
    (wheel,) = (tmp_path / "wheel").glob("*.whl")
    empty = tmp_path / "empty"
    empty.mkdir()
    nbformat.write(build_chapter(nbformat.read(FIRST, 4), FIRST.stem, str(wheel)), empty / FIRST.name)
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    # The libraries of this environment without its .pth files, which lead to the course.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {"PYTHONPATH": sysconfig.get_path("purelib"), "SOFTMAX_WORKBOOK_PROGRESS": str(tmp_path / "p.json")}
    missing = subprocess.run([python, "-c", "import utils.views"], cwd=empty, env=environment, capture_output=True)
    assert missing.returncode != 0
    done = subprocess.run([python, "-c", RUN, FIRST.name], cwd=empty, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

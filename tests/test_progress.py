"""The record of solved exercises: kept for the learner alone, and never a reason to stop."""

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from filelock import FileLock

from utils import progress
from utils.exercises import ch01


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "kept" / "progress.json"
    monkeypatch.setenv(progress.VARIABLE, str(path))
    return path


def test_the_first_passing_check_is_recorded_with_its_moment(file):
    ch01.softmax.check(lambda z: z)
    ch01.softmax.check(...)
    assert progress.solved() == {}
    ch01.softmax.check(ch01.softmax.reference)
    first = progress.solved()
    assert list(first) == ["ch01.softmax"]
    assert datetime.fromisoformat(first["ch01.softmax"]).tzinfo is not None
    ch01.softmax.check(ch01.softmax.reference)
    assert progress.solved() == first
    ch01.by_hand.check(ch01.by_hand.reference)
    assert set(json.loads(file.read_text())) == {"ch01.softmax", "ch01.by_hand"}
    assert set(os.listdir(file.parent)) <= {file.name, f"{file.name}.lock"}, "no temporary file is left behind"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1, 2]", b"[" * 100_000, b'{"ch01.softmax": 3}', b"\xff\xfe\x00", b'"text"']
)
def test_a_damaged_file_is_set_aside(file, content):
    file.parent.mkdir()
    for number in (1, 2):
        file.write_bytes(content)
        assert progress.solved() == {}
        assert file.read_bytes() == content, "to look at it changes nothing"
        assert progress.record("ch01.softmax") == ""
        assert file.with_name(f"progress.json.damaged-{number}").read_bytes() == content
        assert list(progress.solved()) == ["ch01.softmax"]


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path, monkeypatch):
    blocked = tmp_path / "a file"
    blocked.write_text("not a folder")
    monkeypatch.setenv(progress.VARIABLE, str(blocked / "progress.json"))
    assert "could not be recorded" in progress.record("ch01.softmax")
    verdict = ch01.softmax.check(ch01.softmax.reference)
    assert verdict.status == "correct"
    assert f"could not be recorded in {blocked / 'progress.json'}" in verdict.message


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_read_only_folder_stops_nothing(file):
    file.parent.mkdir()
    file.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert "could not be recorded" in progress.record("ch01.softmax")


def test_progress_is_kept_in_chapters_and_nowhere_else(tmp_path, monkeypatch):
    monkeypatch.delenv(progress.VARIABLE, raising=False)
    chapters = tmp_path / "chapters"
    chapters.mkdir()
    monkeypatch.setattr(progress, "CHAPTERS", chapters)
    monkeypatch.chdir(tmp_path)
    assert progress.progress_file() is None
    assert progress.record("ch01.softmax") == ""
    assert not any(chapters.iterdir())
    monkeypatch.chdir(chapters)
    assert progress.record("ch01.softmax") == ""
    assert (chapters / ".progress.json").exists()


def test_nothing_is_written_over_a_file_that_cannot_be_read(file, monkeypatch):
    """A file without rights, or one that another program holds, as on Windows: what it says is not known."""
    file.parent.mkdir()
    before = json.dumps({"ch01.by_hand": "2026-01-01T00:00:00+00:00"})
    file.write_text(before, encoding="utf-8")

    def refuse(self, *arguments, **named):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(type(file), "read_text", refuse)
        assert progress.solved() == {}
        assert "(Permission denied)" in progress.record("ch01.softmax")
    assert os.listdir(file.parent).count(file.name) == 1
    assert file.read_text(encoding="utf-8") == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_regular_file_is_left_alone(file, monkeypatch, kind):
    file.parent.mkdir()
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "device":
        file.symlink_to(os.devnull)
    else:
        file.mkdir()
    before = os.lstat(file)
    assert progress.solved() == {}
    assert "no regular file" in progress.record("ch01.softmax")
    assert os.lstat(file) == before
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_home_folder_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv(progress.VARIABLE, os.path.join("~", "mine.json"))
    assert progress.record("ch01.softmax") == ""
    assert (tmp_path / "mine.json").exists()


RECORDING = """
import sys
from utils import progress
for number in range(40):
    assert progress.record(f"{sys.argv[1]}.{number}") == ""
"""


def test_kernels_that_record_at_once_lose_nothing(file):
    kernels = [
        subprocess.Popen([sys.executable, "-c", RECORDING, name], env=os.environ | {progress.VARIABLE: str(file)})
        for name in ("one", "two", "three")
    ]
    assert [kernel.wait(timeout=60) for kernel in kernels] == [0, 0, 0]
    assert len(progress.solved()) == 120


def test_a_lock_that_is_held_for_long_is_said(file, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.1)
    file.parent.mkdir()
    with FileLock(file.with_name(f"{file.name}.lock")):
        thread = ThreadPoolExecutor(1)
        assert "another program holds it" in thread.submit(progress.record, "ch01.softmax").result()
        thread.shutdown()

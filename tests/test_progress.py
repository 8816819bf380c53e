"""The record of solved exercises: kept for the learner alone, and never a reason to stop."""

import json
import os
import stat
from datetime import datetime

import pytest

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
    assert os.listdir(file.parent) == [file.name], "no temporary file is left behind"


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2]", b'{"ch01.softmax": 3}', b"\xff\xfe\x00", b'"text"'])
def test_a_damaged_file_is_set_aside(file, content):
    file.parent.mkdir()
    for number in (1, 2):
        file.write_bytes(content)
        assert progress.solved() == {}
        assert file.with_name(f"progress.json.damaged-{number}").read_bytes() == content
        assert progress.record("ch01.softmax")
        assert list(progress.solved()) == ["ch01.softmax"]


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path, monkeypatch):
    blocked = tmp_path / "a file"
    blocked.write_text("not a folder")
    monkeypatch.setenv(progress.VARIABLE, str(blocked / "progress.json"))
    assert progress.record("ch01.softmax") is False
    assert ch01.softmax.check(ch01.softmax.reference).status == "correct"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_read_only_folder_stops_nothing(file):
    file.parent.mkdir()
    file.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert progress.record("ch01.softmax") is False


def test_progress_is_kept_in_chapters_and_nowhere_else(tmp_path, monkeypatch):
    monkeypatch.delenv(progress.VARIABLE, raising=False)
    chapters = tmp_path / "chapters"
    chapters.mkdir()
    monkeypatch.setattr(progress, "CHAPTERS", chapters)
    monkeypatch.chdir(tmp_path)
    assert progress.progress_file() is None
    assert progress.record("ch01.softmax") is False
    monkeypatch.chdir(chapters)
    assert progress.record("ch01.softmax")
    assert (chapters / ".progress.json").exists()

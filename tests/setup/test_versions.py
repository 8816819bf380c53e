"""The first cell that a learner runs: it says ok, or what is wrong."""

from importlib import metadata

import pytest

from utils.setup import versions


def test_everything_is_ok_here(capsys):
    versions.report()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(versions.STUDIED) + 2
    assert all(line.split()[-1] == "ok" for line in lines[:-1])
    assert lines[-1] == "Everything is there."


@pytest.mark.parametrize(
    ("version", "words"), [("1.0.0", "1.0.0 is installed, "), ("2.13.0+cpu", "ok"), (None, "is missing")]
)
def test_a_library_of_another_version_is_named(monkeypatch, capsys, version, words):
    real = metadata.version

    def version_of(name):
        if name != "torch":
            return real(name)
        if version is None:
            raise metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(metadata, "version", version_of)
    versions.report()
    output = capsys.readouterr().out
    (line,) = [line for line in output.splitlines() if line.startswith("torch")]
    assert words in line
    assert ("make lab" in output) == (words != "ok")


def test_another_python_is_named(monkeypatch, capsys):
    monkeypatch.setattr(versions.platform, "python_version", lambda: "3.10.4")
    versions.report()
    assert "3.10.4 is running, " in capsys.readouterr().out.splitlines()[0]

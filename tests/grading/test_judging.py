"""What a judge does before any answer runs."""

import importlib

from utils.grading.judging import keep_compiled


def test_what_a_chapter_imports_is_compiled_once(tmp_path, monkeypatch):
    """Behind the walls nothing can be written, so that each warm process would compile it anew."""
    (tmp_path / "heavy").mkdir()
    (tmp_path / "heavy" / "__init__.py").write_text(
        "import pathlib\npathlib.Path(__file__).with_name('log').open('a').write('x')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    importlib.invalidate_caches()
    cells = [
        (0, "a", "markdown", "import nothing", ""),
        (1, "b", "code", "import heavy", ""),
        (2, "c", "code", "...", "x"),
    ]
    for _ in range(2):
        keep_compiled(cells)
    assert (tmp_path / "heavy" / "log").read_text() == "x" and list((tmp_path / "heavy" / "__pycache__").iterdir())


def test_what_does_not_exist_is_let_alone():
    keep_compiled([(0, "b", "code", "import no_such_package_anywhere", ""), (1, "c", "code", "...", "x")])

"""What a class is handed: whole, without solutions, and updated from the next one with every answer kept."""

import ast
import json
import re
import subprocess
import sys
import zipfile

import pytest

from utils.files import ROOT
from utils.notebooks import course, release, update_from_zip
from utils.notebooks.format import read_notebook
from utils.notebooks.release import nbgrader_notebook, without
from utils.notebooks.update_from_zip import ZipError, read_zip

STUDIED = ("README.md", "Makefile", "pyproject.toml", "requirements.txt", "utils/files.py", "utils/setup/install.py")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The zip, made once."""
    return release.release(output=tmp_path_factory.mktemp("release"))


@pytest.fixture
def unpacked(made, tmp_path):
    with zipfile.ZipFile(made) as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    return folder


def test_all_that_studying_needs(made):
    files = read_zip(made)
    chapters = [name for name in files if name.startswith("chapters/")]
    assert set(STUDIED) <= files.keys() and len(chapters) == 11
    tools = (ROOT / "utils" / "views" / "js").glob("*.js")
    assert {f"utils/views/js/{path.name}" for path in tools} <= files.keys()


def test_no_solution_no_test_and_no_grader(made):
    files = read_zip(made)
    assert not [
        name for name in files if name.startswith(("solutions/", "tests/", "utils/grading/", "utils/site/", ".git"))
    ]
    assert not any(b"BEGIN SOLUTION\n" in data for name, data in files.items() if name.startswith("chapters/"))
    for name, data in files.items():
        if name.startswith("utils/exercises/ch") and name.endswith(".py"):
            values = settings_of_exercises(data.decode(), "alternatives")
            assert all(isinstance(value, ast.Tuple) and not value.elts for value in values), name


def settings_of_exercises(source, name):
    return [
        keyword.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Exercise"
        for keyword in node.keywords
        if keyword.arg == name
    ]


def test_every_chapter_carries_the_version(made):
    for name, data in read_zip(made).items():
        if name.startswith("chapters/"):
            assert json.loads(data)["metadata"]["softmax_workbook"]["version"] == course.version()


@pytest.mark.prove
def test_the_same_course_gives_the_same_bytes(made, tmp_path):
    assert release.release(output=tmp_path).read_bytes() == made.read_bytes()


def test_checks_work_where_only_the_release_is(unpacked):
    code = """
        from utils.exercises import all_exercises, ch01
        import utils
        print(utils.__path__[0])
        assert len(list(all_exercises())) > 40 and not any(e.alternatives for e in all_exercises())
        print(ch01.softmax.check(ch01.softmax.reference).status, ch01.softmax.check(lambda z: z).status)
        print(ch01.softmax.hint())
    """
    code = "\n".join(line.strip() for line in code.splitlines())
    done = subprocess.run([sys.executable, "-c", code], cwd=unpacked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    where, verdicts, hint = done.stdout.strip().splitlines()
    assert where == str(unpacked / "utils") and verdicts == "correct incorrect" and hint.startswith("Hint 1 of")


def test_without_hints(tmp_path, monkeypatch):
    monkeypatch.setattr(release, "build_all", lambda folder: {})
    assert release.main(["--no-hints", "--output", str(tmp_path)]) == 0
    with zipfile.ZipFile(next(iter(tmp_path.glob("*.zip")))) as archive:
        names = [name for name in archive.namelist() if "/utils/exercises/ch" in name and "/e" in name]
        found = [settings_of_exercises(archive.read(name).decode(), "hints") for name in names]
    assert len(names) > 40 and all(value.elts == [] for values in found for value in values)


def test_a_check_without_hints_says_nothing_of_them():
    from utils.checking.session import Session
    from utils.exercises import ch01

    class Bare:
        hints, name, answer_name = (), "ch01.softmax", "softmax"

    assert "hint()" not in Session().check(Bare, ...).message
    assert "no hints" in repr(Session().hint(Bare)).lower()
    assert "hint()" in Session().check(ch01.softmax, ...).message


def test_what_is_cut_out_leaves_the_rest_as_it_was():
    source = 'é = 1\nx = Exercise(name="ä", alternatives=(\n    f,\n    lambda z: "ö",\n), hints=p("""ü"""), bank=b)\n'
    assert (
        without(source, ("alternatives", "hints"))
        == 'é = 1\nx = Exercise(name="ä", alternatives=(), hints=(), bank=b)\n'
    )


# An update from the next zip


def newer(made, folder, change=lambda files: None, version="99.0.0"):
    """The next release."""
    files = read_zip(made)
    files["pyproject.toml"] = re.sub(
        rb'(?m)^version = ".*"', b'version = "%s"' % version.encode(), files["pyproject.toml"]
    )
    change(files)
    path = folder / f"softmax-workbook-{version}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"softmax-workbook-{version}/{name}", data)
    return path


def chapter_1(folder):
    return next(iter(folder.glob("chapters/01_*.ipynb")))


def answer(folder, identity, source):
    path = chapter_1(folder)
    notebook = json.loads(path.read_text())
    next(cell for cell in notebook["cells"] if cell["id"] == identity)["source"] = source
    path.write_text(json.dumps(notebook))


def source_in(folder, identity):
    return next(cell.source for cell in read_notebook(chapter_1(folder)).cells if cell.id == identity)


def new_stub(files):
    name = next(name for name in files if name.startswith("chapters/01_"))
    notebook = json.loads(files[name])
    cell = next(cell for cell in notebook["cells"] if cell["id"] == "ch01-softmax")
    cell["source"] = "".join(cell["source"]).replace('"""', '"""New: ', 1)
    cell["metadata"]["softmax_workbook"]["stub"] = "0" * 64
    files[name] = json.dumps(notebook).encode()
    files["utils/new_module.py"] = b"NEW = 1\n"


def test_an_update_keeps_answers_and_names_what_has_changed(unpacked, made, tmp_path):
    answer(unpacked, "ch01-softmax", "def softmax(z):\n    return 'mine'\n")
    answer(unpacked, "ch01-by_hand", "by_hand = [1, 2, 3]")
    (unpacked / "chapters" / "own.ipynb").write_text("{}")
    (unpacked / "utils" / "stale.py").write_text("")
    said = " ".join(update_from_zip.update_from_zip(newer(made, tmp_path, new_stub), unpacked))
    assert "You have version 99.0.0 now" in said and "have changed, so read them again: ch01.softmax." in said
    assert source_in(unpacked, "ch01-softmax").endswith("return 'mine'\n")
    assert source_in(unpacked, "ch01-by_hand") == "by_hand = [1, 2, 3]"
    assert (unpacked / "utils" / "new_module.py").exists() and not (unpacked / "utils" / "stale.py").exists()
    assert (unpacked / "chapters" / "own.ipynb").exists()
    (backup,) = (unpacked / "chapters" / ".backup").iterdir()
    assert "'mine'" in (backup / chapter_1(unpacked).name).read_text()


def test_an_answer_without_a_cell_is_kept_in_a_file(unpacked, made, tmp_path):
    def drop(files):
        name = next(name for name in files if name.startswith("chapters/01_"))
        notebook = json.loads(files[name])
        notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "ch01-softmax"]
        files[name] = json.dumps(notebook).encode()

    answer(unpacked, "ch01-softmax", "def softmax(z):\n    return 'mine'\n")
    said = " ".join(update_from_zip.update_from_zip(newer(made, tmp_path, drop), unpacked))
    assert "no cell for ch01-softmax" in said
    (kept,) = (unpacked / "chapters" / ".backup").glob("*/answers_without_a_cell.py")
    assert "return 'mine'" in kept.read_text()


def everything(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".backup" not in path.parts
    }


def test_an_update_that_fails_changes_nothing(unpacked, made, tmp_path, monkeypatch):
    answer(unpacked, "ch01-softmax", "def softmax(z):\n    return 'mine'\n")
    before, whole, calls = everything(unpacked), update_from_zip.os.replace, []

    def fails(source, target):
        calls.append(target)
        if len(calls) == 8:
            raise OSError(28, "No space left on device")
        whole(source, target)

    path = newer(made, tmp_path)
    monkeypatch.setattr(update_from_zip.os, "replace", fails)
    with pytest.raises(OSError, match="No space left"):
        update_from_zip.update_from_zip(path, unpacked)
    assert everything(unpacked) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no zip", "cannot be read as a zip"),
        ({"a/x": b"", "b/y": b""}, "is no release"),
        ({"a/README.md": b""}, "is no release"),
        ({"a/../../evil": b""}, "which no release does"),
    ],
)
def test_other_files_are_refused(tmp_path, content, words):
    path = tmp_path / "other.zip"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in content.items():
                archive.writestr(name, data)
    with pytest.raises(ZipError, match=words):
        read_zip(path)


def test_an_older_version_and_a_checkout_are_refused(unpacked, made, tmp_path):
    with pytest.raises(ZipError, match=r"an older one, 0\.1\.0"):
        update_from_zip.update_from_zip(newer(made, tmp_path, version="0.1.0"), unpacked)
    (unpacked / ".git").mkdir()
    with pytest.raises(ZipError, match="is a git checkout"):
        update_from_zip.update_from_zip(newer(made, tmp_path), unpacked)


# nbgrader


def test_the_form_of_nbgrader():
    path = next(iter((ROOT / "solutions").glob("01_*.ipynb")))
    notebook = nbgrader_notebook(read_notebook(path), points=2)
    kinds = {cell.id: cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata}
    assert kinds["ch01-softmax"]["solution"] and not kinds["ch01-softmax"]["grade"]
    check = kinds["ch01-softmax-check"]
    assert check["grade"] and check["locked"] and check["points"] == 2 and check["schema_version"] == 3
    assert not any(cell.outputs for cell in notebook.cells if cell.cell_type == "code")

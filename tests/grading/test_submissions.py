"""What was handed in is found and read, whatever is in it."""

import io
import json
import stat
import zipfile

import pytest
from support.handed_in import file_name, notebook

from utils.grading.submissions import collect, read

CHAPTER_1 = file_name("01")
TEXT = json.dumps(notebook("01"))


def zipped(files):
    """A zip with these files, by name; a value may be a pair of content and attributes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            information = zipfile.ZipInfo(name, (2026, 11, 1, 12, 0, 0))
            information.compress_type = zipfile.ZIP_DEFLATED
            if isinstance(content, tuple):
                content, information.external_attr = content
            archive.writestr(information, content)
    return buffer.getvalue()


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def students(folder):
    return sorted(file.student for file in collect(folder) if file.data is not None)


def test_a_folder_a_student(tmp_path):
    write(tmp_path, {f"alice/{CHAPTER_1}": TEXT, f"bob/week 1/{CHAPTER_1}": TEXT, "notes.txt": "x"})
    assert students(tmp_path) == ["alice", "bob"]


def test_single_notebooks(tmp_path):
    write(tmp_path, {"alice.ipynb": TEXT, "bob.ipynb": TEXT})
    assert students(tmp_path) == ["alice", "bob"]


def test_one_workbook(tmp_path):
    write(tmp_path / "alice", {CHAPTER_1: TEXT, file_name("02"): TEXT})
    assert students(tmp_path / "alice") == ["alice", "alice"]


def test_whole_workbooks(tmp_path):
    inside = {f"softmax-workbook/chapters/{CHAPTER_1}": TEXT, "softmax-workbook/utils/x.py": "x"}
    left_out = {
        f"softmax-workbook/solutions/{CHAPTER_1}": TEXT,
        f"softmax-workbook/chapters/.backup/x/{CHAPTER_1}": TEXT,
    }
    write(tmp_path, {"alice.zip": zipped(inside | left_out), **{f"bob/{name}": text for name, text in inside.items()}})
    assert students(tmp_path) == ["alice", "bob"]


def test_the_zip_of_moodle(tmp_path):
    names = ("Ada Lovelace_1234567_assignsubmission_file_", 'O\'Neil "Bo", Jr._7654321_assignsubmission_file_')
    archive = zipped({f"{name}/{CHAPTER_1}": TEXT for name in names})
    write(tmp_path, {"Course-Assignment-123.zip": archive})
    assert students(tmp_path) == sorted(names)
    assert students(tmp_path / "Course-Assignment-123.zip") == sorted(names)


def test_the_zip_of_moodle_with_zips_in_it(tmp_path):
    inner = zipped({f"chapters/{CHAPTER_1}": TEXT, f"chapters/{file_name('02')}": TEXT})
    write(
        tmp_path,
        {
            "x.zip": zipped(
                {"Ada_1_assignsubmission_file_/all.zip": inner, f"Bo_2_assignsubmission_file_/{CHAPTER_1}": TEXT}
            )
        },
    )
    assert students(tmp_path) == ["Ada_1_assignsubmission_file_"] * 2 + ["Bo_2_assignsubmission_file_"]


def test_the_zip_of_canvas(tmp_path):
    names = (f"lovelaceada_1234_99_{CHAPTER_1}", f"neilbo_LATE_77_98_{CHAPTER_1}")
    write(tmp_path, {"submissions.zip": zipped(dict.fromkeys(names, TEXT))})
    assert students(tmp_path) == ["lovelaceada_1234", "neilbo_77"]


def test_the_flat_files_of_canvas(tmp_path):
    write(tmp_path, {f"lovelaceada_1234_99_{CHAPTER_1}": TEXT})
    assert students(tmp_path) == ["lovelaceada_1234"]


@pytest.mark.parametrize("name", ["../../evil.ipynb", "/etc/evil.ipynb", "a/../../evil.ipynb", "..\\..\\evil.ipynb"])
def test_a_zip_does_not_reach_out(tmp_path, name):
    write(tmp_path, {"alice.zip": zipped({name: TEXT, CHAPTER_1: TEXT})})
    read_, refused = [], []
    for file in collect(tmp_path):
        (refused if file.data is None else read_).append(file)
    assert len(read_) == 1 and len(refused) == 1 and "points out of its zip" in refused[0].remark
    assert [path.name for path in tmp_path.rglob("*")] == ["alice.zip"]


def test_links_are_not_followed(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_text(TEXT)
    folder = tmp_path / "class"
    attributes = (stat.S_IFLNK | 0o777) << 16
    write(folder, {"bob.zip": zipped({"link.ipynb": (str(secret), attributes)})})
    (folder / "alice").mkdir()
    (folder / "alice" / CHAPTER_1).symlink_to(secret)
    (folder / "carol").symlink_to(tmp_path)
    files = list(collect(folder))
    assert {file.student for file in files} == {"alice", "bob", "carol"}
    assert all(file.data is None and "is a link" in file.remark for file in files)


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    bomb = zipped({"bomb.ipynb": b"0" * (30 * 2**20), CHAPTER_1: TEXT})
    write(tmp_path, {"alice.zip": bomb})
    files = list(collect(tmp_path))
    assert [file.data is None for file in files] == [True, False]
    assert "larger than a notebook may be" in files[0].remark


def test_a_zip_that_lies_about_its_sizes(tmp_path):
    data = bytearray(zipped({"bomb.ipynb": b"0" * (30 * 2**20)}))
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    write(tmp_path, {"alice.zip": bytes(data)})
    assert all(file.data is None or len(file.data) <= 1000 for file in collect(tmp_path))


def test_zips_in_zips_in_zips(tmp_path):
    nested = zipped({"a.zip": zipped({"b.zip": zipped({CHAPTER_1: TEXT})})})
    write(tmp_path, {"alice.zip": nested})
    (file,) = collect(tmp_path)
    assert file.data is None and "zip in a zip" in file.remark


def test_a_file_that_is_no_zip(tmp_path):
    write(tmp_path, {"alice.zip": b"PK\x03\x04 nonsense", f"bob/{CHAPTER_1}": TEXT})
    files = list(collect(tmp_path))
    assert students(tmp_path) == ["bob"] and "cannot be read as a zip" in files[0].remark


def test_a_notebook_that_is_too_large(tmp_path):
    write(tmp_path, {"alice/x.ipynb": b" " * (21 * 2**20)})
    (file,) = collect(tmp_path)
    assert "more than a notebook may have" in file.remark


# Reading


def as_read(data, tmp_path, name=CHAPTER_1):
    write(tmp_path, {f"alice/{name}": data})
    (file,) = collect(tmp_path)
    return read(file, {})


def test_an_ordinary_notebook(tmp_path):
    one = as_read(TEXT, tmp_path)
    assert one.chapter == "01" and not one.remarks and len(one.cells) == len(notebook("01")["cells"])


def test_a_file_under_another_name(tmp_path):
    assert as_read(TEXT, tmp_path, "homework (final).ipynb").chapter == "01"


@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off(tmp_path, share):
    text = json.dumps(notebook("01"), indent=1)
    one = as_read(text[: int(len(text) * share)], tmp_path)
    assert one.chapter == "01" and "is damaged" in one.remarks[0]
    assert len(one.cells) > share * 0.7 * len(notebook("01")["cells"])


def test_a_hole_in_a_file(tmp_path):
    text = json.dumps(notebook("01"), indent=1)
    place = text.index('"cell_type"', len(text) // 3)
    one = as_read(text[:place] + "\x00\x00" + text[place + 20 :], tmp_path)
    assert one.chapter == "01" and len(one.cells) >= len(notebook("01")["cells"]) - 2


@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff" * 50, b"[" * 100_000, b'{"cells": 3}', b"null", b'{"cells": [null, 3, {}]}']
)
def test_what_is_no_notebook(tmp_path, data):
    one = as_read(data, tmp_path)
    assert one.remarks or not any(source for _, _, _, source, _ in one.cells)


def test_format_3(tmp_path):
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": []}]}
    for cell in notebook("01", solved=True)["cells"]:
        key = "input" if cell["cell_type"] == "code" else "source"
        old["worksheets"][0]["cells"].append({"cell_type": cell["cell_type"], key: cell["source"], "metadata": {}})
    one = as_read(json.dumps(old), tmp_path, "old.ipynb")
    assert one.chapter == "01" and "older format of notebooks (3)" in one.remarks[0]


def test_colab_and_vs_code(tmp_path):
    made = notebook("01")
    for cell in made["cells"]:
        cell["metadata"]["id"] = cell.pop("id")
    made["metadata"]["colab"], made["nbformat_minor"] = {"provenance": []}, 0
    one = as_read(json.dumps(made), tmp_path)
    assert one.chapter == "01" and any("Colab" in words for words in one.remarks)
    assert "ch01-softmax" in {identity for _, identity, *_ in one.cells}
    made = notebook("01")
    made["metadata"]["vscode"] = {}
    assert any("VS Code" in words for words in as_read(json.dumps(made), tmp_path / "2").remarks)

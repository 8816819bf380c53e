"""Texts of strangers in files that people open: names for files, cells of a table, words in a terminal."""

import csv
import hashlib
import io
import re
import unicodedata

# Control characters, and signs that turn the direction of what follows, or that nobody sees.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONGEST_NAME = 80


def clean(text):
    """A text without control characters, so that a terminal shows it and obeys nothing."""
    return UNSEEN.sub("�", str(text).encode("utf-8", errors="replace").decode())


def cell(value):
    """A value for a table; one that a spreadsheet would take for a formula gets an apostrophe."""
    if not isinstance(value, str):
        return value
    text = clean(value)
    return f"'{text}" if text.lstrip().startswith(FORMULA) or text.startswith(FORMULA) else text


def table(header, rows):
    """Rows as the text of a CSV file."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return file.getvalue()


def file_name(student, taken=()):
    """The name of a student as that of a file, and another one than those taken, which are given casefolded."""
    text = unicodedata.normalize("NFC", clean(student))
    name = re.sub(r"[^\w .@+-]", "_", text).strip(" .")[:LONGEST_NAME]
    if not name or name.casefold() in taken or name.upper() in ("CON", "PRN", "AUX", "NUL"):
        name = f"{name or 'student'}-{hashlib.sha256(str(student).encode(errors='replace')).hexdigest()[:8]}"
    return name

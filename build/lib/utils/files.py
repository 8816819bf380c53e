"""Files that a person must not lose: written whole or not at all, and copied before anything is taken out of them."""

import itertools
import os
import shutil
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def write_text(path, text):
    """Write a file whole or not at all, and only where its content changes. Returns whether it did."""
    data = text.encode()
    if path.exists() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return True


def set_aside(paths, backup):
    """Copy files into a new folder in ``backup``, named after this moment. Returns that folder."""
    moment = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    for number in itertools.count(1):
        folder = backup / (moment if number == 1 else f"{moment}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        for path in paths:
            shutil.copyfile(path, folder / path.name)
        return folder

"""What a published course has beside its code: a citation, a list of changes, places to report to, Binder."""

import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata

import pytest
import yaml

from utils.files import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[a-z]*-*.yml"))


def read_yaml(*parts):
    return yaml.safe_load((ROOT.joinpath(*parts)).read_text(encoding="utf-8"))


def test_one_version_everywhere():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", changes, re.MULTILINE)[1]
    assert read_yaml("CITATION.cff")["version"] == newest == PROJECT["version"] == metadata.version(PROJECT["name"])


def test_the_citation_has_what_the_format_asks_for_and_no_invented_identifier():
    citation = read_yaml("CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["license"] == PROJECT["license"]
    assert not {"doi", "identifiers"} & citation.keys()


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_for_reports_asks_for_something(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= form.keys()
    fields = [part for part in form["body"] if part["type"] != "markdown"]
    assert len({part["id"] for part in fields}) == len(fields) > 0
    assert any(part.get("validations", {}).get("required") for part in fields)


def test_binder_takes_one_python_that_the_course_supports_and_the_pinned_set():
    environment = read_yaml("binder", "environment.yml")
    python, pip, pinned = environment["dependencies"]
    assert re.fullmatch(r"python=3\.\d+", python) and pip == "pip"
    assert pinned == {"pip": ["-r ../requirements.txt"]}
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK)


@pytest.mark.prove
def test_repo2docker_reads_the_folder_as_that_python(tmp_path):
    """In an environment of its own, and without Docker."""
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(tmp_path), "jupyter-repo2docker"]
    if subprocess.run(install, capture_output=True).returncode:
        pytest.skip("repo2docker could not be installed")
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "--user-id", "1000", "--user-name", "jo"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([*command, str(ROOT)], env=environment, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    python = read_yaml("binder", "environment.yml")["dependencies"][0]
    assert f"Building conda environment for {python}" in said
    assert "binder/environment.yml" in said and "binder/postBuild" in said

"""What the course says of itself in ``pyproject.toml``: its version, and where its repository is."""

import functools
import tomllib

from utils.files import ROOT

INSTALL_ID = "install"
# The packages that views and figures need and that a hosted notebook does not have; the rest is there already.
BESIDES = ("quickjs-ng", "rjsmin", "mpmath")


def version():
    """The version of the course."""
    return _project()["version"]


def repository():
    """The address of the repository, or None until ``[project.urls] Repository`` is set."""
    return _project().get("urls", {}).get("Repository")


def _project():
    return _parsed((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@functools.cache  # a grader asks for the version once for each of thousands of notebooks
def _parsed(text):
    return tomllib.loads(text)["project"]


def archive(address):
    """What pip is given to install this version from a repository."""
    return f"{address.rstrip('/')}/archive/refs/tags/v{version()}.zip"


def install_cell(source):
    """The first cell of a chapter that may be opened where the course is not installed, as in Colab.

    Args:
        source: what pip is given: a wheel, or an archive of the repository.
    """
    from nbformat.v4 import new_code_cell

    lines = [
        "# Where the workbook is not installed, as in Colab, this cell installs it. Elsewhere it does nothing.",
        "from importlib.util import find_spec",
        "",
        'if find_spec("utils") is None:',
        "    import subprocess",
        "    import sys",
        "",
        '    pip = [sys.executable, "-m", "pip", "install", "--quiet"]',
        f'    subprocess.run([*pip, "--no-deps", {source!r}], check=True)',
        f"    subprocess.run([*pip, {', '.join(map(repr, BESIDES))}], check=True)",
    ]
    return new_code_cell("\n".join(lines).replace("'", '"'), id=INSTALL_ID)

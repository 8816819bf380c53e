"""The installer says in one sentence what is wrong, repairs what is broken, and does nothing where nothing is missing.

The real script runs in a small project of its own, whose only package is built by the project itself: neither the
network nor an index is needed.
"""

import ast
import importlib.util
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.package_index import pack_uv_and_pip

from utils.files import ROOT

SCRIPT = ROOT / "utils" / "setup" / "install.py"

posix_only = pytest.mark.skipif(os.name == "nt", reason="the stand-ins of this test are shell scripts")

EXPORTS = Path("utils", "site", "templates", "jupyter_nbconvert_config.py")
WITH_UV = f"uv=={metadata.version('uv')}\n"
AWKWARD = "Übung 学习 it's $HOME" + ("" if os.name == "nt" else ' "quoted"')

TINY_PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""

TINY_BACKEND = """
import pathlib, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "tiny-1.0-py3-none-any.whl"
    files = {
        "tiny.pth": str(pathlib.Path.cwd()),
        "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n",
        "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    record = [f"{file},,{len(text.encode())}\\n" for file, text in files.items()]
    files["tiny-1.0.dist-info/RECORD"] = "".join([*record, "tiny-1.0.dist-info/RECORD,,\\n"])
    with zipfile.ZipFile(pathlib.Path(folder) / name, "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
    return name
"""


def make_project(folder):
    """Write a project with the real script and nothing to download."""
    (folder / "utils" / "setup").mkdir(parents=True)
    shutil.copy(SCRIPT, folder / "utils" / "setup")
    (folder / "requirements.txt").write_text(WITH_UV, encoding="utf-8")
    (folder / "requirements-dev.txt").write_text("# nothing either\n", encoding="utf-8")
    (folder / "pyproject.toml").write_text(TINY_PYPROJECT, encoding="utf-8")
    (folder / "backend.py").write_text(TINY_BACKEND, encoding="utf-8")
    return folder


@pytest.fixture(scope="module", autouse=True)
def wheels(tmp_path_factory):
    """All that pip and uv find in these tests: uv and pip."""
    folder = tmp_path_factory.mktemp("wheels")
    pack_uv_and_pip(folder)
    OFFLINE.update(PIP_FIND_LINKS=str(folder), UV_CACHE_DIR=str(folder / "cache"))


OFFLINE = {"PIP_NO_INDEX": "1", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}


def variables(**more):
    """Return the environment variables of a machine without a network."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    return {name: value for name, value in {**kept, **OFFLINE, **more}.items() if value is not None}


def run(project, *arguments, **more):
    """Run the script from another folder, as a person at a terminal does not but a tool may."""
    return subprocess.run(
        [sys.executable, str(project / "utils" / "setup" / "install.py"), *arguments],
        cwd=project.parent,
        env=variables(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def assert_one_sentence(result, words, status=1):
    """The error output is one line in plain words."""
    assert result.returncode == status, result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert words in result.stderr


def imported_from(project):
    """Import a module of the project in its environment, from another folder."""
    python = project / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    command = [str(python), "-c", "import backend; print(backend.__file__)"]
    return subprocess.run(command, cwd=project.parent, capture_output=True, text=True).stdout.strip()


def packages_of(project):
    (folder,) = [path for path in (project / ".venv").rglob("site-packages") if path.is_dir()]
    return folder


@pytest.fixture
def install(tmp_path):
    """The script as a module, in a project that has nothing installed."""
    project = make_project(tmp_path / "project")
    specification = importlib.util.spec_from_file_location(
        "install_under_test", project / "utils" / "setup" / "install.py"
    )
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project that has been installed once, in a folder with a name that quotes and shells stumble over."""
    project = make_project(tmp_path_factory.mktemp("install") / AWKWARD)
    (project / EXPORTS).parent.mkdir(parents=True)
    shutil.copy(ROOT / EXPORTS, project / EXPORTS)
    result = run(project)
    assert result.returncode == 0, result.stdout + result.stderr
    return project


# Which Python


def test_an_old_python_can_read_the_script():
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= set(sys.stdlib_module_names)
    younger = {"capture_output", "text", "missing_ok", "dirs_exist_ok", "removeprefix"}
    assert not younger & {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}


@pytest.mark.parametrize("version", [(3, 6), (3, 10), (3, 14)])
def test_an_unsuitable_python_is_said(install, tmp_path, version):
    program = (
        f"import runpy, sys; sys.version_info = {version}; runpy.run_path({str(install.__file__)!r}, None, '__main__')"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], env=variables(PATH=str(tmp_path)), capture_output=True, text=True
    )
    assert_one_sentence(result, "needs Python 3.11, 3.12 or 3.13 and found only Python {}.{}".format(*version))
    assert not (install.ROOT / ".venv").exists()


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_a_suitable_python_is_taken(install, monkeypatch, version):
    monkeypatch.setenv("PATH", "")
    assert install.find_python(version) == [sys.executable]


def write_program(folder, name, text):
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text("#!/bin/sh\n" + text + "\n", encoding="utf-8")
    program.chmod(0o755)
    return program


@posix_only
def test_another_python_on_the_path_is_taken_if_it_runs(install, tmp_path, monkeypatch):
    shims, real = tmp_path / "shims", tmp_path / "real"
    write_program(shims, "python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    write_program(shims, "python3.12", "echo 3 9")
    expected = write_program(real, "python3.12", "echo 3 12")
    write_program(real, "python3.11", "echo 3 11")
    monkeypatch.setenv("PATH", os.pathsep.join([str(shims), str(tmp_path / "absent"), str(real)]))
    assert install.find_python((3, 14)) == [str(expected)]


@posix_only
def test_a_python_without_pip_is_said(install, monkeypatch, tmp_path):
    """Debian's Python may come without pip and without ensurepip."""
    bare = write_program(tmp_path / "bare", "python", 'case "$*" in *pip*) exit 1;; *) echo 3 12;; esac')
    monkeypatch.setattr(install, "PYTHON", bare)
    monkeypatch.setattr(install.sys, "executable", str(bare))
    with pytest.raises(SystemExit, match=r"sudo apt install python3\.12-venv"):
        install.find_pip()


# Space


def test_a_full_disk_is_said_before_anything_is_written(install, monkeypatch):
    monkeypatch.setattr(install.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1.3e9))
    with pytest.raises(SystemExit, match=r"^The installation needs 4\.6 GB of free disk and 1\.3 GB are free in .*$"):
        install.main()
    assert not install.ENVIRONMENT.exists()


def test_what_is_installed_need_not_be_free_again(install, monkeypatch):
    monkeypatch.setattr(install.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1.3e9))
    (install.ENVIRONMENT / "lib").mkdir(parents=True)
    with open(install.ENVIRONMENT / "lib" / "large", "wb") as file:
        file.truncate(3_500_000_000)  # a hole, which takes no room
    install.check_space()


# What went wrong, in one sentence

NO_NETWORK = """\
Collecting numpy==2.4.6 (from -r requirements.txt (line 5))
  WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('[Errno -3] Temporary failure')'
ERROR: Could not find a version that satisfies the requirement numpy==2.4.6 (from versions: none)
ERROR: No matching distribution found for numpy==2.4.6
"""
NO_RETRY = """\
ERROR: Could not find a version that satisfies the requirement setuptools>=77 (from versions: none)
ERROR: No matching distribution found for setuptools>=77
"""
NO_BUILD = """\
Collecting numpy==2.4.6
  Downloading numpy-2.4.6-cp313-cp313-macosx_10_14_x86_64.whl (16.0 MB)
ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: none)
ERROR: No matching distribution found for torch==2.13.0
"""
UV_OFFLINE = """\
error: Request failed after 3 retries in 5.5s
  cause: Failed to fetch: http://127.0.0.1:9/numpy/
  cause: error sending request for url (http://127.0.0.1:9/numpy/)
"""
UV_NO_BUILD = """\
error: No solution found when resolving dependencies
  cause: Because torch==2.13.0 has no wheels with a matching platform tag (e.g., `macosx_13_0_arm64`) and you require
"""
OTHER = """\
ERROR: Cannot install a and b because these package versions have conflicting dependencies.

[notice] To update, run: pip install --upgrade pip
"""


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n",
            "disk became full",
        ),
        ("OSError: [WinError 112] There is not enough space on the disk\n", "disk became full"),
        (NO_NETWORK + "OSError: [Errno 28] No space left on device\n", "disk became full"),
        (NO_NETWORK, "does not answer"),
        (NO_RETRY, "does not answer"),
        (NO_BUILD, "There is no build of torch==2.13.0 for this machine"),
        (UV_OFFLINE, "does not answer"),
        (UV_NO_BUILD, "There is no build of torch==2.13.0 for this machine"),
        ("error: failed to copy\n  cause: No space left on device (os error 28)\n", "disk became full"),
        (OTHER, "(ERROR: Cannot install a and b because these package versions have conflicting dependencies.)"),
        ("something odd\n\n[notice] A new release of pip\n", "(something odd)"),
        ("", "(it said nothing)"),
    ],
)
def test_the_reason_is_found_in_the_output(install, output, words):
    install.ENVIRONMENT.mkdir()
    with pytest.raises(SystemExit) as end:
        install.finish(1, output)
    assert words in end.value.code
    assert "\n" not in end.value.code
    assert install.LOG.read_text(encoding="utf-8") == output


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            PermissionError(13, "Permission denied", "/somewhere/.venv"),
            "cannot use /somewhere/.venv (Permission den",
        ),
        (OSError(30, "Read-only file system"), "Read-only file system"),
        (OSError(28, "No space left on device"), "disk became full"),
        (RuntimeError("surprise"), "RuntimeError: surprise"),
    ],
)
def test_no_error_becomes_a_traceback(install, monkeypatch, error, words):
    def fail(lists):
        raise error

    monkeypatch.setattr(install, "install", fail)
    with pytest.raises(SystemExit) as end:  # Python prints such a text and ends with the status 1
        install.main()
    assert words in end.value.code
    assert "\n" not in end.value.code


def test_a_file_in_the_place_of_the_environment_is_said(install):
    install.ENVIRONMENT.write_text("not a folder", encoding="utf-8")
    assert_one_sentence(run(install.ROOT), f"The installation cannot use {install.ENVIRONMENT} (")


@posix_only
def test_a_failure_of_venv_is_said_and_logged(install, tmp_path):
    program = 'case "$*" in *clear*) echo Error: no such thing; exit 1;; *) echo 3 12;; esac'
    with pytest.raises(SystemExit, match=r"failed \(Error: no such thing\)"):
        install.build_environment([str(write_program(tmp_path / "odd", "python3.12", program))])
    assert install.LOG.read_text(encoding="utf-8") == "Error: no such thing\n"


# The real script in a small project


def test_the_first_call_installs(project):
    assert Path(imported_from(project)) == project / "backend.py"
    assert "+ tiny==1.0" in (project / ".venv" / "install.log").read_text(encoding="utf-8")
    assert not (project / ".venv" / "tmp").exists()


def test_jupyter_nbconvert_finds_the_settings_of_the_course(project):
    assert (project / ".venv" / "etc" / "jupyter" / EXPORTS.name).read_bytes() == (ROOT / EXPORTS).read_bytes()


def test_the_second_call_returns_at_once(project):
    log = project / ".venv" / "install.log"
    before = log.stat().st_mtime_ns
    result = run(project)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert log.stat().st_mtime_ns == before


def test_changed_lists_are_installed_and_what_maintainers_need_in_the_same_environment(project):
    """``make test`` adds the second list, and ``make lab`` leaves it in. A learner's copy may be without the site."""
    log = project / ".venv" / "install.log"
    shutil.rmtree(project / "utils" / "site")
    for arguments, installs in [(["--dev"], True), (["--dev"], False), ([], False)]:
        before = log.stat().st_mtime_ns
        result = run(project, *arguments)
        assert result.returncode == 0, result.stderr
        assert (log.stat().st_mtime_ns > before) is installs
    (project / "requirements-dev.txt").write_text("# said differently\n", encoding="utf-8")
    assert "requirements-dev.txt" in run(project, "--dev").stdout


def test_no_network_is_said_and_the_next_call_goes_on(project):
    requirements = project / "requirements.txt"
    before = requirements.read_text(encoding="utf-8")
    requirements.write_text(WITH_UV + "numpy==2.4.6\n", encoding="utf-8")
    nobody = {"PIP_NO_INDEX": None, "PIP_INDEX_URL": "http://127.0.0.1:9/"}
    assert_one_sentence(run(project, **nobody), "the network or the package index does not answer")
    requirements.write_text(before, encoding="utf-8")
    result = run(project)
    assert result.returncode == 0, result.stderr
    assert "Installed in" in result.stdout


def test_what_you_installed_yourself_is_kept(project):
    """An environment without a stamp is used as it is; a local build (+cpu) of PyTorch counts as the pinned one."""
    metadata = packages_of(project) / "torch-2.13.0+cpu.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 2.13.0+cpu\n", encoding="utf-8")
    (metadata / "INSTALLER").write_text("pip\n", encoding="utf-8")
    (metadata / "RECORD").write_text("", encoding="utf-8")
    (project / ".venv" / "install.stamp").unlink()
    (project / "requirements.txt").write_text(WITH_UV + "torch==2.13.0\n", encoding="utf-8")
    result = run(project)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Building" not in result.stdout
    assert metadata.exists()


def missing_file(project):
    (packages_of(project) / "tiny.pth").unlink()


def half_written_file(project):
    (packages_of(project) / "tiny.pth").write_text("", encoding="utf-8")


def uninstalled(project):
    shutil.rmtree(packages_of(project) / "tiny-1.0.dist-info")


def stopped_while_it_was_copied(project):
    """A package has its file INSTALLER last."""
    (packages_of(project) / "tiny-1.0.dist-info" / "INSTALLER").unlink()
    (project / ".venv" / "install.stamp").write_text(json.dumps({"place": str(project)}), encoding="utf-8")


@pytest.mark.parametrize("damage", [missing_file, half_written_file, uninstalled, stopped_while_it_was_copied])
def test_what_is_damaged_is_seen(install, project, tmp_path, damage):
    packages = packages_of(project).relative_to(project)
    for path in (project / packages).glob("tiny*"):
        copy = shutil.copytree if path.is_dir() else shutil.copy
        (tmp_path / packages).mkdir(parents=True, exist_ok=True)
        copy(path, tmp_path / packages / path.name)
    tiny = tmp_path / packages / "tiny-1.0.dist-info"
    assert install.is_whole(tiny)
    damage(tmp_path)
    assert not install.is_whole(tiny)


@pytest.mark.parametrize("damage", [half_written_file, stopped_while_it_was_copied])
def test_what_is_damaged_is_installed_again(project, damage):
    whole = Path(imported_from(project))
    damage(project)
    result = run(project)
    assert result.returncode == 0, result.stderr
    assert ("tiny" in result.stdout) is (damage is not stopped_while_it_was_copied)
    assert "+ tiny==1.0" in (project / ".venv" / "install.log").read_text(encoding="utf-8")
    assert Path(imported_from(project)) == whole
    assert run(project).stdout == ""


def test_a_library_that_a_file_hides_is_named(project):
    (project / "chapters").mkdir()
    files = [project / "re.py", project / "chapters" / "tiny.py", project / "chapters" / "mine.py"]
    for file in files:
        file.write_text("hidden = True\n", encoding="utf-8")
    try:
        result = run(project)
    finally:
        shutil.rmtree(project / "chapters")
        files[0].unlink()
    assert result.returncode == 0, result.stderr
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == [
        f"{Path('chapters', 'tiny.py')} hides the library tiny from your notebooks",
        "re.py hides the library re from your notebooks",
    ]


@posix_only
def test_two_at_once_wait_for_each_other(install, monkeypatch, capsys):
    """The second begins when the first has ended."""
    import fcntl

    def the_first_ends(seconds):
        waited.append(seconds)
        fcntl.flock(first, fcntl.LOCK_UN)

    waited = []
    (install.ROOT / ".cache").mkdir()
    install.ENVIRONMENT.mkdir()
    monkeypatch.setattr(install.time, "sleep", the_first_ends)
    monkeypatch.setattr(install, "install", lambda lists: waited.append(lists))
    with open(install.ROOT / ".cache" / "install.lock", "a") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        install.main()
    assert waited == [2, ["requirements.txt"]]
    assert capsys.readouterr().out == "Another installation runs in this folder: waiting for it.\n"


@posix_only
def test_an_interrupt_ends_with_a_sentence(project):
    """Ctrl-C reaches the script and pip at once, while pip waits for an index that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        (project / "requirements.txt").write_text(WITH_UV + "numpy==2.4.6\n", encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, str(project / "utils" / "setup" / "install.py")],
            env=variables(PIP_NO_INDEX=None, PIP_INDEX_URL=f"http://127.0.0.1:{server.getsockname()[1]}/"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        server.settimeout(60)
        connection, _ = server.accept()
        with connection:
            os.killpg(process.pid, signal.SIGINT)
            output, error = process.communicate(timeout=20)
    assert process.returncode == 130, output + error
    assert error == "Stopped: run the command again and it goes on from here.\n"
    (project / "requirements.txt").write_text(WITH_UV, encoding="utf-8")


def test_a_moved_folder_is_repaired(project):
    moved = project.with_name("moved here")
    project.rename(moved)
    try:
        result = run(moved)
        assert result.returncode == 0, result.stderr
        assert "has moved" in result.stdout
        assert Path(imported_from(moved)) == moved / "backend.py"
    finally:
        moved.rename(project)


@pytest.mark.prove
def test_a_lost_interpreter_is_repaired(project):
    """By the same new environment."""
    for name in ("bin/python", "bin/python3", "Scripts/python.exe"):
        (project / ".venv" / name).unlink(missing_ok=True)
    result = run(project)
    assert result.returncode == 0, result.stderr
    assert Path(imported_from(project)) == project / "backend.py"


# The commands around the script


def commands_in(*names):
    """Return the make targets that a text tells its reader to call."""
    text = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)
    return sorted(set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)))


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


def test_the_texts_name_the_two_commands():
    assert {"lab", "test"} <= set(commands_in("README.md"))


@needs_make
@pytest.mark.parametrize("target", commands_in("README.md", "CONTRIBUTING.md"))
def test_every_command_of_the_texts_exists(target):
    result = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@needs_make
def test_make_alone_lists_the_commands():
    result = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True)
    assert set(commands_in("README.md", "CONTRIBUTING.md")) <= set(re.findall(r"make ([a-z-]+)", result.stdout))


@needs_make
@posix_only
@pytest.mark.prove
def test_a_test_that_kills_its_process_ends_the_run(tmp_path):
    """With a new process in the place of the killed one, this run would wait for ever."""
    dry_run = ["make", "--no-print-directory", "-n", "test", "ARGS="]
    recipe = subprocess.run(dry_run, cwd=ROOT, capture_output=True, text=True).stdout
    options = shlex.split(recipe.partition("-m pytest")[2])
    for number in range(6):
        (tmp_path / f"test_{number}.py").write_text("def test_fine():\n    pass\n")
    (tmp_path / "test_4.py").write_text("import os\ndef test_kills():\n    os._exit(1)\n")
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "no:cacheprovider", *options]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert result.returncode != 0
    assert "crashed while running 'test_4.py::test_kills'" in result.stdout


@needs_make
@posix_only
@pytest.mark.parametrize("user", [0, 1000])
def test_root_is_told_what_jupyterlab_needs_and_gets_it(tmp_path, user):
    write_program(tmp_path / "programs", "id", f"echo {user}")
    path = os.pathsep.join([str(tmp_path / "programs"), os.environ["PATH"]])
    command = ["make", "--no-print-directory", "-n", "lab"]
    printed = subprocess.run(command, cwd=ROOT, env=variables(PATH=path), capture_output=True, text=True).stdout
    assert ("-m jupyterlab --allow-root" in printed) is (user == 0)
    assert ("You are root" in printed) is (user == 0)


@needs_make
@posix_only
def test_what_is_on_the_path_of_python_does_not_reach_jupyterlab(tmp_path):
    """Neither in the environment nor as the folder that one stands in."""
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text() + "\nshow:\n\t@echo [$$PYTHONPATH]\n")
    told = variables(PYTHONPATH=str(tmp_path), PYTHONHOME=str(tmp_path))
    printed = subprocess.run(
        ["make", "--no-print-directory", "show"], cwd=tmp_path, env=told, capture_output=True, text=True
    ).stdout
    assert printed == "[]\n"
    recipe = subprocess.run(["make", "-n", "lab"], cwd=ROOT, capture_output=True, text=True).stdout
    assert "python -I -m jupyterlab" in recipe
    assert "-I utils/setup/install.py" in recipe


@needs_make
@posix_only
def test_no_python_at_all_is_said():
    result = subprocess.run(["make", "install", "PYTHON=no-such-python"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode != 0
    assert result.stderr.startswith("There is no no-such-python on this machine: install Python 3.11, 3.12 or 3.13")


@posix_only
@pytest.mark.parametrize("browser", [True, False])
def test_continuous_integration_installs_a_browser_where_it_is_missing(tmp_path, browser):
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("bash", "dirname", "id"):
        (programs / name).symlink_to(shutil.which(name))
    for name in ["make", "apt-get", "sudo", *(["chromium", "bwrap"] if browser else [])]:
        write_program(programs, name, f'echo "{name} $* CI=$CI"; [ {name} != sudo ] || "$@"')
    result = subprocess.run(
        [str(ROOT / ".ci" / "run")], cwd=tmp_path, env={"PATH": str(programs)}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    called = [line for line in result.stdout.splitlines() if not line.startswith(("sudo", "bwrap", "sysctl"))]
    installation = ["apt-get update CI=true", "apt-get install --yes chromium bubblewrap CI=true"]
    assert called == ([] if browser else installation) + ["make test CI=true"]


# The complete installation


@pytest.mark.prove
def test_the_course_installs_in_a_fresh_folder(tmp_path, record_property):
    """Everything that requirements.txt asks for arrives, fits together, and is there at the second call."""
    fresh = tmp_path / "fresh folder"
    shutil.copytree(ROOT, fresh, ignore=shutil.ignore_patterns(".venv", ".git", ".cache", "__pycache__", "*.egg-info"))
    try:
        started = time.perf_counter()
        first = subprocess.run([sys.executable, "utils/setup/install.py"], cwd=fresh, capture_output=True, text=True)
        record_property("seconds", round(time.perf_counter() - started))
        assert first.returncode == 0, first.stdout + first.stderr
        second = subprocess.run([sys.executable, "utils/setup/install.py"], cwd=fresh, capture_output=True, text=True)
        assert (second.returncode, second.stdout) == (0, "")
        python = fresh / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        for arguments in (["-m", "pip", "check"], ["-m", "jupyterlab", "--version"], ["-c", "import utils, torch"]):
            result = subprocess.run([str(python), *arguments], cwd=fresh / "chapters", capture_output=True, text=True)
            assert result.returncode == 0, result.stdout + result.stderr
    finally:
        shutil.rmtree(fresh, ignore_errors=True)

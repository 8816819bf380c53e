"""Build .venv in the folder of the project and install the course into it.

    python3 utils/setup/install.py
    python3 utils/setup/install.py --dev      with what maintainers need besides

make calls this before everything else. A stamp inside .venv says what was installed, so that a second call returns at
once. Whatever goes wrong is said in one sentence; the whole story is in .venv/install.log.

The file imports the standard library alone and keeps to the Python of 2016 (3.6): an interpreter that is too old for
the course must still be able to read it, find a newer one, or say what is missing.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv"
LOG = ENVIRONMENT / "install.log"
STAMP = ENVIRONMENT / "install.stamp"
TEMPORARY = ENVIRONMENT / "tmp"
BASE, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"
INPUTS = (BASE, "pyproject.toml", "utils/setup/install.py")

OLDEST, NEWEST = (3, 11), (3, 13)  # TensorFlow has no final release for 3.14
SPACE_NEEDED = 4.6e9  # bytes: .venv with a CPU build of PyTorch, the downloads, and their copy in the cache of pip
SPACE_TO_UPDATE = 1e9

SIGNS_OF_A_FULL_DISK = ("[Errno 28]", "No space left on device", "[WinError 112]")
SIGNS_OF_NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ConnectionResetError",
    "ProxyError",
    "SSLError",
    "Max retries exceeded",
    "Network is unreachable",
    "Temporary failure in name resolution",
)


class InstallationError(Exception):
    """What stops the installation, as one sentence for the person at the terminal."""


def main():
    """Install where needed; return the exit status. No traceback reaches the terminal."""
    try:
        install([BASE] + [DEVELOPMENT] * ("--dev" in sys.argv[1:]))
    except InstallationError as error:
        return say_failure(str(error), 1)
    except KeyboardInterrupt:
        return say_failure("Stopped: run the command again and it goes on from here.", 130)
    except OSError as error:
        if any(sign in str(error) for sign in SIGNS_OF_A_FULL_DISK):
            return say_failure(full_disk_sentence(), 1)
        where = error.filename or ROOT
        return say_failure(f"The installation cannot use {where} ({error.strerror or error}).", 1)
    except Exception as error:
        return say_failure(f"The installation stopped ({type(error).__name__}: {error}).", 1)
    return 0


def say_failure(sentence, status):
    """Print the sentence after whatever was shown before; return the exit status that goes with it."""
    sys.stdout.flush()
    print(sentence, file=sys.stderr)
    return status


def install(lists=(BASE,)):
    """Bring .venv to the state that these lists of requirements ask for; do nothing where it is there already.

    What maintainers need besides is in the second list. Where it is installed, the first one is, too.
    """
    started = time.time()
    version = version_of([str(environment_python())])
    if version and read_stamp() in (stamp_for(version, lists), stamp_for(version, (BASE, DEVELOPMENT))):
        return
    check_space()
    if not can_be_kept(version):
        python = find_python(sys.version_info[:2])
        print("Building .venv with Python {}.{}.".format(*version_of(python)), flush=True)
        build_environment(python)
        version = version_of([str(environment_python())])
    if not version:
        raise InstallationError(f"The Python in {ENVIRONMENT} does not run: delete that folder and try again.")
    STAMP.write_text(unfinished_stamp(), encoding="utf-8")
    forget_unfinished_packages()
    print(f"Installing what {' and '.join(lists)} asks for; details go to .venv/install.log.", flush=True)
    run_pip(lists)
    STAMP.write_text(stamp_for(version, lists), encoding="utf-8")
    print(f"Installed in {time.time() - started:.0f} seconds.", flush=True)


# Which Python


def find_python(running):
    """Return the command of a suitable Python: the running one (its version is given) or one from the PATH."""
    if OLDEST <= running <= NEWEST:
        return [sys.executable]
    for command in candidates():
        version = version_of(command)
        if version and OLDEST <= version <= NEWEST:
            return command
    raise InstallationError(
        "The workbook needs Python 3.11, 3.12 or 3.13 and found only Python {}.{}: install one of them, "
        "or name it as in: make lab PYTHON=/path/to/python3.12".format(*running)
    )


def candidates():
    """Yield commands that may start a suitable Python, the newest first, from every folder of the PATH."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            found = shutil.which(f"python3.{minor}", path=folder) if folder else None
            if found:
                yield [found]
        if os.name == "nt" and shutil.which("py"):
            yield ["py", f"-3.{minor}"]


def version_of(command):
    """Return (major, minor) of an interpreter, or None where it does not run, as a pyenv shim may not."""
    question = "import sys; print('%d %d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [*command, "-I", "-S", "-c", question],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=True,
        )
        major, minor = answer.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


# The environment and its stamp


def environment_python():
    """Return the interpreter of .venv, which need not exist."""
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def can_be_kept(version):
    """Say whether .venv can be installed into as it is: one that you made yourself may hold your build of PyTorch."""
    if not version or not OLDEST <= version <= NEWEST:
        return False
    if read_stamp() and read_stamp().splitlines()[0] != str(ROOT):
        print("The folder of the project has moved, and .venv has to be built anew.")
        return False
    return subprocess.call([str(environment_python()), "-I", "-c", "import pip"], stderr=subprocess.DEVNULL) == 0


def build_environment(python):
    """Make an empty .venv, in place of what is there."""
    if subprocess.call([*python, "-I", "-c", "import ensurepip, venv"], stderr=subprocess.DEVNULL) != 0:
        raise InstallationError(
            "This Python comes without the module that makes environments: on Debian and Ubuntu install it "
            "with: sudo apt install python{}.{}-venv".format(*version_of(python))
        )
    ENVIRONMENT.mkdir(exist_ok=True)
    creation = subprocess.run(
        [*python, "-I", "-m", "venv", "--clear", str(ENVIRONMENT)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if creation.returncode != 0:
        LOG.write_bytes(creation.stdout)
        raise InstallationError(explain(creation.stdout.decode("utf-8", "replace")))


def read_stamp():
    """Return what the last installation wrote; the empty string where there was none."""
    try:
        return STAMP.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def stamp_for(version, lists):
    """Return what a finished installation writes: the place, the version of Python, a digest of what was asked for."""
    digest = hashlib.sha256()
    for name in [*INPUTS, *(name for name in lists if name not in INPUTS)]:
        if (ROOT / name).exists():  # a learner's copy of the course comes without the second list
            digest.update((ROOT / name).read_bytes())
    return "{}\n{}.{}\n{}\n".format(ROOT, *version, digest.hexdigest())


def unfinished_stamp():
    """Return what stands in the stamp while pip runs, so that a broken run is known as one."""
    return f"{ROOT}\nunfinished\n"


def forget_unfinished_packages():
    """Let pip install again what it was copying when it was stopped: such packages have no INSTALLER file yet."""
    packages = "Lib/site-packages" if os.name == "nt" else "lib/python*/site-packages"
    for metadata in ENVIRONMENT.glob(packages + "/*.dist-info"):
        if not (metadata / "INSTALLER").exists():
            shutil.rmtree(str(metadata))


# Space


def check_space():
    """Raise where the disk has too little room for what is still missing from .venv."""
    needed = max(SPACE_NEEDED - size_of(ENVIRONMENT), SPACE_TO_UPDATE)
    free = shutil.disk_usage(str(ROOT)).free
    if free < needed:
        raise InstallationError(
            f"The installation needs {needed / 1e9:.1f} GB of free disk and {free / 1e9:.1f} GB are free in {ROOT}: "
            "make room and run the command again."
        )


def size_of(folder):
    """Return the bytes of all files below a folder; 0 where it does not exist."""
    total = 0
    for place, _, names in os.walk(str(folder)):
        total += sum(os.lstat(os.path.join(place, name)).st_size for name in names)
    return total


def full_disk_sentence():
    return (
        "The disk became full during the installation: make room (a CPU build of PyTorch is the small one, "
        "see README.md) and run the command again."
    )


# pip


def run_pip(lists):
    """Install everything in one resolution, with a short progress here and every line in the log."""
    command = [str(environment_python()), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", *(part for name in lists for part in ("-r", name)), "-e", "."]
    TEMPORARY.mkdir(exist_ok=True)
    with open(str(LOG), "wb") as log:
        pip = subprocess.Popen(
            command,
            cwd=str(ROOT),
            env=clean_variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            for line in pip.stdout:
                log.write(line)
                log.flush()
                show_progress(line.decode("utf-8", "replace").strip())
            status = pip.wait()
        finally:
            if pip.poll() is None:
                pip.kill()
                pip.wait()
            end_progress()
            shutil.rmtree(str(TEMPORARY), ignore_errors=True)
    if status != 0:
        raise InstallationError(explain(LOG.read_text(encoding="utf-8", errors="replace")))


def clean_variables():
    """Return the environment variables for pip, without those that would lead it to another place than .venv.

    Its temporary files go into .venv too: /tmp is a small memory disk on some machines, and one check of the free
    space is then enough.
    """
    misleading = ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")
    variables = {name: value for name, value in os.environ.items() if name not in misleading}
    variables.update(PIP_USER="0", TMPDIR=str(TEMPORARY), TEMP=str(TEMPORARY), TMP=str(TEMPORARY))
    return variables


def progress_in(line):
    """Return what a line of pip means to somebody who waits; the empty string where it means nothing."""
    collecting = re.match(r"Collecting ([\w.-]+)", line)
    if collecting:
        return "looking for " + collecting.group(1)
    downloading = re.match(r"Downloading (\S+) \((.+)\)", line)
    if downloading:
        name = downloading.group(1).rsplit("/", 1)[-1].split("-")[0]
        return f"downloading {name} ({downloading.group(2)})"
    if line.startswith("Installing collected packages:"):
        packages = line.count(",") + 1
        return f"writing {packages} packages to .venv" + (", which takes a minute or two" if packages > 50 else "")
    return ""


def show_progress(line):
    """Rewrite one line on a terminal; elsewhere say only that pip has come to its last step."""
    progress = progress_in(line)
    if not progress:
        return
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        print("\r" + ("  " + progress).ljust(width)[:width], end="", flush=True)
    elif progress.startswith("writing"):
        print("  " + progress, flush=True)


def end_progress():
    """Leave the line that show_progress rewrites."""
    if sys.stdout.isatty():
        print(flush=True)


def explain(output):
    """Return one sentence on why venv or pip failed, from what it printed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    end = "\n".join(lines[-60:])
    if any(sign in end for sign in SIGNS_OF_A_FULL_DISK):
        return full_disk_sentence()
    arrived = any(re.match(r"(Downloading|Using cached|Processing) ", line) for line in lines)
    nothing_found = "(from versions: none)" in end and not arrived
    if nothing_found or any(sign in end for sign in SIGNS_OF_NO_NETWORK):
        return (
            "The packages cannot be downloaded, because the network or the package index does not answer: "
            "connect and run the command again (details in .venv/install.log)."
        )
    missing = re.search(r"No matching distribution found for (\S+)", end)
    if missing:
        return (
            f"There is no build of {missing.group(1)} for this machine and this Python: "
            "README.md names the machines that have none (details in .venv/install.log)."
        )
    errors = [line for line in lines if re.match(r"error\b", line, re.IGNORECASE)]
    remarks = ("[notice]", "note:", "hint:")
    others = [line for line in lines if not line.startswith(remarks)]
    reason = (errors or others or ["it said nothing"])[-1]
    return f"The installation failed ({reason}): the details are in .venv/install.log."


if __name__ == "__main__":
    sys.exit(main())

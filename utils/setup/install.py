"""Build .venv in the folder of the project and install the course into it.

    python3 utils/setup/install.py
    python3 utils/setup/install.py --dev      with what maintainers need besides

make calls this before everything else. uv installs, and pip brings uv; where there is no uv, pip installs. A stamp in
.venv says what was installed: a later call sees whether all of it is there still, and returns at once or repairs it.
Whatever goes wrong is said in one sentence; the whole story is in .venv/install.log.

The file imports the standard library alone and keeps to the Python of 2016 (3.6): an interpreter that is too old for
the course must still be able to read it, find a newer one, or say what is missing.
"""

import ast
import contextlib
import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
UV = PYTHON.with_name("uv.exe" if os.name == "nt" else "uv")
LOG, STAMP, TEMPORARY = (ENVIRONMENT / name for name in ("install.log", "install.stamp", "tmp"))
BASE, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"

EXPORTS = ROOT / "utils" / "site" / "templates" / "jupyter_nbconvert_config.py"  # what jupyter nbconvert reads
SUITABLE = ((3, 13), (3, 12), (3, 11))  # TensorFlow has no final release for 3.14
SPACE_NEEDED = 4.6e9  # bytes: .venv with a CPU build of PyTorch, and as much of a cache as may lie on the same disk
SPACE_TO_UPDATE = 1e9
PATIENCE = 3  # seconds that PyTorch's own index has for an answer

FULL_DISK = r"\[Errno 28\]|No space left on device|\[WinError 112\]|os error 112"
NO_NETWORK = (
    r"(NewConnection|NameResolution|ConnectTimeout|ReadTimeout|ConnectionReset|Proxy|SSL)Error|Max retries exceeded|"
    r"Network is unreachable|failure in name resolution|error sending request|Request failed after|timed out"
)
# Under which name of a setting pip is told something, and in which variable the same is said to uv.
SAID_TO_UV = (
    ("index-url", "UV_DEFAULT_INDEX"),
    ("extra-index-url", "UV_INDEX"),
    ("find-links", "UV_FIND_LINKS"),
    ("constraint", "UV_CONSTRAINT"),
    ("trusted-host", "UV_INSECURE_HOST"),
    ("cert", "SSL_CERT_FILE"),
    ("client-cert", "SSL_CLIENT_CERT"),
    ("proxy", "ALL_PROXY"),
    ("default-timeout", "UV_HTTP_TIMEOUT"),
    ("timeout", "UV_HTTP_TIMEOUT"),
    ("retries", "UV_HTTP_RETRIES"),
)


def main():
    """Install where needed. What stops it is one sentence, which sys.exit says; no traceback reaches the terminal."""
    try:
        (ROOT / ".cache").mkdir(exist_ok=True)
        with open(str(ROOT / ".cache" / "install.lock"), "a") as file:
            wait_for_lock(file)
            install([BASE] + [DEVELOPMENT] * ("--dev" in sys.argv[1:] and (ROOT / DEVELOPMENT).exists()))
        name_shadows()
    except KeyboardInterrupt:
        print("Stopped: run the command again and it goes on from here.", file=sys.stderr)
        sys.exit(130)
    except OSError as error:
        cannot = f"The installation cannot use {error.filename or ROOT} ({error.strerror or error})."
        sys.exit(known_reason(str(error)) or cannot)
    except Exception as error:
        sys.exit(f"The installation stopped ({type(error).__name__}: {error}).")


def wait_for_lock(file):
    """Wait until no other process installs into this folder. The lock ends with the process that has it."""
    while True:
        with contextlib.suppress(BlockingIOError, PermissionError):
            if os.name == "nt":
                import msvcrt

                return msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            import fcntl

            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        print("Another installation runs in this folder: waiting for it.", flush=True)
        time.sleep(2)


def install(lists):
    """Bring .venv to the state that these lists of requirements ask for; do nothing where it is there already."""
    started, version, stamp = time.time(), version_of([str(PYTHON)]), read_stamp()
    digests = {name: digest(name) for name in lists}
    moved = stamp.get("place", str(ROOT)) != str(ROOT)
    damaged = [name for name in stamp.get("packages", ()) if not is_whole(site_packages() / name)]
    if version and not moved and not damaged and digests.items() <= stamp.get("lists", {}).items():
        return
    check_space()
    if moved:
        print("The folder of the project has moved, and .venv has to be built anew.")
    if moved or version not in SUITABLE:
        build_environment(find_python(sys.version_info[:2]))
    elif damaged:
        print("Not whole, and installed again: {}.".format(", ".join(name.split("-")[0] for name in sorted(damaged))))
    for package in site_packages().glob("*.dist-info"):
        if not is_whole(package):
            shutil.rmtree(str(package))
    print("Installing what {} asks for.".format(" and ".join(lists)), flush=True)
    write_stamp()
    install_packages(lists)
    if EXPORTS.exists():  # a copy of the course for learners may leave the site out
        settings = ENVIRONMENT / "etc" / "jupyter"
        settings.mkdir(parents=True, exist_ok=True)
        shutil.copy(str(EXPORTS), str(settings))
    write_stamp(lists=digests, packages=[path.name for path in site_packages().glob("*.dist-info") if is_whole(path)])
    print(f"Installed in {time.time() - started:.0f} seconds.", flush=True)


def run(command, timeout=None, show=False, **variables):
    """Run a command in the folder of the project; return its exit status and, unless it is shown, what it printed.

    It is not told what would lead it to another place than .venv. While something is installed its temporary files lie
    in .venv too: /tmp is a small memory disk on some machines, and one check of the free space is then enough.
    """
    misleading = dict.fromkeys(("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"), "")
    environment = {**os.environ, **misleading, **variables, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if TEMPORARY.exists():
        environment.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(TEMPORARY)))
    options = {} if show else {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    options.update(cwd=str(ROOT), env=environment, stdin=subprocess.DEVNULL, timeout=timeout)
    try:
        done = subprocess.run([str(part) for part in command], **options)
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    return done.returncode, (done.stdout or b"").decode("utf-8", "replace")


# Which Python


def find_python(running):
    """Return the command of a suitable Python: the running one (its version is given) or one from the PATH."""
    if running in SUITABLE:
        return [sys.executable]
    for version in SUITABLE:
        name = "python{}.{}".format(*version)
        commands = [[os.path.join(folder, name)] for folder in os.get_exec_path() if folder]
        commands += [["py", "-{}.{}".format(*version)]] * (os.name == "nt")
        for command in commands:
            if version_of(command) == version:
                return command
    sys.exit(
        "The workbook needs Python 3.11, 3.12 or 3.13 and found only Python {}.{}: install one of them, "
        "or name it as in: make lab PYTHON=/path/to/python3.12".format(*running)
    )


def version_of(command):
    """Return (major, minor) of an interpreter, or None where it does not run, as a pyenv shim may not."""
    status, answer = run([*command, "-I", "-S", "-c", "import sys; print(*sys.version_info[:2])"], timeout=60)
    return tuple(map(int, answer.split())) if status == 0 and re.match(r"\d+ \d+\s*$", answer) else None


# The environment, and what is in it


def build_environment(python):
    """Make an empty .venv, in place of what is there. pip is not in it yet: to copy it takes seconds."""
    print("Building .venv with Python {}.{}.".format(*version_of(python)), flush=True)
    ENVIRONMENT.mkdir(exist_ok=True)
    finish(*run([*python, "-I", "-m", "venv", "--without-pip", "--clear", ENVIRONMENT]))


def site_packages():
    """Return the folder in .venv that packages are installed into."""
    return next(ENVIRONMENT.glob("Lib/site-packages" if os.name == "nt" else "lib/python*/site-packages"), ENVIRONMENT)


def is_whole(package):
    """Say whether all that a package lists is there, in its size: INSTALLER, which is written last, and its code."""
    folder = str(package.parent) + os.sep
    try:
        os.stat(str(package / "INSTALLER"))
        with open(str(package / "RECORD"), encoding="utf-8", newline="") as record:
            rows = [row for row in csv.reader(record) if row[2] and "/include/" not in row[0]]
        return all(os.stat(folder + row[0]).st_size == int(row[2]) for row in rows)
    except (OSError, ValueError, IndexError):
        return False


def read_stamp():
    """Return what the last installation wrote: its place, a digest of each list, its packages."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads(STAMP.read_text(encoding="utf-8"))
    return {}


def write_stamp(**done):
    """Write that an installation has begun here, or what it has done."""
    STAMP.write_text(json.dumps({"place": str(ROOT), **done}), encoding="utf-8")


def digest(name):
    """Return a digest of a list of requirements, and of what else decides how it is installed."""
    files = (name, "pyproject.toml", "utils/setup/install.py")
    return hashlib.sha256(b"".join((ROOT / file).read_bytes() for file in files)).hexdigest()


def check_space():
    """End where the disk has too little room for what is still missing from .venv."""
    needed = max(SPACE_NEEDED - sum(path.lstat().st_size for path in ENVIRONMENT.rglob("*")), SPACE_TO_UPDATE)
    free = shutil.disk_usage(str(ROOT)).free
    if free < needed:
        sys.exit(
            f"The installation needs {needed / 1e9:.1f} GB of free disk and {free / 1e9:.1f} GB are free in {ROOT}: "
            "make room and run the command again."
        )


# uv, and pip where there is none


def install_packages(lists):
    """Install everything in one resolution: by uv, which shows its progress, or else by pip."""
    TEMPORARY.mkdir(exist_ok=True)
    asked = ["pip", *(part for name in lists for part in ("-r", name)), "-e", "."]
    try:
        pip, settings = find_pip()
        if bring_uv(pip):
            variables = variables_for_uv(settings)
            uv = [UV, "pip", "install", "--python", PYTHON]
            uv += ["--no-index"] * (settings.get("no-index") in ("1", "true", "yes", "on"))
            uv += [*torch_backend(uv, variables), *asked]
            if sys.stderr.isatty() and run(uv, show=True, **variables)[0] == 0:
                return
            status, output = run(uv, **variables)  # after a failure once more: now its words can be read
            if status == 0 or known_reason(output):
                return finish(status, output)
        print("pip installs here, and not uv: that takes some minutes.", flush=True)
        finish(*run([*pip, "install", "--no-input", "--progress-bar", "off", *asked]))
    finally:
        shutil.rmtree(str(TEMPORARY), ignore_errors=True)


def finish(status, output):
    """Write the log; where something has failed, end with one sentence on why, from what it printed."""
    LOG.write_text(output, encoding="utf-8")
    if status != 0:
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        errors = [line for line in lines if re.match(r"error\b", line, re.IGNORECASE)]
        others = [line for line in lines if not line.startswith(("[notice]", "note:", "hint:"))]
        reason = (errors or others or ["it said nothing"])[-1]
        sys.exit(known_reason(output) or f"The installation failed ({reason}): the details are in .venv/install.log.")


def find_pip():
    """Return a command for pip, that of .venv or of the running Python, and the settings that it has, by name."""
    own, other = [PYTHON, "-I", "-m", "pip"], [sys.executable, "-I", "-m", "pip", "--python", PYTHON]
    for pip in (own, other, own):
        status, output = run([*pip, "config", "list"])
        if status == 0:
            break
        if pip is other and run([PYTHON, "-I", "-m", "ensurepip"])[0] != 0:
            sys.exit(
                "This Python comes without pip: on Debian and Ubuntu install it with: "
                "sudo apt install python{}.{}-venv".format(*version_of([PYTHON]))
            )
    found = re.findall(r"^(global|install|:env:)\.([\w-]+)=(['\"].*)$", output, re.MULTILINE)
    found.sort(key=lambda line: ("global", "install", ":env:").index(line[0]))
    return pip, {name: ast.literal_eval(value) for _, name, value in found}


def pinned(name):
    """Return the requirement for a package; the empty string where requirements.txt does not pin it."""
    pin = re.search(rf"^{name}==\S+", (ROOT / BASE).read_text(encoding="utf-8"), re.MULTILINE)
    return pin.group() if pin else ""


def bring_uv(pip):
    """Let pip install the pinned uv; return whether it is there and runs."""
    uv = pinned("uv")
    if uv and not (site_packages() / (uv.replace("==", "-") + ".dist-info")).exists():
        run([*pip, "install", "--no-input", "--no-deps", "--only-binary", ":all:", uv])
    return bool(uv) and run([UV, "--version"])[0] == 0


def variables_for_uv(settings):
    """Return the environment variables that tell uv what pip has been told, by its settings or by other variables."""
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    told = {name: value.split() for name, value in {"cert": bundle or "", "find-links": "", **settings}.items()}
    told["find-links"] = [",".join(place for place in told["find-links"] if "://" in place or os.path.exists(place))]
    variables = {variable: " ".join(told[name]) for name, variable in SAID_TO_UV if told.get(name)}
    return {"UV_INDEX_STRATEGY": "unsafe-best-match", **variables}  # as pip does: the best of all indexes


def torch_backend(uv, variables):
    """Return the flag for the small CPU build of PyTorch, or for TORCH_BACKEND; nothing where PyTorch is there.

    The flag leads to PyTorch's own index. Where that does not answer soon, PyTorch comes from the configured index.
    """
    backend = os.environ.get("TORCH_BACKEND") or ("cpu" if sys.platform.startswith("linux") else "")
    if not backend or not pinned("torch") or any(site_packages().glob("torch-*.dist-info")):
        return []
    flag = ["--torch-backend", backend]
    soon = {**variables, "UV_HTTP_TIMEOUT": str(PATIENCE), "UV_HTTP_RETRIES": "0"}
    if run([*uv, *flag, "--dry-run", "--no-deps", pinned("torch")], timeout=2 * PATIENCE, **soon)[0] == 0:
        return flag
    print("PyTorch's own index does not answer: PyTorch comes from where all else comes from.", flush=True)
    return []


# What went wrong, in one sentence


def known_reason(output):
    """Return one sentence where it is known why pip, uv or venv failed, from what was printed; else nothing."""
    end = "\n".join(output.splitlines()[-60:])
    if re.search(FULL_DISK, end):
        return "The disk became full during the installation: make room and run the command again."
    arrived = re.search(r"^\s*(Downloading|Using cached|Processing) ", output, re.MULTILINE)
    offline = re.search(NO_NETWORK, end) and "peer certificate" not in end  # which pip may know
    if offline or ("(from versions: none)" in end and not arrived):
        return (
            "The packages cannot be downloaded, because the network or the package index does not answer: "
            "connect and run the command again (details in .venv/install.log)."
        )
    missing = re.search(r"(?:No matching distribution found for|Because) (\S+?==\S+)(?: has no wheels|\s*$)", end, re.M)
    if missing:
        return (
            f"There is no build of {missing.group(1)} for this machine and this Python: "
            "README.md names the machines that have none (details in .venv/install.log)."
        )
    return ""


def name_shadows():
    """Say which file of the learner's hides a library, from the notebooks or from Python itself."""
    libraries = [*os.listdir(str(site_packages())), *getattr(sys, "stdlib_module_names", ())]
    libraries = {name.partition(".")[0] for name in libraries}
    for file in sorted([*ROOT.glob("*.py"), *ROOT.glob("chapters/*.py")]):
        if file.stem in libraries:
            print(f"{file.relative_to(ROOT)} hides the library {file.stem} from your notebooks: give it another name.")


if __name__ == "__main__":
    main()

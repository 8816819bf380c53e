"""The walls around an answer, and how high they are on this machine.

Four layers: bubblewrap gives file system, network and processes of one's own; limits on memory, time and files;
Landlock, by which only the course may be read and only one folder written; and a filter for system calls. The last
three need no namespaces, and work for an ordinary user.
"""

import ctypes
import functools
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

from utils.files import ROOT
from utils.grading import syscalls

try:
    import resource
except ImportError:  # Windows, where nothing is graded
    resource = None

FULL, LOCK, NONE = "full", "lock", "none"
IN_WORDS = {
    FULL: "full: each answer ran in bubblewrap, under limits, Landlock and a filter for system calls",
    LOCK: "lock: each answer ran under limits, Landlock and a filter for system calls, without namespaces of its own; "
    "it could see names and sizes of files, and read none outside of Python and this course",
    NONE: "none: the answers ran like your own programs; they could read and write whatever you can, and reach the "
    "network. Only time and memory were limited",
}
GIB = 2**30

# Landlock, by its numbers in the kernel's headers
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
READ_FILE, READ_DIRECTORY, WRITE_FILE, TRUNCATE = 1 << 2, 1 << 3, 1 << 1, 1 << 14
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
BENEATH = 1


def python_folders(executable=sys.executable):
    """The folders that hold Python and its packages, under every name that a link on the way to it uses."""
    folders = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()}
    path = Path(executable)
    while path.is_symlink():
        path = Path(os.path.normpath(path.parent / os.readlink(path)))
        folders.add(path.parent.parent)
    return sorted(folder for folder in folders if folder.is_dir() and folder != Path("/"))


@functools.cache  # a child has it from the warm process
def readable():
    """What an answer may read: Python, the libraries of the system, and the code of this course; no solutions."""
    system = [Path("/usr"), Path("/lib"), Path("/lib64"), Path("/etc/ld.so.cache"), Path("/proc/self")]
    devices = [Path("/dev/null"), Path("/dev/urandom"), Path("/dev/zero")]
    about = [Path(f"/proc/{name}") for name in ("cpuinfo", "meminfo", "stat", "filesystems", "sys/vm")]
    return [path for path in (*system, *devices, *about, *python_folders(), ROOT / "utils") if path.exists()]


def environment(folder):
    """The environment of an untrusted process: nothing of one's own."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(folder),
        "KERAS_HOME": str(folder),
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        **{f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")},
    }


def bubblewrap(command, folder, space):
    """A command line inside bubblewrap.

    Args:
        command: what runs there.
        folder: the folder for writing, in memory, at this path.
        space: its size in bytes.
    """
    walls = ["bwrap", "--unshare-user", "--unshare-all", "--disable-userns", "--uid", "1000", "--gid", "1000"]
    walls += ["--die-with-parent", "--new-session", "--hostname", "answer", "--cap-drop", "ALL", "--clearenv"]
    for name, value in environment(folder).items():
        walls += ["--setenv", name, value]
    for top in ("/usr", "/lib", "/lib64", "/etc/ld.so.cache"):
        path = Path(top)
        if path.is_symlink():
            walls += ["--symlink", os.readlink(path), top]
        elif path.exists():
            walls += ["--ro-bind", top, top]
    walls += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    for path in (*python_folders(), ROOT / "utils"):
        walls += ["--ro-bind", str(path), str(path)]
    walls += ["--size", str(space), "--tmpfs", str(folder), "--chdir", str(folder)]
    return [*walls, "--", *command]


# What this machine has


@functools.cache
def level():
    """The highest level that this machine has, and a sentence why it is not a higher one."""
    if not sys.platform.startswith("linux"):
        return NONE, f"The walls are made of parts of Linux, and this is {sys.platform}."
    if not syscalls.machine_is_known():
        return NONE, "There is no list of system calls for this kind of processor."
    if not can_lock():
        return NONE, "This kernel has no Landlock, or no filter for system calls."
    reason = why_no_bubblewrap()
    if not reason:
        return FULL, ""
    if os.geteuid() == 0:
        return NONE, f"{reason} As root the lock without bubblewrap is too weak; grade as an ordinary user."
    return LOCK, reason


def why_no_bubblewrap():
    """Why bubblewrap does not work here, as a sentence; empty where it does."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (Debian and Ubuntu: apt install bubblewrap)."
    command = bubblewrap(["/usr/bin/env", "true"], Path("/answer"), 2**20)
    try:
        done = subprocess.run(command, capture_output=True, timeout=20, check=False, text=True)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not start ({type(error).__name__})."
    if done.returncode:
        return f"bubblewrap does not start: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}."
    return ""


def can_lock():
    """Whether Landlock and the filter work here; tried in a process of their own."""
    code = "from utils.grading import sandbox; import tempfile; sandbox.lock(sandbox.LOCK, tempfile.gettempdir())"
    try:
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


# What a child does to itself before the answer runs


def lock(height, folder, memory=2 * GIB, seconds=120):
    """Lock this process in, for good.

    Args:
        height: one of the levels; at :data:`NONE` only limits are set.
        folder: the one folder that may be written.
        memory: bytes of address space.
        seconds: of processor time, over all.

    Raises:
        OSError: the kernel refused a part of it; then nothing untrusted may run.
    """
    limits(memory, seconds)
    if height != NONE:
        landlock(readable(), [folder])
        syscalls.hold()


def limits(memory, seconds):
    """Limits on memory, processor time, the size of a file, and the number of open ones."""
    for name, limit in (
        ("AS", memory),
        ("CPU", seconds),
        ("FSIZE", 32 * 2**20),
        ("NOFILE", 64),
        ("CORE", 0),
        ("MEMLOCK", 0),
    ):
        number = getattr(resource, f"RLIMIT_{name}", None)
        if number is not None:
            _, highest = resource.getrlimit(number)
            limit = limit if highest == resource.RLIM_INFINITY else min(limit, highest)
            try:
                resource.setrlimit(number, (limit, limit))
            except (ValueError, OSError):
                if sys.platform.startswith("linux"):
                    raise


def landlock(read, write):
    """Forbid all files but those beneath some paths, and sockets and signals to others as far as the kernel can."""
    library = ctypes.CDLL(None, use_errno=True)

    def call(number, *arguments):
        done = library.syscall(number, *arguments)
        if done < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return done

    version = call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    rights = FILE_RIGHTS[max(known for known in FILE_RIGHTS if known <= version)]
    network, scoped = (3 if version >= 4 else 0), (3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = call(CREATE_RULESET, struct.pack("=QQQ", rights, network, scoped)[:size], ctypes.c_size_t(size), 0)
    try:
        for paths, allowed in ((read, READ_FILE | READ_DIRECTORY), (write, rights & ~1)):
            for path in paths:
                _allow(call, ruleset, path, allowed, rights)
        _allow(call, ruleset, "/dev/null", READ_FILE | WRITE_FILE, rights)
        library.prctl(syscalls.NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        call(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(call, ruleset, path, allowed, rights):
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not os.path.isdir(path):
            allowed &= READ_FILE | WRITE_FILE | TRUNCATE
        call(ADD_RULE, ruleset, BENEATH, struct.pack("=Qi", allowed & rights, handle), 0)
    finally:
        os.close(handle)

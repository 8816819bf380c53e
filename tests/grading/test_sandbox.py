"""The walls: what they are made of, what they let through, and what is said where they are missing."""

import os
import platform
import struct
import subprocess
import sys

import pytest

from utils.files import ROOT
from utils.grading import run, sandbox, syscalls

LIMITED = """
import resource
from utils.grading import sandbox
sandbox.limits(2 * sandbox.GIB, 5)
print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CORE))
"""
LOCKED = """
import os, sys, tempfile
from utils.grading import sandbox
folder = tempfile.mkdtemp()
sandbox.lock(sandbox.LOCK, folder)
open(folder + "/own", "w").write("x")
for attempt, argument in ((open, "/etc/passwd"), (os.mkdir, "/tmp/other"), (os.listdir, "/home"), (os.system, "")):
    try:
        if attempt(argument) == 32512:  # no shell could be started
            raise PermissionError
    except PermissionError:
        print("refused")
"""


def python(code, **more):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, **more)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of Linux")
def test_limits():
    assert python(LIMITED).stdout.strip() == f"{2 * 2**30} (0, 0)"


@pytest.mark.skipif(sandbox.level()[0] == sandbox.NONE and not sandbox.can_lock(), reason="no Landlock here")
def test_the_lock_by_itself():
    done = python(LOCKED)
    assert done.stdout.split() == ["refused"] * 4, done.stderr


def test_continuous_integration_has_the_full_level():
    if not os.environ.get("CI"):
        pytest.skip("only in continuous integration")
    assert sandbox.level() == (sandbox.FULL, "")


@pytest.mark.parametrize("machine", sorted(syscalls.ALLOWED))
def test_the_filter_lets_through_what_it_lists_and_nothing_else(machine):
    """The program is run here by an interpreter of a few lines."""
    program = syscalls.program(machine, 4242)
    lines = [struct.unpack("=HBBI", program[place : place + 8]) for place in range(0, len(program), 8)]
    assert len(lines) < 4096

    def verdict(number, arguments=(0, 0, 0), architecture=syscalls.ARCHITECTURE[machine]):
        words = {0: number, 4: architecture}
        for place, argument in enumerate(arguments):
            words[16 + 8 * place], words[20 + 8 * place] = argument & 0xFFFFFFFF, argument >> 32
        place = value = 0
        while True:
            code, yes, no, operand = lines[place]
            if code == syscalls.RETURN:
                return operand
            if code == syscalls.LOAD:
                value, jump = words[operand], 0
            elif code == syscalls.EQUAL:
                jump = yes if value == operand else no
            elif code == syscalls.AT_LEAST:
                jump = yes if value >= operand else no
            else:
                jump = yes if value & operand else no
            place += 1 + jump

    allowed = set(syscalls.ALLOWED[machine].values())
    conditional = {table[machine] for table in (syscalls.CLONE, syscalls.CLONE3, syscalls.TGKILL, syscalls.PRLIMIT)}
    for number in set(range(1024)) - conditional:
        assert (verdict(number) == syscalls.ALLOW) == (number in allowed), number
    assert verdict(0, architecture=0x40000003) == syscalls.KILL  # the calls of another machine
    assert verdict(syscalls.CLONE3[machine]) == syscalls.NOT_THERE
    assert verdict(syscalls.CLONE[machine], (syscalls.CLONE_THREAD,)) == syscalls.ALLOW
    assert verdict(syscalls.CLONE[machine], (17,)) == syscalls.NOT_PERMITTED
    assert verdict(syscalls.TGKILL[machine], (4242, 1, 6)) == syscalls.ALLOW
    assert verdict(syscalls.TGKILL[machine], (1, 1, 9)) == syscalls.NOT_PERMITTED
    assert verdict(syscalls.PRLIMIT[machine], (0, 7, 0)) == syscalls.ALLOW
    assert verdict(syscalls.PRLIMIT[machine], (0, 7, 1)) == syscalls.NOT_PERMITTED
    assert verdict(syscalls.PRLIMIT[machine], (0, 7, 1 << 32)) == syscalls.NOT_PERMITTED
    fcntl = syscalls.ALLOWED[machine]["fcntl"]
    assert verdict(fcntl, (4, 3)) == syscalls.ALLOW
    for command in (syscalls.SET_OWNER, syscalls.SET_SIGNAL, syscalls.SET_OWNER_EX):
        assert verdict(fcntl, (4, command)) == syscalls.NOT_PERMITTED


def test_the_folders_of_python_under_every_name(tmp_path):
    (tmp_path / "python-3.11.7" / "bin").mkdir(parents=True)
    (tmp_path / "python-3.11.7" / "bin" / "python3").write_text("")
    (tmp_path / "python-3.11").symlink_to("python-3.11.7")
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").symlink_to(tmp_path / "python-3.11" / "bin" / "python3")
    assert tmp_path / "python-3.11" in sandbox.python_folders(tmp_path / "venv" / "bin" / "python")


@pytest.fixture
def asked_anew(monkeypatch):
    sandbox.level.cache_clear()
    yield monkeypatch
    sandbox.level.cache_clear()


@pytest.mark.parametrize(("user", "expected"), [(1000, sandbox.LOCK), (0, sandbox.NONE)])
def test_without_bubblewrap(asked_anew, user, expected):
    asked_anew.setattr(sandbox.shutil, "which", lambda name: None)
    asked_anew.setattr(sandbox.os, "geteuid", lambda: user)
    asked_anew.setattr(sandbox, "can_lock", lambda: True)
    asked_anew.setattr(sandbox.syscalls, "machine_is_known", lambda: True)
    asked_anew.setattr(sandbox.sys, "platform", "linux")
    level, reason = sandbox.level()
    assert level == expected and "apt install bubblewrap" in reason


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda patch: patch.setattr(sandbox.sys, "platform", "darwin"), "parts of Linux, and this is darwin"),
        (lambda patch: patch.setattr(platform, "machine", lambda: "riscv64"), "this kind of processor"),
        (lambda patch: patch.setattr(sandbox, "can_lock", lambda: False), "no Landlock"),
    ],
)
def test_where_there_are_no_walls(asked_anew, change, words):
    change(asked_anew)
    level, reason = sandbox.level()
    assert level == sandbox.NONE and words in reason
    with pytest.raises(run.GradingError, match="Answers cannot be isolated here"):
        run.chosen_level(trust=False)
    assert run.chosen_level(trust=True) == sandbox.NONE

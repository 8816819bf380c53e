"""Answers that attack the grader. Each is the cell of ``ch01.softmax``; none may be called correct, none may do harm,
and each is told as what it is.

In the sources ``SECRET`` is a file with a secret beside the submissions, ``WITNESS`` a folder that is to stay empty,
``PORT`` a port on which somebody listens, and ``SOLUTIONS`` the folder of the solutions. What an attack gets hold of it
raises, so that it would be read in the message.
"""

import textwrap
from dataclasses import dataclass

from utils.files import ROOT


@dataclass(frozen=True)
class Attack:
    """An answer that attacks.

    Attributes:
        name: what it does.
        source: its cell.
        says: a pattern that the message has.
        is_quick: whether ``make test`` tries it, too.
        waits: whether it runs into a limit on time.
    """

    name: str
    source: str
    says: str
    is_quick: bool = False
    waits: bool = False


ATTACKS = []
SECRET = "the answer of somebody else"


def aimed(source, folder, port):
    """The cell of an attack with what it aims at: a secret and an empty folder in a folder, and a port."""
    names = {
        "SECRET": str(folder / "secret"),
        "WITNESS": str(folder / "witness"),
        "PORT": port,
        "SOLUTIONS": str(ROOT / "solutions"),
    }
    return "".join(f"{name} = {value!r}\n" for name, value in names.items()) + source


REFUSED = r"PermissionError|Operation not permitted|Permission denied|Errno 1\b|Errno 13"
GONE = r"ended the process"
LATE = "did not end within"
WRONG = r"expects|It returns|You return|returns the same|Not every|`softmax`"


def attack(name, says, body, before="", is_quick=False, waits=False):
    """Note an attack: the body of the function, and what stands before it."""
    body = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    source = f"{textwrap.dedent(before).strip()}\n\n\ndef softmax(z):\n{body}\n".lstrip()
    ATTACKS.append(Attack(name, source, says, is_quick, waits))


# Forging a verdict ----------------------------------------------------------------------------------------------------

attack(
    "check replaced",
    WRONG,
    "return np.zeros_like(z)",
    before="""
    from utils.checking import Exercise, Verdict
    Exercise.check = lambda self, answer, time_limit=None: Verdict("correct", "forged")
    """,
    is_quick=True,
)
attack(
    "comparison replaced",
    WRONG,
    "return np.zeros_like(z)",
    before="""
    import utils.checking.judging, utils.checking.values
    utils.checking.values.agree = utils.checking.judging.agree = lambda *a, **k: True
    utils.checking.judging.is_right = lambda *a, **k: True
    """,
)
attack(
    "NumPy replaced",
    WRONG,
    "return [0.5, 0.5]",
    before="np.abs = np.asarray = np.shape = lambda *a, **k: np.float64(0)",
)
attack(
    "runner replaced",
    WRONG,
    "return np.zeros_like(z)",
    before="""
    import __main__ as inside
    inside.Child._observe = lambda self, name, probes, forms: [
        (np.zeros_like(p[0], dtype=float), "", "", {}, False, True, None) for p in probes
    ]
    """,
    is_quick=True,
)
attack(
    "verdict sent in the place of results",
    "no result|expects",
    "return np.zeros_like(z)",
    before="""
    import __main__ as inside
    inside.Child._observe = lambda self, name, probes, forms: {"status": "correct", "message": "forged"}
    """,
)
attack(
    "results that are no results",
    "no result|expects",
    "return np.zeros_like(z)",
    before="""
    import __main__ as inside
    inside._seen = lambda result: (True, 0, None, [], "yes", "yes", 7)
    """,
)
attack(
    "arrays of another size than they say",
    "no plain data",
    "return np.zeros_like(z)",
    before="""
    import __main__ as inside
    inside.packed = lambda value: b'[{"a": ["<f8", [1000000000], "AAAA"]}]'
    """,
)
attack(
    "arrays of objects",
    "no plain data",
    "return np.zeros_like(z)",
    before="""
    import __main__ as inside
    inside.packed = lambda value: b'{"a": ["|O", [1], "AAAAAAAAAAA="]}'
    """,
)
attack(
    "JSON without an end",
    "no plain data",
    "return np.zeros_like(z)",
    before="""
    import __main__ as inside
    inside.packed = lambda value: b"[" * 4_000_000
    """,
    is_quick=True,
)
attack(
    "a frame that says it is endless",
    "more than can be read",
    """
    import os, struct
    os.write(4, struct.pack("=Q", 2**62))
    return np.zeros_like(z)
    """,
)
attack(
    "half a frame",
    f"{LATE}|{GONE}|no plain data",
    """
    import os, struct, time
    os.write(4, struct.pack("=Q", 1000) + b"[")
    time.sleep(60)
    """,
    waits=True,
)
attack(
    "forged answers in every descriptor",
    "no result|no plain data|more than can be read|expects|ended",
    """
    import json, os, struct
    forged = json.dumps([{"status": "correct", "judged": [{"exercise": "ch01.softmax", "status": "correct"}]}]).encode()
    for handle in range(3, 64):
        try:
            os.write(handle, struct.pack("=Q", len(forged)) + forged)
        except OSError:
            pass
    return np.zeros_like(z)
    """,
    is_quick=True,
)
attack(
    "a pickle that runs code",
    WRONG,
    """
    class Bomb:
        def __reduce__(self):
            return (open, (WITNESS + "/pickled", "w"))
    return Bomb()
    """,
    is_quick=True,
)
attack(
    "equal to everything",
    WRONG,
    """
    class Equal:
        def __eq__(self, other): return True
        def __array__(self, *a, **k): return np.zeros(3)
        def __getattr__(self, name): return self
        def __call__(self, *a, **k): return self
    return Equal()
    """,
)
attack(
    "probes learnt by heart",
    WRONG,
    """
    from utils import reference
    known = {tuple(np.ravel(v[0]).tolist()) for v in ch01.softmax.probes.smallest}
    return reference.softmax(z) if tuple(np.ravel(z).tolist()) in known else np.zeros(np.shape(z))
    """,
)
attack(
    "expected values searched in memory",
    WRONG,
    """
    import gc
    from utils.checking.judging import Questions
    found = [one for one in gc.get_objects() if isinstance(one, Questions)]
    return found[0].expected[0] if found else np.zeros(np.shape(z))
    """,
)
attack(
    "expected values searched in frames",
    WRONG,
    """
    import sys
    frame = sys._getframe()
    while frame is not None:
        for name, value in frame.f_locals.items():
            if name in ("expected", "questions", "seen", "seed"):
                raise RuntimeError("the judge's secret")
        frame = frame.f_back
    return np.zeros(np.shape(z))
    """,
)
attack(
    "a mistake of one's choice",
    WRONG,
    "return np.zeros(np.shape(z))",
    before="""
    import __main__ as inside
    facts = {"mistake": None, "status": "correct"}
    inside._seen = lambda result: (np.zeros(3), "", "correct", facts, False, True, None)
    """,
)

# Getting out ----------------------------------------------------------------------------------------------------------

attack(
    "reading the solutions", "FileNotFoundError|PermissionError", "import os; raise RuntimeError(os.listdir(SOLUTIONS))"
)
attack(
    "reading another submission",
    "FileNotFoundError|PermissionError",
    "raise RuntimeError(open(SECRET).read())",
    is_quick=True,
)
attack("reading /etc/passwd", "FileNotFoundError|PermissionError", "raise RuntimeError(open('/etc/passwd').read())")
attack(
    "reading the memory of the warm process",
    "FileNotFoundError|PermissionError|ProcessLookupError",
    "import os; raise RuntimeError(open(f'/proc/{os.getppid()}/mem', 'rb').read(1))",
)
attack(
    "reading the environment of others",
    "FileNotFoundError|PermissionError",
    "raise RuntimeError(open('/proc/1/environ').read())",
)
attack(
    "secrets in the environment",
    "RuntimeError: nothing",
    "import os; raise RuntimeError(os.environ.get('TOKEN_OF_THE_INSTRUCTOR', 'nothing'))",
)
attack(
    "writing into the course",
    f"{REFUSED}|Read-only",
    "import utils; open(utils.__path__[0] + '/__init__.py', 'a').write('#'); return z",
)
attack(
    "writing beside the submissions",
    f"{REFUSED}|FileNotFoundError|Read-only",
    "open(WITNESS + '/written', 'w').write('x'); return z",
    is_quick=True,
)
attack("writing to /tmp", REFUSED, "open('/tmp/written', 'w').write('x'); return z")
attack("writing to /dev/shm", f"{REFUSED}|FileNotFoundError", "open('/dev/shm/written', 'w').write('x'); return z")
attack(
    "a link out of one's folder",
    f"{REFUSED}|FileNotFoundError|Read-only",
    """
    import os
    os.symlink(WITNESS, "out")
    open("out/written", "w").write("x")
    return z
    """,
)
attack("changing rights of files", f"{REFUSED}|FileNotFoundError", "import os; os.chmod(np.__file__, 0o777); return z")
attack("changing owners of files", f"{REFUSED}|FileNotFoundError", "import os; os.chown('.', 0, 0); return z")
attack(
    "network: TCP",
    REFUSED,
    "import socket; socket.create_connection(('127.0.0.1', PORT), 1).sendall(b'x'); return z",
    is_quick=True,
)
attack(
    "network: UDP",
    REFUSED,
    "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT)); return z",
)
attack("network: unix sockets", REFUSED, "import socket; socket.socket(socket.AF_UNIX).connect(SECRET); return z")
attack("network: a pair of sockets", REFUSED, "import socket; socket.socketpair(); return z")
attack("network: raw", REFUSED, "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW); return z")

# Other processes ------------------------------------------------------------------------------------------------------

attack("fork", REFUSED, "import os; os.fork(); return z", is_quick=True)
attack("fork bomb", REFUSED, "import os\nwhile True:\n    os.fork()")
attack("another program", REFUSED, "import subprocess; subprocess.run(['/bin/true']); return z")
attack("a shell", "RuntimeError: 32512", "import os; raise RuntimeError(os.system('true'))")
attack("exec", REFUSED, "import os; os.execv('/usr/bin/env', ['env']); return z")
attack("killing the warm process", REFUSED, "import os; os.kill(os.getppid(), 9); return z", is_quick=True)
attack("killing everybody", REFUSED, "import os; os.kill(-1, 9); return z")
attack(
    "signals by a descriptor",
    REFUSED,
    "import fcntl, os; fcntl.fcntl(4, fcntl.F_SETOWN, os.getppid()); return z",
)


def _system_call(name, number, arguments=""):
    attack(
        f"system call: {name}",
        r"PermissionError: .*Errno 1\b",
        f"""
        import ctypes
        library = ctypes.CDLL(None, use_errno=True)
        done = library.syscall({number}{", " + arguments if arguments else ""})
        raise OSError(ctypes.get_errno(), "refused") if done < 0 else RuntimeError("it worked")
        """,
    )


for _name, _number, _arguments in (
    ("unshare", 272, "0x10000000"),
    ("ptrace", 101, "16, 1, 0, 0"),
    ("mount", 165, "0, 0, 0, 0, 0"),
    ("bpf", 321, "0, 0, 0"),
    ("io_uring_setup", 425, "8, 0"),
    ("memfd_create", 319, "b'x', 0"),
    ("process_vm_readv", 310, "1, 0, 0, 0, 0, 0"),
    ("userfaultfd", 323, "0"),
    ("pidfd_open", 434, "1, 0"),
    ("keyctl", 250, "0, 0, 0, 0, 0"),
    ("setuid", 105, "0"),
    ("chroot", 161, "b'/'"),
    ("a call of another interface", "0x40000000 + 39", ""),
    ("a call that does not exist yet", 900, ""),
):
    _system_call(_name, _number, _arguments)

# Holding up others ----------------------------------------------------------------------------------------------------

attack("endless loop", LATE, "while True:\n    pass", is_quick=True, waits=True)
attack("endless loop in C", LATE, "import itertools; return sum(itertools.count())", is_quick=True, waits=True)
attack(
    "endless loop that swallows everything",
    LATE,
    """
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
    """,
    waits=True,
)
attack(
    "endless loop without a timer",
    LATE,
    """
    import signal
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    while True:
        pass
    """,
    waits=True,
)
attack("asleep", LATE, "import time; time.sleep(1000)", waits=True)
attack(
    "endless loop while it is defined",
    "did not end|does not define",
    "return z",
    before="while True:\n    pass",
    waits=True,
)
attack("memory bomb", "MemoryError", "return bytearray(10**11)", is_quick=True)
attack(
    "memory bomb, step by step",
    f"MemoryError|{GONE}|{LATE}",
    "kept = []\nwhile True:\n    kept.append(bytearray(10**8))",
)
attack("recursion", "RecursionError", "return softmax(z)")
attack(
    "recursion in C",
    f"RecursionError|MemoryError|{GONE}|{LATE}",
    """
    nested = ()
    for _ in range(5_000_000):
        nested = (nested,)
    return repr(nested)
    """,
)
attack(
    "thread bomb",
    f"RuntimeError|MemoryError|{LATE}|{GONE}",
    """
    import threading, time
    for _ in range(20_000):
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    return z
    """,
    waits=True,
)
attack(
    "threads that stay",
    f"{WRONG}|no result|no plain data|{GONE}|more than can",
    """
    import os, threading, time
    def chatter():
        while True:
            os.write(4, b"[]")
            time.sleep(0.001)
    threading.Thread(target=chatter, daemon=True).start()
    return np.zeros(np.shape(z))
    """,
)
attack("a huge answer", f"more than can be read|MemoryError|{LATE}", "return np.zeros(4_000_000)")
attack("a huge message", f"raised ValueError|{LATE}", "raise ValueError('x' * 10**8)")
attack(
    "a large file",
    f"OSError|{GONE}",
    "file = open('large', 'wb')\nwhile True:\n    file.write(bytes(10**7))",
)
attack(
    "many files",
    f"OSError|{GONE}|{LATE}",
    "for number in range(10**9):\n    open(f'file-{number}', 'wb').write(bytes(10**6))",
)
attack("many descriptors", "OSError", "import os\nkept = [os.open('.', os.O_RDONLY) for _ in range(10**6)]")
attack(
    "raising a limit",
    "ValueError|PermissionError|not allowed",
    "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1)); return z",
)
attack("leaving", rf"{GONE}.*exit code 0", "import os; os._exit(0)", is_quick=True)
attack("leaving while it is defined", GONE, "return z", before="import os\nos._exit(0)")
attack("a crash", rf"{GONE}.*SIG(SEGV|ABRT|BUS)", "import ctypes; ctypes.string_at(0)", is_quick=True)
attack("abort", rf"{GONE}.*SIGABRT", "import os; os.abort()")
attack(
    "stopping oneself", f"{LATE}|{REFUSED}", "import signal; signal.raise_signal(signal.SIGSTOP); return z", waits=True
)
attack("closing all descriptors", GONE, "import os; os.closerange(0, 64); return z")
attack("SystemExit", "raised SystemExit|`return`", "raise SystemExit")
attack("KeyboardInterrupt", "raised KeyboardInterrupt", "raise KeyboardInterrupt")

# What others read -----------------------------------------------------------------------------------------------------

attack(
    "HTML in a message",
    "raised ValueError",
    "raise ValueError('<script>alert(1)</script><img src=x onerror=alert(1)>')",
    is_quick=True,
)
attack("terminal escapes in a message", "raised ValueError", r"raise ValueError('\x1b]0;owned\x07\x1b[2J\u202e')")
attack(
    "Markdown in a message",
    "raised ValueError",
    "raise ValueError('![x](http://127.0.0.1/x) `` ` [link](javascript:1)')",
)
attack(
    "a kind with HTML in its name",
    "expects|could not be read",
    "return type('<b>kind</b>', (), {})()",
)

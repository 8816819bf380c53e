"""What runs behind the walls: a warm process for a chapter, and a child of it for each submission.

The warm process imports what the chapter imports, and waits. For a submission it gets two ends of pipes and forks. The
child closes everything else, locks itself in, and does what it is told over the pipes: find the answers, prepare one,
say what it makes of probes. The warm process never sees a submission, so no child finds another one in its memory.
"""

import contextlib
import gc
import inspect
import io
import linecache
import os
import pickle
import random
import shutil
import signal
import socket
import struct
import sys
import tempfile
import zlib
from importlib import import_module
from pathlib import Path

from utils.checking.blank import is_blank
from utils.checking.domain import Domain
from utils.checking.exercise import Exercise
from utils.checking.observing import Answer, Result
from utils.checking.time_limit import run_guarded
from utils.checking.values import NUMBERS, kind
from utils.checking.words import error_words, in_all_digits
from utils.frameworks import clean_setting
from utils.grading import cells as finding
from utils.grading import inward, sandbox
from utils.grading.plain import packed
from utils.grading.wire import read_exactly, send_frame

PREPARE = 10.0  # seconds for the cells of a learner, imports included


# The warm process


def serve(control):
    """Fork a child whenever one is asked for, and end it when told to. Returns when the judge is gone."""
    setting = pickle.loads(_message(control)[0])
    chapter = [finding.Cell(*parts) for parts in setting["cells"]]
    namespace = _imported(chapter, setting["extra"], setting["chapter"] in ("ch08", "ch09"))
    import_module(f"utils.exercises.{setting['chapter']}")
    for cell in chapter:
        finding.remember(cell)
    if not {"torch", "tensorflow", "keras"} & sys.modules.keys():  # which cannot be forked once they have computed
        _rehearse(setting, chapter, namespace)
    sandbox.readable()
    gc.collect()
    gc.freeze()  # a child copies less of it
    control.sendall(b"warm")
    while True:
        data, handles = _message(control)
        if not data:
            return
        folder = Path(setting["folder"], data.decode())
        folder.mkdir()
        number = os.fork()
        if number == 0:
            _child(control, handles, folder, setting, chapter, namespace)
        for handle in handles:
            os.close(handle)
        control.sendall(b"born")
        _message(control)  # the judge has done with it
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
        _, status = os.waitpid(number, 0)
        shutil.rmtree(folder, ignore_errors=True)
        control.sendall(struct.pack("=i", os.waitstatus_to_exitcode(status)))


def _message(control):
    """The next message of the judge, and the file descriptors that came with it. Trusted."""
    head, handles, _, _ = socket.recv_fds(control, 8, 2)
    if len(head) < 8:
        head += read_exactly(control.fileno(), 8 - len(head)) if head else b""
    if not head:
        return b"", []
    return read_exactly(control.fileno(), struct.unpack("=Q", head)[0]), handles


def _imported(chapter, extra, with_optimizers):
    """The names that the import cells of a chapter define, with the packages named in ``extra`` loaded, too."""
    namespace = {"__name__": "__main__", "display": _nothing, "get_ipython": _nothing}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for cell in finding.import_cells(chapter):
            exec(compile(cell.code, f"<{cell.id}>", "exec"), namespace)
        for name in extra:
            import_module(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
        if with_optimizers:
            import_module("torch._dynamo")  # what an optimizer imports at its first step, for seconds
    return namespace


def _rehearse(setting, chapter, namespace):
    """Do once what every child does, so that what Python and NumPy prepare at the first time is there already."""
    child = Child(setting, chapter, namespace)
    answers = {one["id"]: f"def {one['answer_name']}(*inputs):\n    return 1.0\n" for one in setting["exercises"]}
    cells = [(place, key, kind, answers.get(key, source), stub) for place, key, kind, source, stub in setting["cells"]]
    child._load(cells, 0)
    for name in child.found:
        child._prepare(name)
        exercise = child.exercises[name]
        if exercise.is_function and isinstance(exercise.probes, Domain):
            probes = list(exercise.probes.smallest[:2])
            child.answers[name] = Answer(exercise, exercise.reference)
            packed(child._observe(name, probes, [NUMBERS] * len(probes)))
    linecache.clearcache()


def _nothing(*arguments, **named):
    return None


# The child


def _child(control, handles, folder, setting, chapter, namespace):
    """Lock this process in and serve one submission. Never returns."""
    code = 1
    try:
        receive, send = (os.dup2(handle, 100 + place) for place, handle in enumerate(handles))
        os.closerange(3, 100)
        os.closerange(102, 4096)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in range(3):
            os.dup2(nowhere, standard)
        os.close(nowhere)
        receive, send = os.dup2(receive, 3, False), os.dup2(send, 4, False)
        os.closerange(5, 4096)
        os.chdir(folder)
        os.environ.update(TMPDIR=str(folder), HOME=str(folder))
        tempfile.tempdir = str(folder)
        sandbox.lock(setting["level"], folder, setting["memory"], setting["seconds"])
        Exercise.check = _nothing  # a check in a learner's cell has no one to talk to
        Child(setting, chapter, namespace).serve(receive, send)
        code = 0
    except BaseException as error:
        with contextlib.suppress(BaseException):
            send_frame(4, packed({"failed": f"{type(error).__name__}: {error}"}))
    finally:
        os._exit(code)


class Child:
    """The answers of one submission."""

    def __init__(self, setting, chapter, namespace):
        self.setting, self.chapter, self.given = setting, chapter, namespace
        self.exercises = {e.name: e for e in import_module(f"utils.exercises.{setting['chapter']}").EXERCISES}
        self.found, self.answers = {}, {}

    def serve(self, receive, send):
        """Do what the judge asks for, until it hangs up."""
        while head := read_exactly(receive, 8):
            request = inward.read(read_exactly(receive, struct.unpack("=Q", head)[0]))
            reply = getattr(self, f"_{request.pop('do')}")(**request)
            send_frame(send, packed(reply))

    def _load(self, cells, seed):
        """Find the answers. Nothing of the submission has run yet."""
        cells = list(map(finding.known, (finding.Cell(*parts) for parts in cells)))
        modules = {name for name, value in self.given.items() if getattr(value, "__name__", "").startswith("utils")}
        reply = {}
        for exercise in self.setting["exercises"]:
            found = self.found[exercise["name"]] = finding.find(exercise, cells, self.chapter, self.given)
            all_cells = [found.cell, *found.helpers] if found.cell else []
            reply[exercise["name"]] = {
                "attempted": found.cell is not None,
                "source": found.cell.source if found.cell else "",
                "example": finding.without_words(found.cell) if found.cell else "",
                "course": finding.course_names(all_cells, modules),
                "imports": [package for package in sorted(finding.imported(all_cells)) if package not in sys.modules],
                "remarks": found.remarks,
            }
        self.seed = seed
        return reply

    def _begin(self, name):
        """Give an exercise its own chance, so that its verdict does not depend on the exercises before it."""
        seed = zlib.crc32(name.encode(), self.seed)
        random.seed(seed)
        sys.modules["numpy"].random.seed(seed)
        if "torch" in sys.modules:
            sys.modules["torch"].manual_seed(seed)
        if "keras" in sys.modules:
            sys.modules["keras"].utils.set_random_seed(seed)

    def _prepare(self, name):
        """Run what defines an answer, and say what it is."""
        self._begin(name)
        found, exercise = self.found[name], self.exercises[name]
        namespace, remarks = dict(self.given), []
        for cell in found.helpers:
            error = _run(cell, namespace)
            if error is not None:
                remarks.append(f"A cell that it needs {error}.")
        error = _run(found.cell, namespace)
        if exercise.answer_name not in namespace:
            words = f"Your cell {error}." if error else f"Your cell does not define `{exercise.answer_name}`."
            return {"missing": words, "remarks": remarks}
        if error is not None:
            remarks.append(f"Its cell {error}.")
        value = namespace[exercise.answer_name]
        answer = self.answers[name] = Answer(exercise, value)
        return {
            "blank": is_blank(value),
            "callable": answer.is_callable,
            "kind": answer.kind,
            "names": answer.names,
            "takes": answer.takes(_asked_with(exercise)) if exercise.is_function else True,
            "remarks": remarks,
        }

    def _observe(self, name, probes, forms):
        """What an answer makes of some probes."""
        with clean_setting():
            return [_seen(result) for result in self.answers[name].observe(probes, forms)]


def _run(cell, namespace):
    """Run a cell. Returns None, or in words what ended it; what it had defined stays."""
    file = f"<cell {cell.place + 1}>"
    linecache.cache[file] = (len(cell.code), None, cell.code.splitlines(keepends=True), file)
    try:
        code = compile(cell.code, file, "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        where = f" in line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        text = error.msg if isinstance(error, SyntaxError) else error
        return f"is no Python: {type(error).__name__}{where}: {text}"
    outcome = run_guarded(lambda: exec(code, namespace), PREPARE)
    return None if outcome.error is None else error_words(outcome.error, PREPARE)


def _asked_with(exercise):
    """How many arguments an exercise calls its answer with."""
    parameters = inspect.signature(exercise.reference).parameters.values()
    return sum(parameter.default is parameter.empty for parameter in parameters)


def _seen(result: Result):
    """A result as plain data."""
    is_itself = result.problem == "" and _shows_as_its_value(result.raw)
    shown = None if result.raw is None or is_itself else (in_all_digits(result.raw), kind(result.raw))
    return (result.value, result.problem, result.detail, dict(result.facts), result.changed, is_itself, shown)


def _shows_as_its_value(raw):
    """Whether a value that is read from this one is shown in the same way."""
    array = type(raw).__module__ == "numpy" and getattr(raw, "dtype", None) == "float64"
    return type(raw) is float or array


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))

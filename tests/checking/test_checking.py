"""The engine of the checks: what it accepts, what it names, and what it survives."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import weakref
from dataclasses import replace

import numpy as np
import pytest

from utils.checking import Bank, Exercise, Mistake, Verdict, session, time_limit
from utils.checking.session import SESSION
from utils.exercises import ch01
from utils.files import ROOT

LIMIT = 0.2  # seconds


def bank(*mistakes):
    """A bank of some mistakes."""
    return Bank(list(mistakes))


@pytest.fixture(autouse=True)
def fresh_session(monkeypatch):
    """Each test begins where a kernel begins: no answer checked, no hint given."""
    monkeypatch.setattr(SESSION, "answers", {})
    monkeypatch.setattr(SESSION, "hints", {})


@pytest.fixture
def double():
    """A small exercise: twice the array."""
    return Exercise(
        name="ch99.double",
        asks="Twice z.",
        reference=lambda z: 2 * z,
        probes=lambda rng: [(np.array([1.0, 2.0]),), (rng.normal(size=3),), (rng.normal(size=(2, 3)),)],
        scale=lambda z: 0.0,
        expects=lambda z: f"an array of the shape {z.shape}",
        hints=("Which number is it multiplied by?", "Multiply it by two."),
        alternatives=(),
        bank=bank(
            Mistake("half", "You return half of {input}, {output}.", (lambda z: z / 2,), (np.array([4.0]),)),
            Mistake("square", "You square {input}: {output}.", (lambda z: z**2,), (np.array([4.0]),)),
        ),
        remark="Doubled.",
    )


# Strange answers ------------------------------------------------------------------------------------------------------


class Hostile:
    """An object on which every operation fails."""

    def __getattr__(self, name):
        raise RuntimeError(f"no {name} for you")

    def __repr__(self):
        raise ZeroDivisionError

    def __array__(self, *arguments, **options):
        raise SystemExit

    def __len__(self):
        raise KeyboardInterrupt


class CallableClass:
    def __call__(self, z):
        return z / 0 if isinstance(z, int) else {"a": 1}


class OwnBaseException(BaseException):
    pass


def interrupts_itself(z):
    raise KeyboardInterrupt


def exits(z):
    sys.exit(3)


def recurses(z):
    return recurses(z)


def loops_for_ever(z):
    while True:
        pass


def loops_and_swallows(z):
    while True:
        try:  # noqa: SIM105 - the point is a reader's own bare handler
            time.sleep(0.01)
        except BaseException:
            pass


def prints_for_ever(z):
    while True:
        print("x" * 1000)


def yields(z):
    yield from z


def needs_two(z, T):
    return z


async def coroutine(z):
    return z


def closes_the_output(z):
    sys.stdout = None
    return None


def a_torch_tensor(z):
    import torch

    return torch.zeros(3, requires_grad=True)


STRANGE = {
    "None": None,
    "a number": 3,
    "a string": "softmax",
    "a result": np.array([0.2, 0.8]),
    "a module": np,
    "a hostile object": Hostile(),
    "a type": dict,
    "a callable object": CallableClass(),
    "returns None": lambda z: None,
    "returns the placeholder": lambda z: ...,
    "returns a string": lambda z: "0.5",
    "returns strings": lambda z: ["0.1", "0.9"],
    "returns complex numbers": lambda z: z + 1j,
    "returns nan": lambda z: z * np.nan,
    "returns infinite numbers": lambda z: z + np.inf,
    "returns a wrong shape": lambda z: np.zeros((7, 7)),
    "returns an object array": lambda z: np.array([None, {}], dtype=object),
    "returns a ragged list": lambda z: [[1], [2, 3]],
    "returns a function": lambda z: len,
    "returns a hostile object": lambda z: Hostile(),
    "returns a generator": yields,
    "returns a coroutine": coroutine,
    "returns a torch tensor": a_torch_tensor,
    "raises": lambda z: 1 / 0,
    "raises an exception of its own": lambda z: (_ for _ in ()).throw(OwnBaseException()),
    "raises KeyboardInterrupt": interrupts_itself,
    "calls sys.exit": exits,
    "recurses": recurses,
    "loops for ever": loops_for_ever,
    "loops for ever and swallows": loops_and_swallows,
    "prints for ever": prints_for_ever,
    "takes two arguments": needs_two,
    "changes its input": lambda z: z.sort() or z,
    "closes the output": closes_the_output,
    "a NumPy function": np.exp,
}


def state_of_the_process():
    """What a time limit changes while it lasts."""
    timer = signal.getitimer(signal.ITIMER_REAL)
    return timer, signal.getsignal(signal.SIGALRM), signal.getsignal(signal.SIGINT), sys.gettrace(), sys.stdout


@pytest.mark.filterwarnings("ignore:coroutine")
@pytest.mark.parametrize("answer", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("exercise", [ch01.first_softmax, ch01.softmax, ch01.by_hand], ids=lambda e: e.name)
def test_strange_answers_get_a_clear_message(exercise, answer, capsys):
    before = state_of_the_process()
    verdict = exercise.check(answer, time_limit=LIMIT)
    assert verdict.status == "incorrect"
    assert len(verdict.message.split()) >= 8
    assert "Traceback" not in verdict.message
    assert repr(verdict).startswith(("Not yet.", "Not yet: ")) and "<div" in verdict._repr_html_()
    assert capsys.readouterr().out == "", "what an answer prints is not shown by a check"
    assert state_of_the_process() == before


TENSORFLOW = """
import time
__name__ = "tensorflow.python.fake"
def compute(*_):
    end = time.monotonic() + 0.3
    begun.append(1)
    while time.monotonic() < end:
        pass
    ended.append(1)
"""


def pretended_tensorflow():
    """The names of a module that stands where TensorFlow does."""
    module = {"begun": [], "ended": []}
    exec(TENSORFLOW, module)
    return module


def loops_in_python(compute):
    while True:
        compute()


def loops_in_c(compute):
    any(compute() for _ in itertools.count())


def calls_from_c(compute):
    any(map(compute, iter(int, 1)))


@pytest.mark.parametrize("goes_on", [loops_in_python, loops_in_c, calls_from_c])
def test_a_call_of_tensorflow_is_not_broken_off(double, goes_on):
    """An exception in the middle of it can crash the process, so the answer is ended behind the call."""
    module = pretended_tensorflow()
    before = state_of_the_process()
    double = replace(double, left_whole=("tensorflow",))
    assert "did not end" in double.check(lambda z: goes_on(module["compute"]), time_limit=LIMIT).message
    assert len(module["begun"]) == len(module["ended"]) > 0
    assert state_of_the_process() == before


class Large:
    """What an answer holds in a circle, as a generator that is kept by the object which it reads."""


@pytest.mark.parametrize("inside_of_tensorflow", [False, True])
def test_what_an_ended_answer_held_is_gone(double, inside_of_tensorflow):
    """Megabytes would stay otherwise, and threads of TensorFlow, until the garbage collector comes by."""
    held, compute = [], pretended_tensorflow()["compute"] if inside_of_tensorflow else int

    def holds(z):
        large = Large()
        large.itself = large
        held.append(weakref.ref(large))
        while True:
            compute()

    replace(double, left_whole=("tensorflow",)).check(holds, time_limit=LIMIT)
    assert [reference() for reference in held] == [None]


@pytest.mark.skipif(os.name == "nt", reason="needs timer signals")
def test_an_answer_that_fills_the_memory_leaves_no_timer_behind(double, monkeypatch):
    """Freeing what it filled takes longer than the timer waits between two signals."""
    monkeypatch.setattr(time_limit, "REPEAT", 0.001)
    verdict = double.check(lambda z: [0 for _ in iter(int, 1)], time_limit=LIMIT)
    assert "did not end within 0.2 seconds" in verdict.message
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_keras_tensor_is_read_like_an_array(monkeypatch):
    """Keras tensors and others become arrays by ``__array__``, without this package importing their framework."""

    class Tensor:
        def __init__(self, values):
            self.values = values

        def __array__(self, dtype=None, copy=None):
            return np.asarray(self.values, dtype=dtype)

    assert ch01.softmax.check(lambda z: Tensor(ch01.softmax.reference(z))).status == "correct"


def test_a_torch_tensor_with_gradients_is_accepted():
    torch = pytest.importorskip("torch")
    answer = lambda z: torch.softmax(torch.tensor(z, dtype=torch.float64, requires_grad=True), -1)  # noqa: E731
    assert ch01.softmax.check(answer).status == "correct"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda z: z * np.nan, "contains nan"),
        (lambda z: z + np.inf, "infinite"),
        (lambda z: z[:1], "shape (1,); (2,)"),
        (lambda z: 3 * z, "numbers are not"),
        (lambda z: 2.0001 * z, "Your answer: `[2.0001, 4.0002]`"),
        (lambda z, more: z, "1 argument here"),
        (lambda z: undefined_name, "NameError"),  # noqa: F821
        (loops_for_ever, "did not end within 0.2 seconds"),
        (lambda z: "text", "it is text in quotes, not numbers"),
        (lambda z: ["2", "4"], "it is a list that holds text in quotes, not numbers"),
        (lambda z: (z, 2 * z), "A comma between two values makes a tuple"),
        (lambda z: np.array([]), "It has the shape (0,); (2,) was expected."),
    ],
)
def test_an_unknown_mistake_is_told_by_the_smallest_input_that_fails(double, answer, words):
    message = double.check(answer, time_limit=LIMIT).message
    assert "[1, 2]" in message and "an array of the shape (2,)" in message
    assert words in message


def test_a_list_of_another_length_is_no_tuple_by_mistake():
    assert "It has the shape (4,); (3,) was expected." in ch01.by_hand.check((1, 2, 3, 4)).message


def test_what_is_asked_is_said_whether_it_is_one_thing_or_several(double):
    message = replace(double, expects=lambda z: "two numbers, each twice,").check(lambda z: "text").message
    assert message.startswith("For `[1, 2]` the check expects two numbers, each twice. What came back")


# Blank answers --------------------------------------------------------------------------------------------------------


def with_docstring(z):
    """A docstring."""
    ...


def with_pass(z):
    pass


def returns_none(z):
    return None


def only_assigns(z):
    result = 2 * z  # noqa: F841


@pytest.mark.parametrize("answer", [..., with_docstring, with_pass], ids=["dots", "docstring", "pass"])
def test_a_blank_answer_is_not_attempted(double, answer):
    assert double.check(answer).status == "not attempted"


@pytest.mark.parametrize("body", ["...", "pass", "'''A docstring.'''\n    ..."])
def test_a_blank_function_without_source_is_not_attempted(double, body):
    namespace = {}
    exec(f"def answer(z):\n    {body}", namespace)
    assert double.check(namespace["answer"]).status == "not attempted"


@pytest.mark.parametrize("answer", [returns_none, only_assigns, lambda z: print(2 * z)])
def test_a_function_that_returns_nothing_was_attempted(double, answer):
    assert double.check(answer).mistake == "nothing returned"


# Recognising ----------------------------------------------------------------------------------------------------------


def test_a_mistake_is_explained_with_the_readers_own_result(double):
    verdict = double.check(lambda z: z * 0.5)
    assert verdict == Verdict("incorrect", "You return half of `[4]`, `[2]`.", "half", hints=double.hints)
    assert repr(verdict) == "Not yet: half. You return half of `[4]`, `[2]`."
    assert "<strong>Not yet: <em>half</em>.</strong>" in verdict._repr_html_()


def test_asterisks_stress_words_and_stay_in_code():
    verdict = Verdict("incorrect", "That is *not* the product `x**2 * y`.")
    assert repr(verdict) == "Not yet. That is not the product `x**2 * y`."
    assert "<em>not</em> the product <code>x**2 * y</code>" in verdict._repr_html_()


def test_hints_lie_folded_below_each_inside_the_fold_of_the_one_before(double):
    html = double.check(lambda z: z * 0.5)._repr_html_()
    assert re.findall(r"<details>|</details>|Which number|Multiply it", html) == [
        "<details>", "Which number", "<details>", "Multiply it", "</details>", "</details>"
    ]  # fmt: skip
    assert 'role="status"' in html
    assert "<details>" not in double.check(lambda z: z * 2)._repr_html_()


def test_a_name_that_rests_on_one_probe_says_so(double):
    verdict = double.check(lambda z: z / 2 if z.ndim == 1 else z + 1)
    assert (verdict.mistake, verdict.is_certain) == ("half", False)
    assert repr(verdict).startswith("Not yet: this looks like half.")


def test_zeros_on_one_probe_name_nothing(double):
    double.bank.add("zeros", "You return {output} for {input}.", lambda z: 0 * z, example=(np.array([1.0, 2.0]),))
    assert double.check(lambda z: 0 * z).mistake == "zeros"
    assert double.check(lambda z: 0 * z if z.shape == (2,) else z).mistake is None


def test_rounding_errors_do_not_lose_a_name(double):
    """Two ways to write one formula differ by what cancels in them, also where the result is 0."""
    cancelling = replace(double, scale=lambda z: float(np.max(np.abs(z))))
    assert cancelling.check(lambda z: z / 2 + 1e-16).mistake == "half"


def test_any_rounding_is_named_and_shown_where_it_fails_first(double):
    thirds = replace(double, reference=lambda z: z / 3)
    verdict = thirds.check(lambda z: np.round(z / 3, 3))
    assert verdict.mistake == "rounded" and verdict.message.startswith("You round the result: `[0.333, 0.667]` for")
    assert replace(thirds, rtol=1e-2).check(lambda z: np.round(z / 3, 7)).status == "correct"
    assert replace(thirds, rtol=1e-9).check(lambda z: np.round(z / 3, 6)).mistake == "rounded"
    assert thirds.check(lambda z: z / 3 + 1e-3).mistake is None
    whole = replace(double, reference=np.sign)
    assert "rounded" not in {mistake.name for mistake in whole.mistakes}


def test_what_a_mistake_explains_less_than_half_of_is_not_called_by_its_name(double):
    assert double.check(lambda z: z / 2 if z.shape == (2,) else z + 1).mistake is None


def test_an_input_close_to_a_whole_number_is_not_written_as_that(double):
    number = replace(double, probes=lambda rng: [(1 - 1e-9,)], expects=lambda z: "a number")
    assert "For `0.999999999` the" in number.check(lambda z: 3 * z).message


def test_a_list_of_one_part_has_no_others_and_parts_of_parts_are_told_apart(double):
    pairs = replace(double, reference=lambda z: ((z, 2 * z),))
    message = pairs.check(lambda z: ((z, 3 * z),)).message
    assert "part number 1 of 1" not in message
    assert "Look at part number 2 of 2 (the others are right)." in message
    three = replace(double, reference=lambda z: ((z, z), (z, z)))
    message = three.check(lambda z: ((z, z + 1), (z, z))).message
    assert "Look at part number 1 of 2 (the others are right). In it, look at part number 2 of 2" in message


def test_what_the_answer_raised_is_told_beside_the_name(double):
    named = Bank([Mistake("division", "You divide.", recognise=lambda seen: bool(seen.results[0].problem))])
    message = replace(double, bank=named).check(lambda z: 1 / 0).message
    assert message == "You divide. Your answer raised ZeroDivisionError: division by zero."


def test_of_a_large_array_one_wrong_row_is_shown(double):
    large = replace(double, probes=lambda rng: [(np.arange(30.0).reshape(10, 3),)])

    def wrong_in_one_row(z):
        result = 2 * z
        result[6, 1] = 0.5
        return result

    assert "Row 7 of 10 is `[36, 0.5, 40]`." in large.check(wrong_in_one_row).message


def test_only_arguments_that_are_required_are_counted(double):
    optional = replace(double, reference=lambda z, factor=2: factor * z)
    assert "It is called with 1 argument here." in optional.check(lambda: 1).message


def test_calls_that_are_slow_together_are_told_so(double):
    def slow(z):
        time.sleep(0.5 * LIMIT)
        return 2 * z

    message = double.check(slow, time_limit=LIMIT).message
    assert "did not end within 0.2 seconds, all 3 inputs together" in message


def test_an_example_on_which_the_answer_is_right_gives_way_to_one_that_fails(double):
    def square(z):
        return z**2

    double = replace(
        double, bank=bank(Mistake("square", "You square {input}: {output}.", (square,), (np.array([2.0]),)))
    )
    message = double.check(square).message
    assert "For `[1, 2]`" in message and "Your answer: `[1, 4]`." in message
    assert message.endswith("It goes wrong as in a known mistake, *square*.")


def test_two_mistakes_at_once_are_named_by_the_smallest_input(double):
    answer = lambda z: z / 2 if z.ndim == 1 else z + 1  # noqa: E731
    assert double.check(answer).mistake == "half"


def test_an_answer_that_only_coincides_with_a_mistake_where_it_fails_is_not_named(double):
    """Half of 4 is 4 − 2; but on the smaller input before it this answer is right, and half of it is not."""
    double = replace(double, probes=lambda rng: [(np.array([1.0, 2.0]),), (np.array([4.0]),)])
    answer = lambda z: z - 2 if z[0] == 4 else 2 * z  # noqa: E731
    verdict = double.check(answer)
    assert (verdict.status, verdict.mistake) == ("incorrect", None)


def test_a_mistake_that_raises_everywhere_does_not_name_every_answer_that_raises(double):
    double = replace(double, bank=bank(Mistake("no array", "Lists.", (lambda z: list(z) * 2.0,))))
    assert double.check(lambda z: list(z) * 2.0).mistake == "no array"
    assert double.check(lambda z: z + "text").mistake is None


def test_an_answer_that_only_resembles_a_mistake_is_not_named(double):
    assert double.check(lambda z: z / 2.01).mistake is None


def test_a_right_result_that_changes_its_input_is_rejected(double):
    def answer(z):
        z *= 2
        return z.copy()

    assert double.check(answer).mistake == "the input is changed"


def test_a_constant_function_reads_a_name_of_the_notebook(double):
    result = np.array([2.0, 4.0])
    exercise = ch01.first_softmax
    assert exercise.check(lambda z: exercise.reference(result)).mistake == "the argument is not used"


def test_the_tolerance_grows_with_the_declared_scale(double):
    answer = lambda z: 2 * z + 1e-4  # noqa: E731
    assert double.check(answer).status == "incorrect"
    double = replace(double, scale=lambda z: 100.0)
    assert double.check(answer).status == "correct"


def test_an_infinite_expected_value_is_matched_by_itself_alone(double):
    double = replace(double, reference=lambda z: np.where(z > 0, np.inf, z))
    double = replace(double, probes=lambda rng: [(np.array([1.0, -2.0]),)])
    assert double.check(lambda z: np.array([np.inf, -2.0])).status == "correct"
    assert double.check(lambda z: np.array([3.0, -2.0])).status == "incorrect"
    assert double.check(lambda z: np.array([-np.inf, -2.0])).status == "incorrect"


@pytest.fixture
def pair():
    """A small exercise whose result has two parts, looked at by a function of its own."""
    return Exercise(
        name="ch99.pair",
        asks="Sum and names.",
        reference=lambda z: (z.sum(), {"first": "a"}),
        probes=lambda rng: [(np.array([1.0, 2.0]),)],
        expects=lambda z: "a pair",
        hints=("One.", "Two."),
        alternatives=(),
        bank=Bank(),
        remark="Both.",
        observe=lambda answer, z: answer(z),
    )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda z: (1, 2, 3), "2 values in their order were asked for, and a tuple of the length 3 came"),
        (lambda z: {"sum": 3.0, "names": {"first": "a"}}, "and a dict came"),
        (lambda: 3.0, "It is called with 1 argument here."),
    ],
)
def test_another_form_of_the_result_or_of_the_function_is_told(pair, answer, words):
    assert words in pair.check(answer).message


def test_results_of_several_parts_are_compared_part_by_part(pair):
    assert pair.check(lambda z: [3.0, {"first": "a"}]).status == "correct"
    for wrong in (3.0, [3.0], [3.0, {"first": "b"}], [3.0, {"second": "a"}], [3.0, "a"], "ab", [2.0, {"first": "a"}]):
        assert pair.check(lambda z, wrong=wrong: wrong).status == "incorrect"


# Interrupts and threads -----------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="sends a POSIX signal")
@pytest.mark.parametrize("answer", [loops_for_ever, loops_and_swallows], ids=["loop", "loop that swallows"])
def test_stop_reaches_the_reader(double, answer):
    """The interrupt of the reader goes on, so that Run All ends."""
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        double.check(answer, time_limit=1.0)
    timer.join()


def test_an_interrupt_handler_of_the_caller_is_put_back(double):
    def handler(number, frame):
        pass

    former = signal.signal(signal.SIGINT, handler)
    try:
        double.check(interrupts_itself)
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, former)


@pytest.mark.parametrize("answer", [loops_for_ever, interrupts_itself, lambda z: 2 * z])
def test_a_check_works_in_a_second_thread(double, answer):
    """As on Windows, without timer signals."""
    verdicts = []
    thread = threading.Thread(target=lambda: verdicts.append(double.check(answer, time_limit=LIMIT)))
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    assert verdicts[0].status == ("incorrect" if answer in (loops_for_ever, interrupts_itself) else "correct")


TRACED = """
import sys, threading
from utils.checking.time_limit import run_guarded

def loops_for_ever():
    while True:
        pass

def enters_a_function():
    return int("1")

for call in (enters_a_function, loops_for_ever):
    thread = threading.Thread(target=run_guarded, args=(call, 0.1))
    thread.start()
    thread.join()
    sys.settrace(lambda frame, event, argument: None)
    enters_a_function()
    sys.settrace(None)
"""


def test_a_debugger_works_after_a_check_in_a_second_thread():
    """Python 3.11 hangs at the next function that is traced, when an exception sent to a thread was taken back."""
    subprocess.run([sys.executable, "-c", TRACED], cwd=ROOT, check=True, timeout=60)


# Help -----------------------------------------------------------------------------------------------------------------


def test_hints_come_one_by_one_and_the_last_one_stays(double):
    hints = [repr(double.hint()) for _ in range(3)]
    assert hints[0].startswith("Hint 1 of 2.") and "solution" not in hints[0]
    assert hints[1].startswith("Hint 2 of 2.") and "ch99.double.solution()" in hints[1]
    assert hints[2] == hints[1]


def test_the_solution_is_shown_after_an_attempt(double, tmp_path, monkeypatch):
    monkeypatch.setattr(session, "SOLUTIONS", tmp_path)
    assert "Try it first" in repr(double.solution())
    double.check(...)
    assert "Try it first" in repr(double.solution()), "a blank answer is no attempt"
    double.check(lambda z: z)
    assert "missing" in repr(double.solution())
    source = ["def double(z):\n", "    ### BEGIN SOLUTION\n", "    return 2 * z\n", "    ### END SOLUTION"]
    cells = [{"id": "ch99-double", "cell_type": "code", "source": source}]
    (tmp_path / "99_numbers.ipynb").write_text(json.dumps({"cells": cells}))
    assert double.solution().code == "def double(z):\n    return 2 * z"


CELLS = """
from IPython.testing.globalipapp import start_ipython
shell = start_ipython()
def run(cell):
    return repr(shell.run_cell(cell, store_history=True).result)
run("from utils.exercises import ch01")
run("def softmax(z):\\n    return z")
print("former:", run("ch01.softmax.check(softmax)"))
run("def softmax(z:\\n    return z")
print("after a cell that cannot be read:", run("ch01.softmax.check(softmax)"))
run("def softmax(z):\\n    return z")
print("after it was put right:", run("ch01.softmax.check(softmax)"))
run("1 / 0\\ndef softmax(z):\\n    return z")
print("after a cell that raised:", run("ch01.softmax.check(softmax)"))
print("another exercise:", run("ch01.by_hand.check(...)"))
"""


def test_a_check_after_a_cell_that_failed_says_that_it_judges_the_former_version(tmp_path):
    environment = os.environ | {"IPYTHONDIR": str(tmp_path)}
    command = [sys.executable, "-W", "ignore", "-c", CELLS]
    printed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    said = dict(re.findall(r"^([a-z ]+): (.*)$", printed, re.MULTILINE))
    words = "The last run of the cell that writes `softmax` failed"
    assert {place: words in text for place, text in said.items()} == {
        "former": False,
        "after a cell that cannot be read": True,
        "after it was put right": False,
        "after a cell that raised": True,
        "another exercise": False,
    }


def test_try_yours_shows_what_the_last_answer_returns_and_never_fails(double):
    z = np.array([1.0, 3.0])
    assert "Your turn later" in repr(double.try_yours(z))
    double.check(lambda z: 3 * z)
    assert repr(double.try_yours(z)) == "Yours: `double([1, 3])` returns `[3, 9]`."
    double.check(lambda z: np.exp(1000 * z))
    assert "overflow" in repr(double.try_yours(z))
    double.check(lambda z: 1 / 0)
    assert "ZeroDivisionError" in repr(double.try_yours(z))


def test_messages_are_escaped_in_html():
    html = Verdict("incorrect", 'For `z < 1 & "x"` <script>alert(1)</script>')._repr_html_()
    assert "<script>" not in html
    assert "<code>z &lt; 1 &amp;" in html


def test_code_and_stress_are_marked_up():
    html = Verdict("incorrect", "the *last* axis of `a*b*c`")._repr_html_()
    assert "the <em>last</em> axis of <code>a*b*c</code>" in html


def test_a_wrong_pair_is_not_taken_for_an_argument_that_is_not_used():
    exercise = Exercise(
        name="ch99.pair",
        asks="Sum and double.",
        reference=lambda z: (z.sum(), 2 * z),
        probes=lambda rng: [(rng.normal(size=3),) for _ in range(4)],
        expects=lambda z: "a pair",
        hints=("One.", "Two."),
        alternatives=(),
        bank=Bank(),
        remark="Both.",
    )
    assert exercise.check(lambda z: (z.sum(), 3 * z)).mistake is None
    assert exercise.check(lambda z: (1.0, np.ones(3))).mistake == "the argument is not used"


def test_a_function_of_plain_numbers_has_no_input_to_change():
    exercise = Exercise(
        name="ch99.number",
        asks="Twice x.",
        reference=lambda x: 2 * x,
        probes=lambda rng: [(1.0,), (float(rng.normal()),)],
        expects=lambda x: "a number",
        hints=("One.", "Two."),
        alternatives=(),
        bank=Bank(),
        remark="Doubled.",
    )
    assert "the input is changed" not in [mistake.name for mistake in exercise.mistakes]


def test_of_several_results_the_wrong_one_is_named(double):
    double = replace(double, bank=Bank(), reference=lambda z: (z.sum(), z + z))
    verdict = double.check(lambda z: (z.sum(), z + z + 0.5))
    assert (
        "Look at part number 2 of 2 (the others are right). Its shape is right, its numbers are not." in verdict.message
    )
    assert "(it is not the only wrong one)" in double.check(lambda z: (z.max(), 3 * z + 1)).message


def test_of_several_words_the_wrong_one_is_not_told(double):
    double = replace(double, bank=Bank(), reference=lambda z: {"first": "softmax", "second": "sigmoids"})
    message = double.check(lambda z: {"first": "softmax", "second": "softmax"}).message
    assert "Not every part of it is right." in message and "part `second`" not in message


# Names of the first edition
# --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("networks", "reference"),
        ("losses", "reference"),
        ("calculus", "reference"),
        ("cross_entropy", "reference.cross_entropy"),
        ("exchange", "frameworks"),
    ],
)
def test_an_answer_that_uses_a_former_name_is_told_the_new_one(double, name, new):
    namespace = {}
    exec(f"def answer(z):\n    return {name}", namespace)
    message = double.check(namespace["answer"]).message
    assert f"NameError: name '{name}' is not defined (that name is `{new}` now)." in message


def test_an_unknown_name_is_an_unknown_name(double):
    assert "is not defined." in double.check(lambda z: undefined_name).message  # noqa: F821

"""The judge: holds what was seen of an answer against what is expected, names the mistake, and says it.

It accepts first and diagnoses after. Where all results agree with the reference, the answer is right, however it is
written. Otherwise the known mistakes are tried: one is recognised by a predicate, or by wrong code that gives the same
results as the answer on every probe. The judge works from observations and never calls the answer itself.
"""

import copy
import inspect
from collections import Counter

import numpy as np

from utils.checking.observing import UNREADABLE, Seen, look
from utils.checking.time_limit import TimeLimitExceeded, run_guarded
from utils.checking.values import agree, form_of, has_finite_numbers, leaves
from utils.checking.verdict import Verdict
from utils.checking.words import SHOWN_WHOLE, beside, fold, in_code, show

NOISE = 1e-6  # of the size of what cancels: two ways to write one formula differ by that, or by less

LEAVING = (
    "Your answer calls `exit()`, `quit()` or `sys.exit()`. In a script that ends the program; in a notebook it would "
    "end the kernel, and with it every variable of the cells above, so the check has stopped it. A function ends by "
    "itself after its last line, and `return` ends it earlier and hands a value back to the cell that called it. Take "
    "the call out. Where should the function end, and what should it return there?"
)


class Questions:
    """The probes of one check, with what is expected of them and what the known mistakes make of them.

    Several answers may be judged by the same questions; a sample then runs once on each probe, and only where one of
    them needs it.

    Attributes:
        exercise: what is asked.
        probes: tuples of inputs.
        expected: the value that the reference gives for each.
        forms: the form of that value, for each.
        late: how often a sample did not end, by its identity; once may be due to an import, at its first call.
    """

    def __init__(self, exercise, probes):
        self.exercise, self.probes = exercise, probes
        self.expected = [exercise.expect(inputs) for inputs in probes]
        self.forms = list(map(form_of, self.expected))
        self.late = Counter()
        self._of_samples = {}

    def of_sample(self, sample, place):
        """The result of a sample of a mistake on one probe."""
        key = (id(sample), place)
        if key not in self._of_samples:
            result = look(self.exercise, sample, self.probes[place], self.forms[place])
            self._of_samples[key] = result
        return self._of_samples[key]


def judge(exercise, answer, rng):
    """Judge an answer; ``rng`` is the generator that the probes are drawn from. See :func:`judge_by`."""
    if exercise.is_function and not answer.is_callable:
        return _not_callable(exercise, answer)
    return judge_by(Questions(exercise, exercise.probes(rng)), answer)


def _not_callable(exercise, answer):
    return Verdict(
        "incorrect",
        f"The check needs the function itself, `{exercise.answer_name}` without brackets, so that it can call it "
        f"with its own inputs. It was given {answer.kind}.",
    )


def judge_by(questions, answer):
    """Judge an answer by questions that are drawn already.

    Args:
        questions: the :class:`Questions` of its exercise.
        answer: an :class:`utils.checking.observing.Answer`, or another object with its methods.

    Returns:
        A :class:`Verdict`.
    """
    exercise = questions.exercise
    if exercise.is_function and not answer.is_callable:
        return _not_callable(exercise, answer)
    seen = _observe(questions, answer)
    wrong = next((place for place, right in enumerate(seen.right) if not right), None)
    if wrong is None and len(seen.results) == len(seen.probes):
        inputs = len(seen.probes)
        tested = f" Compared with the reference on {inputs} inputs." if inputs > 1 else ""
        return Verdict("correct", fold(exercise.remark) + tested)
    if any(result.problem == "SystemExit" for result in seen.results):
        return Verdict("incorrect", LEAVING, "exit()")
    mistake, is_certain = recognise(questions, seen, wrong)

    def message():
        if mistake is None:
            return describe(exercise, answer, seen, wrong)
        return explain(exercise, mistake, answer, seen, wrong)

    # What came back may be an object that cannot even be printed, so this is guarded, too. The answer may be called
    # once more inside of it, with its own limit.
    outcome = run_guarded(message, 2 * exercise.time_limit)
    fallback = f"What came back is {seen.results[wrong].kind}, which cannot be compared."
    return Verdict("incorrect", outcome.value or fallback, mistake and mistake.name, is_certain)


def observe(exercise, answer, probes):
    """Everything that there is to see of an answer on some probes."""
    return _observe(Questions(exercise, probes), answer)


def _observe(questions, answer):
    exercise, probes, expected = questions.exercise, questions.probes, questions.expected
    results = answer.observe(probes, questions.forms)
    right = [is_right(exercise, *parts) for parts in zip(probes, results, expected, strict=False)]
    return Seen(probes, results, expected, right, answer.names)


def is_right(exercise, inputs, result, expected):
    """Whether the result on one probe is the expected one."""
    if result.problem or result.changed:
        return False
    return agree(result.value, expected, exercise.rtol, exercise.scale(*inputs))


# Naming the mistake ---------------------------------------------------------------------------------------------------


def recognise(questions, seen, wrong):
    """The mistake that explains what was seen, or None; and whether that is certain.

    Three stages, the most certain first: a mistake of which a sample gives the same results on all probes; a mistake
    whose predicate holds; the one mistake of which a sample is like the answer up to the first probe that fails, gives
    the same finite result there, other than 0, and repeats at least half of all wrong results. Samples speak for
    mistakes without a predicate.

    Args:
        questions: what was asked, with the probes.
        seen: what was observed.
        wrong: the place of the first probe that fails.
    """
    exercise, candidates = questions.exercise, []
    for mistake in exercise.mistakes:
        if mistake.recognise is not None:
            continue
        for sample in mistake.samples:
            alike = agreeing(questions, sample, seen, wrong)
            if alike == len(seen.results):
                return mistake, True
            if alike > wrong and mistake not in candidates:
                candidates.append(mistake)
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and _holds(mistake.recognise, seen):
            return mistake, True
    value = seen.results[wrong].value  # zeros tell nothing: many mistakes lead to them
    speaks = exercise.named_by_one_probe and has_finite_numbers(value) and any(leaf.any() for _, leaf in leaves(value))
    if speaks and len(candidates) == 1 and repeats_half(questions, candidates[0], seen):
        return candidates[0], False
    return None, True


def repeats_half(questions, mistake, seen):
    """Whether one sample of a mistake gives at least half of the wrong results of an answer, failures included."""
    exercise, wrong = questions.exercise, [place for place, right in enumerate(seen.right) if not right]

    def repeats(sample):
        return 2 * sum(_repeats(questions, sample, seen, place, False) for place in wrong) >= len(wrong)

    def visit():
        with exercise.visit():
            samples = (sample for sample in mistake.samples if questions.late[id(sample)] <= 1)
            return any(map(repeats, samples))

    return bool(run_guarded(visit, exercise.time_limit, exercise.left_whole).value)


def _holds(predicate, seen):
    """Whether a predicate holds; one that cannot cope with what was seen does not."""
    try:
        return bool(predicate(seen))
    except Exception:
        return False


def agreeing(questions, sample, seen, wrong):
    """How many results of an answer a sample repeats. It stays a suspect only while it does, and is not run further.

    The probe that fails comes first, since it tells most; the others follow in their order.

    Returns:
        The number of agreeing results before the first that differs, counted from the smallest probe, or 0 where the
        probe that fails tells them apart.
    """
    if questions.late[id(sample)] > 1:
        return 0
    exercise = questions.exercise
    order = [wrong, *(place for place in range(len(seen.results)) if place != wrong)]
    nothing_but_failures = all(result.problem for result in seen.results)
    differs = []

    def visit():
        with exercise.visit():
            for place in order:
                if not _repeats(questions, sample, seen, place, nothing_but_failures):
                    differs.append(place)
                    return

    outcome = run_guarded(visit, exercise.time_limit, exercise.left_whole)
    if outcome.error is not None:  # it did not end, and tells nothing
        questions.late[id(sample)] += 1
        return 0
    if not differs:
        return len(seen.results)
    return differs[0] if differs[0] > wrong else 0


def _repeats(questions, sample, seen, place, in_words):
    """Whether a sample gives the result of an answer on one probe; see :func:`alike`."""
    noise = NOISE * questions.exercise.scale(*seen.probes[place])
    return alike(seen.results[place], questions.of_sample(sample, place), questions.exercise.rtol, noise, in_words)


def alike(one, other, rtol, scale, in_words):
    """Whether two results are the same, failures of the same kind included.

    Args:
        one: a result.
        other: another.
        rtol: relative tolerance.
        scale: two numbers are the same within ``rtol * (abs(one) + scale)``.
        in_words: whether failures have to agree in words: where there is nothing else, many answers raise one and the
            same exception.
    """
    if one.problem != other.problem or one.changed != other.changed:
        return False
    if one.problem:
        return one.detail == other.detail or not (in_words or one.problem == UNREADABLE)
    return agree(one.value, other.value, rtol, scale)


# Saying it ------------------------------------------------------------------------------------------------------------


def explain(exercise, mistake, answer, seen, wrong):
    """The explanation of a mistake, with its example worked by the answer that made it.

    The example is shown only with words that fit it: where the answer happens to be right there, the first probe that
    fails is described in its place. A mistake without an example is shown where it fails first. What the answer raised
    is always told.

    Args:
        exercise: what was asked.
        mistake: one of its mistakes.
        answer: the one that was judged.
        seen: what was observed of it.
        wrong: the place of the first probe that fails.
    """
    text, example = mistake.explanation, mistake.example or seen.probes[wrong]
    if "{output}" in text:
        expected, result = seen.expected[wrong], seen.results[wrong]
        if mistake.example:
            expected = exercise.expect(example)
            result = answer.observe([example], [form_of(expected)])[0]
        if is_right(exercise, example, result, expected):
            return f"{describe(exercise, answer, seen, wrong)} It goes wrong as in a known mistake, *{mistake.name}*."
        text = text.replace("{output}", _output(mistake, result, expected))
    text = text.replace("{input}", in_code(example))
    failure = seen.results[wrong]
    has_raised = failure.problem not in ("", UNREADABLE) and failure.raw is None and failure.detail.startswith("raised")
    return f"{text} Your answer {failure.detail}." if has_raised and failure.detail not in text else text


def _output(mistake, result, expected):
    """What an answer made of an example, in words."""
    if mistake.describe is not None and not result.problem:
        return mistake.describe(result.value)
    if mistake.describe is None and (result.raw is not None or result.problem in ("", UNREADABLE)):
        return f"`{beside(result.texts, expected)}`"
    return f"nothing, because it {result.detail}"


def describe(exercise, answer, seen, place):
    """What a reader is told about an unknown mistake: the smallest failing input, what was asked, what came."""
    inputs, result, expected = seen.probes[place], seen.results[place], seen.expected[place]
    given = in_code(inputs) if inputs else f"`{exercise.answer_name}`"
    asked = f"For {given} the check expects {fold(exercise.expects(*inputs)).rstrip(',')}"
    if result.problem == UNREADABLE:
        return f"{asked}. What came back could not be read as that: {result.detail}."
    if result.problem == TimeLimitExceeded.__name__ and place > 0:
        together = f"all {len(seen.probes)} inputs together"
        return f"Your answer {result.detail}, {together}. The last that it was given is {given}."
    if result.problem:
        return f"{asked}. Your answer {result.detail}.{_signature_help(exercise, answer, result)}"
    scale = exercise.scale(*inputs)
    is_one = not isinstance(expected, (tuple, dict)) and (inputs or np.ndim(expected) == 0)  # and no list to write down
    if result.kind == "a tuple" and is_one and result.value.shape != expected.shape:
        difference = "A comma between two values makes a tuple of them, and one thing was asked for."
    elif _asks_yes_or_no(exercise, inputs):
        is_one_of_them = np.ndim(result.value) == 0 and result.value in (0, 1)
        difference = "Here the other one of the two is right." if is_one_of_them else "It is neither of the two."
    else:
        difference = differences(result.value, expected, lambda one, other: agree(one, other, exercise.rtol, scale))
    return f"{asked}. Your answer: `{beside(result.texts, expected)}`. {difference}"


def _asks_yes_or_no(exercise, inputs):
    """Whether the reference answers True or False here, which are numbers to everybody else."""
    value = exercise.see(exercise.reference, copy.deepcopy(inputs)).value
    return isinstance(value, (bool, np.bool_))


def _signature_help(exercise, answer, result):
    """A sentence for a function that cannot take the arguments of the exercise."""
    parameters = inspect.signature(exercise.reference).parameters.values()
    count = sum(parameter.default is parameter.empty for parameter in parameters)
    if result.problem == "TypeError" and not answer.takes(count):
        return f" It is called with {count} argument{'s' if count != 1 else ''} here."
    return ""


def differences(value, expected, are_equal, look="Look"):
    """The first thing about a result that cannot be right, in words and without the expected numbers.

    Of words, such as the entries of a decision table, it does not say which one is wrong: with two words to choose from
    that would be the answer.
    """
    if isinstance(expected, (tuple, dict)):
        names = list(expected) if isinstance(expected, dict) else range(len(expected))
        wrong = [name for name in names if not are_equal(value[name], expected[name])]
        if isinstance(expected[wrong[0]], str):
            return "Not every part of it is right."
        part = differences(value[wrong[0]], expected[wrong[0]], are_equal, "In it, look" if len(names) > 1 else look)
        if len(names) == 1:
            return part
        first = f"`{wrong[0]}`" if isinstance(expected, dict) else f"number {wrong[0] + 1}"
        others = "the others are right" if len(wrong) == 1 else "it is not the only wrong one"
        return f"{look} at part {first} of {len(names)} ({others}). {part}"
    if isinstance(expected, str):
        return "It is another word than the one that was asked for."
    if value.shape != np.shape(expected):
        return f"It has the shape {value.shape}; {np.shape(expected)} was expected."
    if np.isnan(value).any() and not np.isnan(expected).any():
        return "It contains nan, which comes from an operation without a result, such as inf/inf or 0/0."
    if np.isinf(value).any() and not np.isinf(expected).any():
        return "It contains an infinite number, which comes from an overflow, a logarithm of 0 or a division by 0."
    if value.ndim == 0:
        return "It is another number."
    return "Its shape is right, its numbers are not." + _first_wrong_row(value, expected, are_equal)


def _first_wrong_row(value, expected, are_equal):
    """Of a large array the first row that is wrong, since a large array is not shown whole."""
    if value.size <= SHOWN_WHOLE:
        return ""
    rows = value.reshape(-1, value.shape[-1])
    truth = expected.reshape(rows.shape)
    place = next((place for place in range(len(rows)) if not are_equal(rows[place], truth[place])), 0)
    row = "" if len(rows) == 1 else f" Row {place + 1} of {len(rows)} is"
    return f"{row or ' It begins with'} `{show(rows[place][:SHOWN_WHOLE])}`."

"""What leaves an answer is plain data, and the judge needs nothing else."""

import ast
import inspect
import pickle
from dataclasses import replace

import numpy as np
import pytest

from utils.checking import Bank, Exercise, Observation, Seen, Unfit, judging
from utils.checking.observing import UNREADABLE, Answer, Result
from utils.checking.values import NUMBERS, WORD, agree, form_of, kind, leaves, pairs

MISTAKES = Bank()
MISTAKES.add("asked twice", "You ask twice.", recognise=lambda seen: seen.results[0].facts.get("calls") == 2)
MISTAKES.add(
    "a dict", "It returns {output}.", example=(1.0,), recognise=lambda seen: seen.results[0].problem == "a dict"
)


def calls_counted(answer, x):
    calls = []

    def ask():
        calls.append(1)
        return x

    result = answer(ask)
    if isinstance(result, dict):
        raise Unfit("a dict", "returned a dict", result, facts={"keys": list(result)})
    return Observation(result, {"calls": len(calls)})


EXERCISE = Exercise(
    name="ch99.asked",
    asks="Twice x.",
    reference=lambda ask: 2 * ask(),
    probes=lambda rng: [(1.0,), (float(rng.normal()),)],
    observe=calls_counted,
    expects=lambda x: "a number",
    hints=("One.", "Two."),
    alternatives=(),
    bank=MISTAKES,
    remark="Doubled.",
)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.zeros(1), "an ndarray"),
        (3, "an int"),
        (np.uint8(3), "a uint8"),
        (np.exp, "a ufunc"),
        ([1], "a list"),
        (np.ma.array([1]), "a MaskedArray"),
        (None, "None"),
    ],
)
def test_a_kind_has_the_article_that_is_spoken(value, words):
    assert kind(value) == words


def test_facts_tell_a_mistake_and_are_not_compared():
    assert EXERCISE.check(lambda ask: ask() * 2).status == "correct"
    assert EXERCISE.check(lambda ask: ask() + ask()).status == "correct"
    assert EXERCISE.check(lambda ask: ask() * ask() + 5).mistake == "asked twice"


def test_what_came_in_the_place_of_a_value_is_shown():
    verdict = EXERCISE.check(lambda ask: {"x": 1})
    assert (verdict.mistake, verdict.message) == ("a dict", "It returns `{'x': 1}`.")
    (result,) = Answer(EXERCISE, lambda ask: {"x": 1}).observe([(1.0,)], [NUMBERS])
    assert (result.problem, result.detail, result.facts) == ("a dict", "returned a dict", {"keys": ["x"]})


def test_a_judge_needs_no_answer_but_what_was_seen_of_it():
    """Results can travel: an answer may run in another process than its judge."""

    class Elsewhere(Answer):
        def observe(self, probes, forms):
            results = super().observe(probes, forms)
            return [Result(r.value, r.problem, r.detail, r.facts, r.changed, r.raw) for r in travelled(results)]

    def travelled(results):
        return pickle.loads(pickle.dumps(results))

    answer = Elsewhere(EXERCISE, lambda ask: ask() * ask() + 5)
    assert judging.judge(EXERCISE, answer, np.random.default_rng(0)).mistake == "asked twice"
    source = ast.parse(inspect.getsource(judging))
    called = {
        node.func.id for node in ast.walk(source) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert "answer" not in called and "_function" not in {
        node.attr for node in ast.walk(source) if isinstance(node, ast.Attribute)
    }


def test_names_that_an_answer_mentions_are_seen():
    assert "random" in Answer(EXERCISE, lambda ask: np.random.normal()).names  # noqa: NPY002
    assert Answer(EXERCISE, np.exp).names == frozenset()


def test_a_form_gives_no_numbers_and_no_words_away():
    value = {"cases": ("softmax", np.array([1.0, 2.0])), "sum": np.array(3.0)}
    assert form_of(value) == {"cases": (WORD, NUMBERS), "sum": NUMBERS}


def test_one_walk_finds_every_part():
    value = {"cases": ("softmax", np.array([1.0, 2.0])), "sum": np.array(3.0)}
    assert [path for path, _ in leaves(value)] == [("cases", 0), ("cases", 1), ("sum",)]
    assert pairs(value, {"cases": ("softmax",)}) is None
    assert agree(value, value, 0.0, 0.0)
    assert not agree(value, value | {"sum": np.array(4.0)}, 0.0, 0.0)
    assert not agree(value, {"cases": value["cases"]}, 0.0, 0.0)


@pytest.mark.parametrize("problem", [UNREADABLE, "ValueError"])
def test_nothing_is_told_from_other_failures(problem):
    assert not Result(problem=problem, detail="other words").is_nothing
    (result,) = Answer(EXERCISE, lambda ask: None).observe([(1.0,)], [NUMBERS])
    assert result.is_nothing


def test_what_was_seen_holds_no_answer():
    assert "answer" not in {field for field in Seen.__dataclass_fields__}


def test_several_answers_judged_by_the_same_questions_run_a_sample_once():
    calls = []

    def sample(ask):
        calls.append(ask())
        return ask() * ask() + 5

    bank = Bank()
    bank.add("asked twice and 5 more", "It returns {output}.", sample, example=(2.0,))
    exercise = replace(EXERCISE, bank=bank)
    questions = judging.Questions(exercise, exercise.probes(np.random.default_rng(0)))
    wrong = [judging.judge_by(questions, Answer(exercise, lambda ask: ask() * ask() + 5)) for _ in range(3)]
    assert {verdict.mistake for verdict in wrong} == {"asked twice and 5 more"}
    assert len(calls) == len(questions.probes)

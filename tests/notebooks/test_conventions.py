"""Eleven chapters are one book: each keeps the rules of ``conventions.py``, and every rule finds what breaks it."""

import copy
import functools

import pytest
from support import conventions
from support.sample_notebooks import SOFTMAX, cell, code, exercise, markdown, notebook, result

from utils.exercises import exercises_of
from utils.files import ROOT
from utils.notebooks.format import has_tag, read_notebook

SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
read = functools.cache(read_notebook)


def listed(problems):
    return "\n".join(map(str, problems))


@pytest.mark.parametrize("rule", conventions.ALL, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_chapter(path, rule):
    problems = rule(read(path), path.stem)
    assert not problems, listed(problems)


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_exercises_have_the_order_of_the_board(path):
    chapter = f"ch{path.stem[:2]}"
    cells = [cell.id for cell in read(path).cells if has_tag(cell, "exercise")]
    assert cells == [f"{chapter}-{exercise.answer_name}" for exercise in exercises_of(chapter)]


def test_every_link_between_notebooks_leads_somewhere():
    problems = conventions.dead_links({path.stem: read(path) for path in SOLUTIONS})
    assert not problems, listed(problems)


# The rules, each on a notebook that breaks it

PREDICTION = """The logits are 2.0, 1.0 and 0.1.

<div class="alert prediction" style="border: 1px solid #56B4E9; border-left-width: 6px; padding-bottom: 0">

**Predict.** Which probability grows most?

</div>"""
ANSWER = """<details><summary><b>Your prediction: which probability grows most?</b></summary>

No probability moves, because the factor cancels.

</details>

Only differences count."""
BREAK = """### Break it: no shift

<div class="alert break-it" style="border: 1px solid #E69F00; border-left-width: 6px; padding-bottom: 0">

The definition as it is written overflows.

</div>"""
EXERCISE = "### Exercise 1.1 · Softmax of a batch\n\nWrite `softmax`."


def tagged(source, identity, *tags):
    cell = markdown(source, identity)
    cell.metadata.tags = list(tags)
    return cell


def predicted(number):
    return [
        tagged(PREDICTION, f"topic-{number}-question", "prediction"),
        code("print(1)", f"topic-{number}", "hide-output"),
        tagged(ANSWER, f"topic-{number}-answer", "answer"),
    ]


def chapter():
    """A chapter that keeps all rules."""
    return notebook(
        markdown("# 1 · What softmax is\n\nSee the [glossary](00_start_here.ipynb#Glossary).", "title"),
        code("import numpy as np", "imports"),
        markdown(f"{conventions.SYMBOLS}| z | logits |\n\n</details>", "symbols"),
        code("figure", "figure", outputs=[result(text__html='<img alt="bars" src="data:,">')]),
        *[cell for number in range(8) for cell in predicted(number)],
        *[
            cell
            for number in range(3)
            for cell in (markdown(BREAK, f"b{number}"), code("1", f"break-{number}", "break-it"))
        ],
        markdown(EXERCISE, "exercise-softmax"),
        code("np.exp(1)", "powers"),
        *exercise("softmax", SOFTMAX),
        markdown("## What to keep\n\n| question | answer |", "recap"),
        code("solved(ch01)", "solved"),
        markdown(
            "## Where this comes from\n\n[Five sources](00_start_here.ipynb#The-five-sources).\n\n"
            "Next: [chapter 2](02_softmax_derivative.ipynb).",
            "origin",
        ),
    )


@pytest.mark.parametrize("rule", conventions.ALL, ids=lambda rule: rule.__name__)
def test_each_rule_lets_a_good_chapter_pass(rule):
    assert rule(chapter(), "01_a") == []


def without(identity):
    def change(made):
        made.cells = [cell for cell in made.cells if cell.id != identity]

    return change


def replaced(identity, old, new):
    def change(made):
        assert old in cell(made, identity).source
        cell(made, identity).source = cell(made, identity).source.replace(old, new)

    return change


def untagged(identity):
    def change(made):
        cell(made, identity).metadata.tags = []

    return change


def moved(identity, place):
    def change(made):
        taken = cell(made, identity)
        made.cells.remove(taken)
        made.cells.insert(place, taken)

    return change


BREACHES = [
    (conventions.number_of_predictions, untagged("topic-3-question")),
    (conventions.predictions_and_answers, untagged("topic-3-question")),
    (conventions.predictions_and_answers, untagged("topic-3")),
    (conventions.predictions_and_answers, untagged("topic-3-answer")),
    (conventions.predictions_and_answers, without("topic-3")),
    (conventions.predictions_and_answers, moved("topic-3", 30)),
    (conventions.predictions_and_answers, replaced("topic-3-question", "</div>", "</div>\n\nMore words.")),
    (conventions.predictions_and_answers, replaced("topic-3-question", "**Predict.** ", "")),
    (conventions.predictions_and_answers, replaced("topic-3-question", "prediction", "break-it")),
    (conventions.predictions_and_answers, replaced("topic-3-answer", "<details>", "Words.\n\n<details>")),
    (conventions.predictions_and_answers, replaced("topic-3-answer", "\n\n</details>", "")),
    (conventions.predictions_and_answers, replaced("topic-3-answer", "most?", "most")),
    (
        conventions.prompts_elsewhere,
        replaced("topic-3-question", "The logits", "**Before you run the cell:** the logits"),
    ),
    (conventions.prompts_elsewhere, replaced("recap", "question", "Predict: what")),
    (conventions.prompts_elsewhere, replaced("topic-3-answer", "Only", "Write your guess down. Only")),
    (conventions.breaks, untagged("break-1")),
    (conventions.breaks, replaced("b1", "### Break it: no shift", "### No shift")),
    (conventions.breaks, replaced("b1", "### Break it: no", "### Break it, no")),
    (conventions.breaks, replaced("b1", "### Break", "## Break")),
    (conventions.breaks, replaced("b1", "break-it", "prediction")),
    (conventions.breaks, replaced("b1", "<div", "Words first.\n\n<div")),
    (conventions.exercise_headings, replaced("exercise-softmax", "1.1", "1.2")),
    (conventions.exercise_headings, replaced("exercise-softmax", "###", "##")),
    (conventions.exercise_headings, replaced("exercise-softmax", " · ", ": ")),
    (conventions.exercise_headings, replaced("exercise-softmax", "\n\nWrite `softmax`.", "")),
    (conventions.exercise_headings, replaced("exercise-softmax", "### Exercise 1.1 · ", "**Exercise 1.1.** ")),
    (conventions.exercise_headings, without("ch01-softmax")),
    (conventions.folds, replaced("topic-3-answer", "</summary>\n", "</summary>")),
    (conventions.folds, replaced("topic-3-answer", "</details>", "")),
    (conventions.folds, replaced("b1", "\n\n</div>", "\n</div>")),
    (conventions.folds, replaced("recap", "question", "Things to find out")),
    (conventions.frame, without("symbols")),
    (conventions.frame, moved("symbols", 0)),
    (conventions.frame, without("solved")),
    (conventions.frame, moved("solved", 4)),
    (conventions.frame, replaced("recap", "What to keep", "Recap")),
    (conventions.frame, replaced("origin", "02_softmax_derivative.ipynb", "03_cost.ipynb")),
    (conventions.frame, replaced("title", "#Glossary", "")),
    (conventions.length, replaced("recap", "question", "word " * 5_000)),
    (conventions.first_picture, moved("figure", 20)),
    (conventions.language, replaced("recap", "question", "Whoever")),
    (conventions.language, replaced("recap", "question", "it stands in")),
    (conventions.language, replaced("recap", "question", "source 003")),
    (conventions.other_chapters_without_link, replaced("recap", "question", "as chapter 7 says")),
]


@pytest.mark.parametrize(
    ("rule", "change"), BREACHES, ids=[f"{rule.__name__}-{number}" for number, (rule, _) in enumerate(BREACHES)]
)
def test_each_rule_finds_what_breaks_it(rule, change):
    made = copy.deepcopy(chapter())
    change(made)
    assert rule(made, "01_a")


def test_chapter_0_needs_no_predictions_and_no_frame():
    bare = notebook(markdown("# Start here", "title"))
    assert [problem for rule in conventions.ALL for problem in rule(bare, "00_start_here")] == []


@pytest.mark.parametrize(
    "target",
    ["02_b.ipynb", "02_b.ipynb#Gone", "#Gone", "01_a.ipynb#one-thing", "02_b.ipynb#Gone-%C2%B7-here"],
)
def test_a_link_that_leads_nowhere_is_found(target):
    here = notebook(markdown(f"# A\n\n## One *thing*\n\n```\n# no heading\n```\n\nTo [it]({target}).", "a"))
    others = {"02_b": notebook(markdown("# B", "b"))} if target != "02_b.ipynb" else {}
    assert conventions.dead_links({"01_a": here} | others)


def test_links_that_lead_somewhere_are_left_alone():
    page = result(
        text__html='<a href="02_b.ipynb#Exercise-2.1-%C2%B7-A-%24">2.1</a><a href="02_b.ipynb#cell-id=b">b</a>'
    )
    here = notebook(
        markdown("# A\n\n## One *thing*\n\n[here](#One-thing), [b](02_b.ipynb), [web](https://x.org/a#b)", "a"),
        code("board()", "board", outputs=[page]),
    )
    there = notebook(markdown("### Exercise 2.1 · A $", "b"))
    assert conventions.dead_links({"01_a": here, "02_b": there}) == []


def test_a_link_in_what_a_board_shows_is_looked_at():
    board = code("board()", "board", outputs=[result(text__html='<a href="02_b.ipynb#Gone">2.1</a>')])
    assert conventions.dead_links({"01_a": notebook(board), "02_b": notebook(markdown("# B", "b"))})

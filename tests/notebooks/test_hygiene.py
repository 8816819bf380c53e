"""Every notebook keeps the rules of ``hygiene.py``, and every rule is shown to find what it forbids."""

import functools
import subprocess
import tomllib
from pathlib import Path

import pytest
from nbformat.v4 import new_output
from support import hygiene
from support.sample_notebooks import (
    BY_HAND,
    SOFTMAX,
    code,
    exercise,
    markdown,
    notebook,
    result,
    save,
    solution,
    stream,
)

from utils.files import ROOT
from utils.notebooks.build import build_all, build_chapter, main
from utils.notebooks.execute import WIDGET_VIEW
from utils.notebooks.format import notebook_text, read_notebook

SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
SOURCES = tomllib.loads((Path(__file__).parent / "sources.toml").read_text(encoding="utf-8")).get("number", [])

IN_SOLUTIONS = [
    hygiene.error_outputs,
    hygiene.counts_out_of_order,
    hygiene.foreign_kernel,
    hygiene.stored_widgets,
    hygiene.large_outputs,
    hygiene.machine_paths,
    hygiene.not_plain_python,
    hygiene.star_imports,
    hygiene.long_cells,
    hygiene.answers_read_elsewhere,
    hygiene.checks_of_other_exercises,
    hygiene.checks_not_passed,
    hygiene.silent_pictures,
    hygiene.loud_words,
]
IN_CHAPTERS = [
    hygiene.foreign_kernel,
    hygiene.machine_paths,
    hygiene.not_plain_python,
    hygiene.answers_read_elsewhere,
]

read = functools.cache(read_notebook)
every_solution = pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)


def listed(problems):
    return "\n".join(map(str, problems))


# The notebooks of the course


def test_there_are_solution_notebooks():
    assert SOLUTIONS, "the tests below have nothing to look at"


@every_solution
@pytest.mark.parametrize("rule", IN_SOLUTIONS, ids=lambda rule: rule.__name__)
def test_solution(path, rule):
    problems = rule(read(path))
    assert not problems, listed(problems)


@every_solution
@pytest.mark.parametrize("rule", IN_CHAPTERS, ids=lambda rule: rule.__name__)
def test_chapter_as_built(path, rule):
    problems = rule(build_chapter(read(path), path.stem))
    assert not problems, listed(problems)


@every_solution
def test_parts_of_a_chapter(path):
    problems = hygiene.missing_parts(read(path), path.stem)
    assert not problems, listed(problems)


@every_solution
def test_every_number_in_the_prose_was_printed(path):
    problems = hygiene.unprinted_numbers(read(path), path.stem, SOURCES)
    assert not problems, listed(problems)


def test_every_listed_source_is_complete_and_used():
    problems = hygiene.unused_sources({path.stem: read(path) for path in SOLUTIONS}, SOURCES)
    assert not problems, listed(problems)


@pytest.mark.skipif(not SOLUTIONS, reason="there is nothing to build from")
def test_the_chapters_are_fresh(capsys):
    assert main(["--check"]) == 0, capsys.readouterr().err


def stale_in_index(root, folder):
    """What git would commit in ``chapters/`` beside what the builder makes of the solutions that it would commit.

    A learner's answers are in no index, so this holds in every checkout.

    Args:
        folder: an empty folder to work in.
    """

    def git(*arguments):
        return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True).stdout

    def held(place):
        names = git("ls-files", "-z", "--", f"{place}/*.ipynb").decode().split("\0")
        return {Path(name).stem: git("show", f":{name}") for name in names if name}

    for name, content in held("solutions").items():
        (folder / f"{name}.ipynb").write_bytes(content)
    built = {name: notebook_text(chapter).encode() for name, chapter in build_all(folder).items()}
    chapters = held("chapters")
    return sorted(name for name in built | chapters if built.get(name) != chapters.get(name))


def test_what_git_holds_is_what_the_builder_writes(tmp_path):
    try:
        tracked = subprocess.run(["git", "ls-files", "solutions"], cwd=ROOT, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a git checkout")
    if b".ipynb" not in tracked:
        pytest.skip("git holds no solution notebook")
    stale = stale_in_index(ROOT, tmp_path)
    assert not stale, f"run `make chapters` and `git add solutions chapters`: {stale}"


# The rules, each on a notebook that breaks it


def shown(source="x", *outputs, **options):
    """A notebook of one executed cell."""
    return notebook(code(source, "cell", *options.get("tags", ()), outputs=outputs, count=1))


def html(text):
    return result(text__html=text, text__plain="a picture")


softmax, softmax_check = exercise("softmax", SOFTMAX)
by_hand, by_hand_check = exercise("by_hand", BY_HAND)
bare_kernel = notebook()
bare_kernel.metadata.kernelspec.name = "conda-env-me-py"
BREAKS = [
    (hygiene.error_outputs, shown("1/0", new_output("error", ename="ZeroDivisionError", evalue="", traceback=[]))),
    (hygiene.counts_out_of_order, notebook(code("1", "a", count=2), code("1", "b", count=3))),
    (hygiene.counts_out_of_order, notebook(code("1", "a", count=1), code("1", "b"))),
    (hygiene.foreign_kernel, bare_kernel),
    (hygiene.stored_widgets, shown("x", result(**{WIDGET_VIEW: {"model_id": "1"}}))),
    (hygiene.large_outputs, shown("x", stream("x" * 1_600_000))),
    (hygiene.machine_paths, shown("open('/home/me/x')")),
    (hygiene.machine_paths, shown("x", stream("File C:\\Users\\me\\x.py"))),
    (hygiene.machine_paths, shown("x", stream("/tmp/ipykernel_1/2.py:1: RuntimeWarning", "stderr"))),
    (hygiene.machine_paths, shown("x", html("<p>/root/.venv</p>"))),
    (hygiene.not_plain_python, shown("%matplotlib inline")),
    (hygiene.not_plain_python, shown("!pip install numpy")),
    (hygiene.not_plain_python, shown("%%time\nx = 1")),
    (hygiene.not_plain_python, shown("plt.plot(x);")),
    (hygiene.not_plain_python, shown("get_ipython().run_line_magic('time', 'x')")),
    (hygiene.star_imports, shown("from numpy import *")),
    (hygiene.long_cells, shown("\n\n".join(["x = 1"] * 19))),
    (hygiene.answers_read_elsewhere, notebook(softmax, code("print(softmax(z))", "later"))),
    (hygiene.answers_read_elsewhere, notebook(softmax, code("def f(z):\n    return softmax(z)", "later"))),
    (hygiene.answers_read_elsewhere, notebook(softmax, code("[softmax(z) for z in Z]", "later"))),
    (hygiene.answers_read_elsewhere, notebook(code("from scipy.special import softmax", "first"), softmax)),
    (hygiene.answers_read_elsewhere, notebook(by_hand, code("for by_hand in range(3):\n    pass", "later"))),
    (
        hygiene.answers_read_elsewhere,
        notebook(softmax, by_hand, code("ch01.softmax.check(by_hand)", "ch01-softmax-check", "check")),
    ),
    (
        hygiene.checks_of_other_exercises,
        notebook(code("ch01.softmax.check(softmax)", "ch01-first_softmax-check", "check")),
    ),
    (hygiene.checks_not_passed, shown("x", result(text__plain="Not yet. Each row"), tags=["check"])),
    (hygiene.checks_not_passed, shown("x", tags=["check"])),
    (hygiene.silent_pictures, shown("x", html('<img src="data:image/svg+xml;base64,AA==">'))),
    (hygiene.silent_pictures, shown("x", html('<p><img alt=" " src="x"></p>'))),
    (hygiene.silent_pictures, shown("x", result(image__png="AAAA"))),
    (hygiene.loud_words, notebook(markdown("This is *simply* the sum."))),
    (hygiene.loud_words, notebook(markdown("Obviously the sum is 1."))),
    (hygiene.loud_words, notebook(markdown("Well done!"))),
    (hygiene.loud_words, notebook(markdown("$x$ grows! And $y$ too."))),
]


@pytest.mark.parametrize(("rule", "bad"), BREAKS, ids=lambda value: getattr(value, "__name__", ""))
def test_each_rule_finds_what_it_forbids(rule, bad):
    assert rule(bad)


@pytest.mark.parametrize("rule", IN_SOLUTIONS, ids=lambda rule: rule.__name__)
def test_each_rule_lets_a_good_notebook_pass(rule):
    good = notebook(
        code("import numpy as np\nfrom utils import softmax as reference", "imports", count=1),
        code(softmax.source, softmax.id, "exercise", count=2),
        code(softmax_check.source, softmax_check.id, "check", count=3, outputs=[result(text__plain="Correct. x")]),
        code("def f(z, softmax):\n    return softmax(z)\nreference.softmax(2)", "local-names", count=4),
        code("x.softmax(softmax=1)\n'%d is 100%' % 3 != '!ls'", "percent", count=5, outputs=[stream("see utils/x.py")]),
        markdown(
            "![a picture](x!.png) `a != b` $K!$ in [words](https://x.org/home/!)\n\n```python\nassert a != b\n```"
        ),
        markdown("The obvious model. Simple code, and $$\\begin{cases}1! & a\\end{cases}$$ in display."),
        code(
            "picture",
            "picture",
            outputs=[html('<img alt="three bars" src="data:image/svg+xml;base64,L2hvbWUv/home/">')],
            count=6,
        ),
    )
    assert rule(good) == []


def test_parts_are_asked_of_numbered_chapters_only():
    bare = notebook(markdown("# Title"))
    assert len(hygiene.missing_parts(bare, "01_a")) == 2
    assert hygiene.missing_parts(bare, "00_start_here") == []
    boxes = [code("1", f"box-{number}", "break-it") for number in range(3)]
    whole = notebook(*boxes, markdown("## Where this comes from\n\n| a | b |"))
    assert hygiene.missing_parts(whole, "01_a") == []
    prose = notebook(*boxes, markdown("And where this comes from."))
    assert len(hygiene.missing_parts(prose, "01_a")) == 1


@pytest.mark.parametrize(
    ("prose", "printed"),
    [
        ("it is 0.659", "[0.659 0.242 0.099]"),
        ("it is 0.659", "0.6590"),
        ("it is 0.659,", "0.65900114"),
        ("`[0.659, 0.242]` in code", "[0.659001 0.2424]"),
        ("```\n0.659\n```", "0.659"),
        ("$$a_1 \\approx0.659$$", "0.659"),
        ("$0.659\\,001$ and 0.659\u2009001", "0.659001"),
        ("$-1.417$ and −1.417", "-1.41703"),
        ("$\\log a = - 1.417$", "[-1.41703]"),
        ("$0.659 - 0.242$, p-0.242, $e^{-0.659}$", "0.659 0.242 -0.659"),
        ("- 0.659 in a list", "0.659"),
        ("1.401e-45, $1.401 \\times 10^{-45}$, 1.401·10⁻⁴⁵", "1.401298464324817e-45"),
        ("$2{,}000.5$ and 2,000.5", "2000.5"),
        ("2.718… and 2.7182\\ldots", "2.7182818"),
        ("[a link](https://x.org/1.2345) and ![0.659](1.234.png)", "0.659"),
        ("it sums to 1.00", "1.00"),
    ],
)
def test_numbers_that_were_printed_are_found(prose, printed):
    assert hygiene.unprinted_numbers(notebook(markdown(prose), *shown("x", stream(printed)).cells), "01_a", []) == []


@pytest.mark.parametrize(
    ("prose", "printed"),
    [
        ("it is 0.658", "0.6590"),
        ("it is 0.6590", "0.659"),
        ("it is -0.659 or −0.659", "0.659"),
        ("it is 0.659", "-0.659"),
        ("`0.123` in code", ""),
        ("```\n0.123\n```", ""),
        ("$$\\frac{0.123}{2}$$", ""),
        ("$1.234 \\times 10^{-9}$", "1.234e-08"),
        ("65.9 %", "0.659"),
        ("2.719…", "2.7182818"),
        ("2.7183 without dots, 2.7182 with the wrong rounding", "2.71828"),
        ("[0.123](https://x.org)", ""),
        ("it sums to 1.00", "1"),
        ("In Keras 2.079 and in PyTorch 2.079", ""),
        ("with step 0.00123", ""),
        ("a value of 12.5", "x12.5"),
    ],
)
def test_numbers_that_were_not_printed_are_named(prose, printed):
    problems = hygiene.unprinted_numbers(notebook(markdown(prose), *shown("x", stream(printed)).cells), "01_a", [])
    assert problems


@pytest.mark.parametrize(
    "prose",
    [
        "fewer than three digits: 0.05, 1.5, 12, 2{,}000, 1e-6, $10^{-12}$, 0.5",
        "versions: Python 3.11 to 3.13, JupyterLab 4.6, nbval 0.11.0, NumPy ≥ 2.25, 127.0.0.1, Python3.11",
        "places: Exercise 10.1, exercises 10.2, 10.3 and 10.4, section 10.12\n\n## 10.2 Attention",
        "papers: arXiv:1706.03762, doi 10.1000/182, https://arxiv.org/abs/1706.03762",
    ],
)
def test_what_is_no_measured_number_is_left_alone(prose):
    assert hygiene.unprinted_numbers(notebook(markdown(prose)), "01_a", []) == []


def test_numbers_are_found_in_results_in_html_and_in_what_pictures_say():
    outputs = [
        result(text__plain="array([0.111])"),
        html('<table><td>0.222</td><td>0.333</td></table><img alt="bar of 0.444" src="data:,0.555">'),
    ]
    cells = shown("x", *outputs).cells
    assert hygiene.unprinted_numbers(notebook(markdown("0.111 0.222 0.333 0.444"), *cells), "01_a", []) == []
    assert hygiene.unprinted_numbers(notebook(markdown("0.555"), *cells), "01_a", [])


def test_a_quoted_number_needs_a_complete_entry_that_is_used():
    entry = {"value": "0.824", "notebook": "01_a", "source": "somebody", "claim": "accuracy"}
    prose = notebook(markdown("They report 0.824."))
    assert hygiene.unprinted_numbers(prose, "01_a", [entry]) == []
    assert hygiene.unprinted_numbers(prose, "02_b", [entry])
    assert hygiene.unused_sources({"01_a": prose}, [entry]) == []
    assert hygiene.unused_sources({"01_a": notebook(markdown("nothing"))}, [entry])
    assert hygiene.unused_sources({"01_a": prose}, [entry | {"claim": ""}])
    assert hygiene.unused_sources({"01_a": prose}, [entry | {"notebook": "03_gone"}])


def test_a_stale_chapter_in_the_index_is_named(tmp_path):
    root, folder = tmp_path / "course", tmp_path / "work"
    folder.mkdir()
    save(solution(), root / "solutions" / "01_a.ipynb")
    assert main([], root) == 0
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    subprocess.run(["git", "add", "--all"], cwd=root, check=True)
    assert stale_in_index(root, folder) == []
    chapter = root / "chapters" / "01_a.ipynb"
    chapter.write_bytes(chapter.read_bytes() + b"\n")
    assert stale_in_index(root, folder) == [], "what is not staged is a learner's, or not finished"
    subprocess.run(["git", "add", "--all"], cwd=root, check=True)
    assert stale_in_index(root, folder) == ["01_a"]

"""The conventions that make eleven chapters one book, as functions from a notebook to a list of problems.

Each takes a notebook and its name, such as ``01_softmax_definition``.
"""

import re
from urllib.parse import unquote

from support.hygiene import markdown_cells, outputs, without_links
from utils.display import COLOURS
from utils.exercises.places import plain
from utils.notebooks.format import has_tag

PREDICTIONS = range(8, 11)
MOST_WORDS = 5_000
FEWEST_BREAKS = 3
# No text is coloured, since JupyterLab's own colours for such boxes can hardly be read in its dark theme.
BOX = (
    r'<div class="alert {kind}" style="border: 1px solid {colour}; border-left-width: 6px; padding-bottom: 0">'
    r"\n\n(?P<inside>.+?)\n\n</div>"
)
QUESTION = re.compile(BOX.format(kind="prediction", colour=COLOURS[4]) + r"\s*\Z", re.DOTALL)
WARNING = re.compile(r"\s*" + BOX.format(kind="break-it", colour=COLOURS[1]), re.DOTALL)
ANSWER = re.compile(
    r"<details><summary><b>Your prediction: [^<]+\?</b></summary>\n\n(?P<inside>.+?)\n\n</details>", re.DOTALL
)
PROMPT = re.compile(r"\bPredict\b|\bBefore you run\b|\b[Ww]rite (?:down )?your guess\b")
FOREIGN = re.compile(r"\b(whoever|somebody|stands? in)\b", re.IGNORECASE)
HEADING = re.compile(r"^(#{1,6}) +(.+?)\s*$", re.MULTILINE)
EXERCISE = re.compile(r"Exercise (\d+)\.(\d+) · [^$]+")
LINK = re.compile(r"(?<!!)\[(?:[^\]\[]|\[[^\]]*\])*\]\(<?([^)\s>]+)>?\)")
SYMBOLS = "<details><summary><b>Symbols of this chapter</b></summary>\n\n"


def chapter_number(name):
    return int(name[:2])


def prose(cell):
    """A Markdown cell without blocks of code."""
    return re.sub(r"(?ms)^\s*(```+|~~~+).*?^\s*\1\s*$", "", cell.source)


def headings(cell):
    """Pairs of level and words."""
    return [(len(marks), words) for marks, words in HEADING.findall(prose(cell))] if is_markdown(cell) else []


def is_markdown(cell):
    return cell.cell_type == "markdown"


# Predictions


def number_of_predictions(notebook, name):
    """Eight to ten places where the answer surprises."""
    count = sum(has_tag(cell, "prediction") for cell in notebook.cells)
    return [] if count in PREDICTIONS or chapter_number(name) == 0 else [f"{count} predictions"]


def predictions_and_answers(notebook, name):
    """A prediction, the cells that reveal it, and one folded answer, in this order and with nothing between them."""
    problems, belonging, cells = [], set(), notebook.cells
    for place, cell in enumerate(cells):
        if not has_tag(cell, "prediction"):
            continue
        found = QUESTION.search(cell.source) if is_markdown(cell) else None
        if not found or not found["inside"].startswith("**Predict.** ") or "</div>" in found["inside"]:
            problems.append(f"{cell.id}: does not end in a box with **Predict.** and a question")
        end = place + 1
        while end < len(cells) and cells[end].cell_type == "code" and has_tag(cells[end], "hide-output"):
            end += 1
        if end == place + 1:
            problems.append(f"{cell.id}: the cell after it is no code cell with the tag hide-output")
        if end == len(cells) or not has_tag(cells[end], "answer"):
            problems.append(f"{cell.id}: no cell with the tag answer follows the cells that reveal it")
        elif not (is_markdown(cells[end]) and ANSWER.match(cells[end].source)):
            problems.append(f"{cells[end].id}: does not begin with the fold of an answer")
        belonging |= set(range(place, end + 1))
    return problems + [
        f"{cell.id}: belongs to no prediction"
        for place, cell in enumerate(cells)
        if place not in belonging and (has_tag(cell, "hide-output") or has_tag(cell, "answer"))
    ]


def prompts_elsewhere(notebook, name):
    """Words that ask for a prediction, where no prediction is."""
    problems = []
    for cell in markdown_cells(notebook):
        text = re.sub(HEADING, "", prose(cell))
        if has_tag(cell, "prediction"):
            text = QUESTION.sub("", text)
        problems += [f"{cell.id}: {found.group()!r}" for found in PROMPT.finditer(text)]
    return problems


# Boxes, exercises and folds


def breaks(notebook, name):
    """At least three, each below a heading and a box that says what is broken."""
    boxes = [cell for cell in notebook.cells if has_tag(cell, "break-it")]
    problems = (
        [f"{len(boxes)} cells with the tag break-it"] if chapter_number(name) > 0 and len(boxes) < FEWEST_BREAKS else []
    )
    last = ""
    for cell in notebook.cells:
        for level, words in headings(cell):
            last = words
            if words.lower().startswith("break it"):
                if level != 3 or not words.startswith("Break it: "):
                    problems.append(
                        f"{cell.id}: the heading {words!r} is not of the form '### Break it: what is broken'"
                    )
                below = cell.source.partition(words)[2]
                if not WARNING.match(below):
                    problems.append(f"{cell.id}: no box of the kind break-it follows {words!r}")
        if has_tag(cell, "break-it") and not last.startswith("Break it: "):
            problems.append(f"{cell.id}: below the heading {last!r}")
    return problems


def exercise_headings(notebook, name):
    """Each exercise has a heading of its own with its number and a title, and its statement below."""
    problems, open_heading, count = [], None, 0
    for cell in notebook.cells:
        for level, words in headings(cell):
            if words.startswith("Exercise"):
                open_heading = (level, words)
                if not cell.source.partition(words)[2].strip():
                    problems.append(f"{cell.id}: no statement below {words!r}")
        if is_markdown(cell) and re.search(r"\*\*Exercise \d", cell.source):
            problems.append(f"{cell.id}: an exercise that is no heading")
        if has_tag(cell, "exercise"):
            count += 1
            level, words = open_heading or (0, "")
            found = EXERCISE.fullmatch(words)
            if level != 3 or not found or (int(found[1]), int(found[2])) != (chapter_number(name), count):
                problems.append(
                    f"{cell.id}: below {words!r}, not '### Exercise {chapter_number(name)}.{count} · Title'"
                )
            open_heading = None
    return problems + ([f"{open_heading[1]!r} has no exercise"] if open_heading else [])


def folds(notebook, name):
    """What is opened is closed in the same cell, and blank lines let Markdown begin inside of it."""
    problems = []
    for cell in markdown_cells(notebook):
        text = prose(cell)
        for tag in ("details", "div", "summary"):
            if len(re.findall(rf"<{tag}\b", text)) != text.count(f"</{tag}>"):
                problems.append(f"{cell.id}: <{tag}> and </{tag}> do not match")
        problems += [
            f"{cell.id}: no blank line {where} {tag}"
            for pattern, where, tag in (
                (r"</summary>(?!\n\n)", "after", "</summary>"),
                (r"(?<!\n\n)</details>", "before", "</details>"),
                (r'<div class="alert[^>]*>(?!\n\n)', "after", "<div>"),
                (r"(?<!\n\n)</div>", "before", "</div>"),
            )
            if re.search(pattern, text)
        ]
        if re.search(r"\bthings to find out\b", text, re.IGNORECASE) and "<details>" not in text:
            problems.append(f"{cell.id}: things to find out without folded answers")
    return problems


# The whole


def frame(notebook, name):
    """What a chapter begins and ends with, in this order."""
    number = chapter_number(name)
    if number == 0:
        return []
    problems, identities = [], [cell.id for cell in notebook.cells]
    symbols = notebook.cells[identities.index("symbols")].source if "symbols" in identities else ""
    if not symbols.startswith(SYMBOLS) or identities.index("symbols") != identities.index("imports") + 1:
        problems.append("no folded table of symbols in a cell `symbols` after the cell `imports`")
    places = {
        words: place for place, cell in enumerate(notebook.cells) for level, words in headings(cell) if level == 2
    }
    recap = next((place for words, place in places.items() if words.startswith("What to keep")), None)
    origin = places.get("Where this comes from")
    board = next((place for place, cell in enumerate(notebook.cells) if cell.source == f"solved(ch{number:02})"), None)
    if None in (recap, board, origin) or not recap < board < origin:
        problems.append(f"not in this order: '## What to keep', solved(ch{number:02}), '## Where this comes from'")
    elif number < 10 and not re.search(
        rf"\]\({number + 1:02}_\w+\.ipynb\)", "\n".join(cell.source for cell in notebook.cells[origin:])
    ):
        problems.append("no link to the next chapter at the end")
    text = "\n".join(cell.source for cell in markdown_cells(notebook))
    problems += [
        f"no link to {target}"
        for target in ("00_start_here.ipynb#Glossary", "00_start_here.ipynb#The-five-sources")
        if f"]({target})" not in text
    ]
    return problems


def words_of(cell):
    """How many words a reader reads in a cell: tags of HTML are none."""
    return len(re.sub(r"<[^>\n]+>", "", cell.source).split())


def length(notebook, name):
    words = sum(map(words_of, markdown_cells(notebook)))
    return [f"{words} words"] if words > MOST_WORDS else []


def first_picture(notebook, name):
    """A view or a figure within the first tenth of the cells."""
    pictured = {cell.id for cell, output in outputs(notebook) if "<img" in output.get("data", {}).get("text/html", "")}
    first = next((place for place, cell in enumerate(notebook.cells) if cell.id in pictured), len(notebook.cells))
    late = 10 * first > len(notebook.cells) and chapter_number(name) > 0
    return [f"the first picture is cell {first} of {len(notebook.cells)}"] if late else []


def language(notebook, name):
    """Habits that a native editor takes out, and sources that a learner knows by their titles only."""
    problems = []
    for cell in markdown_cells(notebook):
        text = without_links(prose(cell))
        problems += [f"{cell.id}: {found.group()!r}" for found in FOREIGN.finditer(text)]
        problems += [f"{cell.id}: {found.group()!r}" for found in re.finditer(r"\bsource 00\d\b", text)]
    return problems


# Links


def anchors(notebook):
    """What an address may name in a notebook: its headings, as JupyterLab makes anchors of them, and its cells."""
    named = {plain(words).replace(" ", "-") for cell in notebook.cells for _, words in headings(cell)}
    return named | {f"cell-id={cell.id}" for cell in notebook.cells}


def links(notebook):
    """Pairs of a cell and the target of a link, in Markdown and in what boards show."""
    found = [(cell, target) for cell in markdown_cells(notebook) for target in LINK.findall(prose(cell))]
    pages = [(cell, output.get("data", {}).get("text/html", "")) for cell, output in outputs(notebook)]
    return found + [(cell, target) for cell, page in pages for target in re.findall(r'<a href="([^"]+)"', page)]


def dead_links(notebooks):
    """Links between notebooks that lead nowhere.

    Args:
        notebooks: notebooks by name.
    """
    known = {f"{name}.ipynb": anchors(notebook) for name, notebook in notebooks.items()}
    problems = []
    for name, notebook in notebooks.items():
        for cell, target in links(notebook):
            if re.match(r"https?://", target):
                continue
            file, _, anchor = target.partition("#")
            if (file or f"{name}.ipynb") not in known:
                problems.append(f"{name}, {cell.id}: there is no {file}")
            elif anchor and unquote(anchor) not in known[file or f"{name}.ipynb"]:
                problems.append(f"{name}, {cell.id}: {file} has no heading {unquote(anchor)!r}")
    return problems


def other_chapters_without_link(notebook, name):
    """A text that names another chapter links to it, once in a cell."""
    problems = []
    for cell in markdown_cells(notebook):
        text = re.sub(HEADING, "", prose(cell))
        linked = set(re.findall(r"\]\((\d\d)_\w+\.ipynb", text))
        named = {f"{int(number):02}" for number in re.findall(r"\b[Cc]hapter (\d+)\b", text)}
        problems += [f"{cell.id}: chapter {int(number)} is no link" for number in sorted(named - linked - {name[:2]})]
    return problems


ALL = (
    number_of_predictions,
    predictions_and_answers,
    prompts_elsewhere,
    breaks,
    exercise_headings,
    folds,
    frame,
    length,
    first_picture,
    language,
    other_chapters_without_link,
)

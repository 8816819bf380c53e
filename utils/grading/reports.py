"""What a run writes: the verdicts, what a class gets wrong, feedback for each student, and remarks."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from html import escape

from utils.checking.verdict import Note
from utils.display import COLOURS, QUIET, RULE
from utils.grading.sandbox import IN_WORDS
from utils.grading.texts import clean, file_name, table

HEADER = ("student", "exercise", "status", "mistake", "points")
ORDER = ("correct", "incorrect", "not attempted")
SHOWN_CODE = 2_000  # characters of an example
PRACTICE = (
    "These marks are for practice: the course holds right answers and hints, and everybody who studies with it can "
    "read them."
)
PROMISE = (
    "An exercise that asks for a function of numbers is never called correct without returning right numbers on "
    "inputs that were drawn after the answer was handed in. Values, models, trainings, and what was noticed while an "
    "answer ran are the word of the process that it ran in. Open use of the course's own functions is reported; hidden "
    "use is not found."
)


@dataclass
class Row:
    """The verdict that counts, of one student on one exercise.

    Attributes:
        student: the student.
        judged: a :class:`utils.grading.judging.Judged`.
        points: what it gives.
        most: what a right answer gives.
        reason: of an instructor who decided otherwise.
        is_decided: whether one did.
    """

    student: str
    judged: object
    points: float
    most: float
    reason: str = ""
    is_decided: bool = False


@dataclass
class Class:
    """Everything that a run knows.

    Attributes:
        rows: of all students and exercises, in their order.
        exercises: all exercises by name.
        level: of the walls.
        remarks: tuples of student, exercise or empty, and a sentence.
        hints: whether feedback shows hints.
    """

    rows: list
    exercises: dict
    level: str
    remarks: list = field(default_factory=list)
    hints: bool = True


def number(points):
    """Points as they are written: whole where they are."""
    return f"{points:.2f}".rstrip("0").rstrip(".") if points else "0"


def verdicts(graded):
    """The text of ``verdicts.csv``."""
    return table(
        HEADER,
        [
            (row.student, row.judged.exercise, row.judged.status, row.judged.mistake or "", number(row.points))
            for row in graded.rows
        ],
    )


def remarks(graded):
    """The text of ``remarks.csv``."""
    return table(("student", "exercise", "remark"), graded.remarks)


# Pages


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #1B1F24; background: #fff }}
body {{ margin: 2em auto; max-width: 52em; padding: 0 1em }}
pre {{ background: #F6F8FA; padding: 0.6em; overflow-x: auto }}
code {{ background: #F6F8FA }}
pre code {{ background: none }}
table {{ border-collapse: collapse; margin: 0.5em 0 }}
th, td {{ text-align: left; padding: 0.2em 0.8em 0.2em 0; border-bottom: 1px solid {rule}; vertical-align: top }}
td.number, th.number {{ text-align: right }}
.quiet {{ color: {quiet} }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def page(title, body):
    """A page of HTML that asks nothing of anybody."""
    return PAGE.format(title=escape(clean(title)), rule=RULE, quiet=QUIET, body=body)


def about(graded):
    """What every report says about itself, as HTML."""
    return (
        f'<p class="quiet">{escape(PRACTICE)}</p><p class="quiet">{escape(PROMISE)}</p>'
        f'<p class="quiet">Isolation, {escape(IN_WORDS[graded.level])}.</p>'
    )


def misconceptions(graded):
    """The page that says which mistakes a class makes."""
    students = {row.student for row in graded.rows}
    of_exercise = defaultdict(list)
    for row in graded.rows:
        of_exercise[row.judged.exercise].append(row.judged)
    parts = [f"<h1>What the class gets wrong</h1><p>{len(students)} students, {len(of_exercise)} exercises.</p>"]
    parts += [_overview(of_exercise), *(_of_exercise(name, judged) for name, judged in of_exercise.items())]
    return page("What the class gets wrong", "\n".join([*parts, "<hr>", about(graded)]))


def _overview(of_exercise):
    """A picture of all exercises, one bar each, with its numbers as text."""
    height, left, width = 26, 230, 420
    colours = {"correct": COLOURS[2], "incorrect": COLOURS[5], "not attempted": RULE}
    bars, said = [], []
    for place, (name, judged) in enumerate(of_exercise.items()):
        counts, x, top = Counter(one.status for one in judged), left, 34 + place * height
        bars.append(f'<text x="{left - 10}" y="{top + 15}" text-anchor="end">{escape(name)}</text>')
        for status in ORDER:
            share = counts[status] / len(judged) * width
            bars.append(
                f'<rect x="{x:.1f}" y="{top}" width="{share:.1f}" height="20" fill="{colours[status]}"/>'
                if share
                else ""
            )
            x += share
        words = f"{counts['correct']} of {len(judged)} correct, {counts['incorrect']} not yet"
        bars.append(f'<text x="{left + width + 10}" y="{top + 15}">{counts["correct"]} of {len(judged)}</text>')
        said.append(f"{name}: {words}, {counts['not attempted']} not attempted")
    legend = "".join(
        f'<rect x="{left + 140 * place}" y="6" width="14" height="14" fill="{colours[status]}"/>'
        f'<text x="{left + 140 * place + 20}" y="18">{status}</text>'
        for place, status in enumerate(ORDER)
    )
    text = escape(". ".join(said) + ".")
    size = f"{left + width + 90} {44 + height * len(of_exercise)}"
    return (
        f'<svg role="img" aria-label="{text}" viewBox="0 0 {size}" style="max-width: 100%" font-size="14" '
        f'font-family="system-ui, sans-serif"><title>Verdicts by exercise</title>{legend}{"".join(bars)}</svg>'
    )


def _of_exercise(name, judged):
    counts = Counter(one.status for one in judged)
    wrong = [one for one in judged if one.status == "incorrect"]
    parts = [
        f"<h2>{escape(name)}</h2><p>{counts['correct']} correct, {counts['incorrect']} not yet, "
        f"{counts['not attempted']} not attempted.</p>"
    ]
    if wrong:
        named = Counter(one.mistake for one in wrong)
        parts.append('<table><tr><th>mistake</th><th class="number">students</th><th>one of them</th></tr>')
        for mistake, count in sorted(named.items(), key=lambda pair: (-pair[1], str(pair[0]))):
            example = next((one for one in wrong if one.mistake == mistake and one.example), None)
            words = escape(mistake) if mistake else "<em>without a name</em>"
            parts.append(f'<tr><td>{words}</td><td class="number">{count}</td><td>{_example(example)}</td></tr>')
        parts.append("</table>")
    return "\n".join(parts)


def _example(judged):
    if judged is None:
        return '<span class="quiet">no code to show</span>'
    code = clean(judged.example)
    code = code if len(code) <= SHOWN_CODE else code[:SHOWN_CODE] + "\n…"
    return f"<details><summary>code</summary><pre><code>{escape(code)}</code></pre></details>"


# Feedback


def feedback(graded, student):
    """What a learner would have read in the notebook, as HTML and as Markdown."""
    rows = [row for row in graded.rows if row.student == student]
    points, most = sum(row.points for row in rows), sum(row.most for row in rows)
    title = clean(student)
    html = [f"<h1>{escape(title)}</h1><p>{number(points)} of {number(most)} points.</p>"]
    text = [f"# {_in_markdown(title)}", f"{number(points)} of {number(most)} points."]
    noted = defaultdict(list)
    for who, exercise, words in graded.remarks:
        if who == student:
            noted[exercise].append(words)
    html += [f"<p>{escape(words)}</p>" for words in noted[""]]
    text += [_in_markdown(words) for words in noted[""]]
    for row in rows:
        exercise = graded.exercises[row.judged.exercise]
        heading = f"{exercise.name}: {number(row.points)} of {number(row.most)}"
        note = _note(row.judged, exercise.hints if graded.hints else ())
        html += [f"<h2>{escape(heading)}</h2>", note._repr_html_()]
        text += [f"## {heading}", _note_in_markdown(note)]
        words = list(noted[exercise.name])
        if row.is_decided:
            words.append(f"Decided by your instructor: {row.reason or 'no reason given'}")
        html += [f'<p class="quiet">{escape(clean(one))}</p>' for one in words]
        text += [_in_markdown(clean(one)) for one in words]
    html += ["<hr>", about(graded)]
    text += ["---", PRACTICE, PROMISE, f"Isolation, {IN_WORDS[graded.level]}."]
    return page(title, "\n".join(html)), "\n\n".join(text) + "\n"


def _note(judged, hints):
    """A verdict as the notebook shows it; words of the answer lose their control characters."""
    verdict = replace(judged.verdict, message=clean(judged.message))
    note = verdict._note()
    return replace(note, hints=() if judged.status == "correct" else tuple(hints))


def _note_in_markdown(note: Note):
    heading = re.sub(r"\*(\w[^*]*)\*", r"\1", note.heading)
    parts = [f"**{_in_markdown(heading)}** {_in_markdown(note.text)}"]
    folded = ""
    for place, hint in reversed(list(enumerate(note.hints))):
        summary = "A hint" if place == 0 else "One more hint"
        folded = f"<details><summary>{summary}</summary>\n\n{_in_markdown(hint)}\n\n{folded}</details>\n"
    return "\n\n".join([*parts, folded.strip()] if folded else parts)


def _in_markdown(text):
    """Words of a stranger as Markdown that holds no HTML, no link and no picture of theirs; code stays code."""
    parts = clean(text).replace("\n", " ").split("`")
    if len(parts) % 2 == 0:  # a lone backtick
        parts = ["'".join(parts)]
    parts[::2] = [re.sub(r"([\\\[\]<>!#_|])", r"\\\1", words).replace("&", "&amp;") for words in parts[::2]]
    return "`".join(parts)


def files(graded):
    """All files of a run, by their path in the output folder."""
    written = {
        "verdicts.csv": verdicts(graded),
        "remarks.csv": remarks(graded),
        "misconceptions.html": misconceptions(graded),
    }
    taken = set()
    for student in dict.fromkeys(row.student for row in graded.rows):
        name = file_name(student, taken)
        taken.add(name.casefold())
        written[f"feedback/{name}.html"], written[f"feedback/{name}.md"] = feedback(graded, student)
    return written

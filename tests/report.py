"""What the checks are worth, in one table, and everything that they say, on one page: ``make report``.

The table counts, for each exercise, the right answers that are accepted, the wrong ones that are named, and what became
of the mutants. The page, ``.cache/diagnoses.md``, is there to be read by a person in one go.
"""

from pathlib import Path

from test_mutants import Attack, attack, right_answers

from utils.exercises import all_exercises
from utils.notebook_files import ROOT

PAGE = ROOT / ".cache" / "diagnoses.md"
COLUMNS = (
    "exercise",
    "right answers accepted",
    "mistakes named",
    "wrong answers",
    "mutants",
    "rejected",
    "equivalent",
    "holes",
)


def row(exercise):
    """One row of the table, as text, and the attack behind it (None for an exercise that asks for a value)."""
    accepted = sum(exercise.check(answer).status == "correct" for _, answer in right_answers(exercise))
    wrong = [(mistake, answer) for mistake in exercise.mistakes for answer in mistake.wrong]
    named = {mistake.name for mistake, answer in wrong if exercise.check(answer).mistake == mistake.name}
    found = attack(exercise) if exercise.is_function else Attack(exercise)
    mutants = found.killed + len(found.equivalent) + len(found.survivors)
    counts = (accepted, len(named), len(wrong), mutants, found.killed, len(found.equivalent), len(found.survivors))
    return (exercise.name, *map(str, counts)), found


def diagnoses(exercise):
    """All that a check says about the mistakes it knows, each worked by the first wrong answer of its kind."""
    yield f"## {exercise.name}\n\n{exercise.asks}\n"
    yield "Hints: " + " / ".join(exercise.hints) + "\n"
    for mistake in exercise.mistakes:
        if mistake.wrong:
            verdict = exercise.check(mistake.wrong[0])
            yield f"**{mistake.name}** ({len(verdict.message.split())} words). {verdict.message}\n"
    yield f"**Correct.** {exercise.remark}\n"


def main():
    """Print the table and write the page."""
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + " --- |" * len(COLUMNS))
    equivalent = []
    lines = ["# What the checks say\n"]
    totals = [0] * (len(COLUMNS) - 1)
    for exercise in all_exercises():
        cells, found = row(exercise)
        print("| " + " | ".join(cells) + " |", flush=True)
        totals = [total + int(cell) for total, cell in zip(totals, cells[1:], strict=True)]
        lines += diagnoses(exercise)
        equivalent += [f"- {exercise.name}: {change}" for change in found.equivalent]
        equivalent += [f"- HOLE {exercise.name}: {change}" for change in found.survivors]
    print("| all | " + " | ".join(map(str, totals)) + " |")
    lines += ["# Mutants that pass and make no difference\n", *equivalent]
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"\nEverything that the checks say stands in {Path(PAGE).relative_to(ROOT)}.")


if __name__ == "__main__":
    main()

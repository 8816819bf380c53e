"""What the checks are worth, in one table, and everything that they say, on one page: ``make report``.

The table counts, for each exercise, the right answers that are accepted, the wrong ones that are named, and what became
of the mutants and of answers that are wrong in one region of the domain alone. The page, ``.cache/diagnoses.md``, is
there to be read by a person in one go.
"""

import multiprocessing
import warnings
from concurrent.futures import ProcessPoolExecutor

from support.attack import Attack, attack, right_answers
from support.regions import is_rejected, regions_promised_to
from utils.exercises import all_exercises
from utils.files import ROOT
from utils.frameworks import set_environment

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
    "wrong under one condition",
    "always rejected",
)
CHECKS = 10  # of each answer that is wrong under one condition


def row(exercise, found):
    """One row of the table, as numbers behind the name of the exercise."""
    accepted = sum(exercise.check(answer).status == "correct" for _, answer in right_answers(exercise))
    wrong = [(mistake, answer) for mistake in exercise.mistakes for answer in mistake.samples]
    named = {mistake.name for mistake, answer in wrong if exercise.check(answer).mistake == mistake.name}
    mutants = found.killed + len(found.equivalent) + len(found.survivors)
    of_mutants = mutants, found.killed, len(found.equivalent), len(found.survivors)
    regions = regions_promised_to(exercise) if exercise.is_function else []
    rejected = sum(all(is_rejected(exercise, region) for _ in range(CHECKS)) for region in regions)
    return accepted, len(named), len(wrong), *of_mutants, len(regions), rejected


def diagnoses(exercise):
    """All that a check says about the mistakes it knows, each worked by the first wrong answer of its kind."""
    yield f"## {exercise.name}\n\n{exercise.asks}\n"
    yield "Hints: " + " / ".join(exercise.hints) + "\n"
    for mistake in exercise.mistakes:
        if mistake.samples:
            verdict = exercise.check(mistake.samples[0])
            yield f"**{mistake.name}** ({len(verdict.message.split())} words). {verdict.message}\n"
    yield f"**Correct.** {exercise.remark}\n"


def findings(name):
    """Row, diagnoses, and what the mutants left, for the exercise with this name. Runs in a process of its own."""
    warnings.simplefilter("ignore")
    (exercise,) = [exercise for exercise in all_exercises() if exercise.name == name]
    exercise.check(exercise.reference)
    found = attack(exercise) if exercise.is_function else Attack(exercise)
    left = [f"- {name}: {change}" for change in found.equivalent]
    left += [f"- HOLE {name}: {change}" for change in found.survivors]
    return row(exercise, found), list(diagnoses(exercise)), left


def main():
    """Print the table and write the page."""
    set_environment()
    names = [exercise.name for exercise in all_exercises()]
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + " --- |" * len(COLUMNS))
    totals, said, left = [0] * (len(COLUMNS) - 1), ["# What the checks say\n"], []
    # A new process for each exercise: every model that Keras has built stays in the memory of its process.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(mp_context=context, max_tasks_per_child=1) as pool:
        for name, (numbers, lines, changes) in zip(names, pool.map(findings, names), strict=True):
            print("| " + " | ".join([name, *map(str, numbers)]) + " |", flush=True)
            totals = [total + number for total, number in zip(totals, numbers, strict=True)]
            said += lines
            left += changes
    print("| all | " + " | ".join(map(str, totals)) + " |")
    said += ["# Mutants that pass and make no difference\n", *left]
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text("\n".join(said) + "\n", encoding="utf-8")
    print(f"\nEverything that the checks say stands in {PAGE.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()

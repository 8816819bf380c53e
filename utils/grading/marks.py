"""From verdicts to points: what each exercise is worth, parts for known mistakes, and what an instructor decides."""

import csv
import tomllib
from dataclasses import dataclass, field
from pathlib import Path


class MarksError(Exception):
    """Something in a file of the instructor that has to be put right, as a plain sentence."""


@dataclass
class Points:
    """What exercises are worth.

    Attributes:
        default: the points of an exercise that is not named.
        of: points by the name of the exercise.
        partial: the share of the points that an answer with a known mistake gets, by the name of the mistake.
        partial_of: the same for single exercises.
    """

    default: float = 1.0
    of: dict = field(default_factory=dict)
    partial: dict = field(default_factory=dict)
    partial_of: dict = field(default_factory=dict)

    def most(self, exercise):
        """The points of a right answer."""
        return float(self.of.get(exercise, self.default))

    def given(self, exercise, status, mistake, is_certain=True):
        """The points of a verdict; a name that is only likely gives none."""
        if status == "correct":
            return self.most(exercise)
        if status != "incorrect" or mistake is None or not is_certain:
            return 0.0
        share = self.partial_of.get(exercise, {}).get(mistake, self.partial.get(mistake, 0.0))
        return self.most(exercise) * float(share)


def read_points(path, exercises):
    """The points in a TOML file; each exercise counts 1 where there is none.

    ``default = 1``, ``partial = {"no 1/m" = 0.5}``, and under ``[points]`` lines such as ``"ch01.softmax" = 2`` or
    ``"ch04.gradients" = {points = 3, partial = {"no 1/m" = 0.8}}``.

    Args:
        path: the file, or None.
        exercises: all exercises by name, to find slips of the pen.

    Raises:
        MarksError: what in it cannot be right.
    """
    points = Points()
    if path is None:
        return points
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MarksError(f"{path} cannot be read ({error}).") from error
    for key in content.keys() - {"default", "partial", "points"}:
        raise MarksError(f"{path}: there is no setting {key!r}; it knows default, partial and points.")
    every = {mistake.name for exercise in exercises.values() for mistake in exercise.mistakes}
    points.default = _number(path, "default", content.get("default", 1))
    points.partial = _shares(path, content.get("partial", {}), every)
    for name, value in content.get("points", {}).items():
        if name not in exercises:
            raise MarksError(f"{path}: there is no exercise {name!r}.")
        if isinstance(value, dict):
            known = {mistake.name for mistake in exercises[name].mistakes}
            points.partial_of[name] = _shares(path, value.get("partial", {}), known)
            value = value.get("points", points.default)
        points.of[name] = _number(path, name, value)
    return points


def _number(path, name, value):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e6:
        raise MarksError(f"{path}: {name} should be a number from 0, and is {value!r}.")
    return float(value)


def _shares(path, shares, known):
    for mistake, share in shares.items():
        if mistake not in known:
            raise MarksError(f"{path}: no exercise knows a mistake {mistake!r}.")
        if not 0 <= _number(path, mistake, share) <= 1:
            raise MarksError(f"{path}: the part for {mistake!r} is a share from 0 to 1.")
    return {mistake: float(share) for mistake, share in shares.items()}


@dataclass(frozen=True)
class Override:
    """What an instructor decided on one exercise of one student."""

    points: float
    reason: str


def read_overrides(path, exercises):
    """Decisions by student and exercise, from a CSV with the columns student, exercise, points, reason.

    Raises:
        MarksError: what in it cannot be right, with its line.
    """
    if path is None or not Path(path).exists():
        return {}
    found = {}
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"student", "exercise", "points"} <= set(reader.fieldnames or ()):
            raise MarksError(f"{path} needs the columns student, exercise, points and reason.")
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if row["exercise"] not in exercises:
                raise MarksError(f"{where}: there is no exercise {row['exercise']!r}.")
            try:
                points = float(row["points"])
            except (TypeError, ValueError):
                raise MarksError(f"{where}: {row['points']!r} is no number of points.") from None
            found[row["student"], row["exercise"]] = Override(points, (row.get("reason") or "").strip())
    return found

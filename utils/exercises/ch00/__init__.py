"""Chapter 0, the start: one exercise that shows how exercises work."""

from utils.exercises.ch00.e1_warm_up import warm_up

EXERCISES = (warm_up,)

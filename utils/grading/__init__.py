"""A class: a folder of submissions becomes verdicts. Run as ``python -m utils.grading``."""

"""The engine of the checks."""

from utils.checking.engine import Exercise, Mistake, Note, Seen, Verdict

__all__ = ["Exercise", "Mistake", "Note", "Seen", "Verdict"]

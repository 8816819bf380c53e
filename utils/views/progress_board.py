"""The progress board: which exercises are solved, and which one comes next."""

from utils.display import COLOURS, INK, PAPER, QUIET, RULE
from utils.views.svg import circle, label, picture, polyline, quiet_label, rectangle

NAME = "board"
WIDTH = 720
ROW = 44  # pixels for a chapter
LEFT = 128  # where the first exercise of a chapter stands
STEP = 26
SOLVED = COLOURS[2]


def draw_progress_board(names, solved):
    """One row for each chapter, one dot for each exercise: filled with a tick when it is solved.

    Args:
        names: the names of all exercises, such as ``"ch01.softmax"``, in the order of the course.
        solved: the names of those that are solved; others in it are ignored.

    Returns:
        A picture whose text says the same, with the next exercise to do.
    """
    chapters = {}
    for name in names:
        chapters.setdefault(name.partition(".")[0], []).append(name)
    shapes, labels, sentences = [], [], []
    for row, (chapter, exercises) in enumerate(chapters.items()):
        middle = 26 + row * ROW
        number = int(chapter.removeprefix("ch"))
        done = [name for name in exercises if name in solved]
        labels.append(label((16, middle + 5), f"Chapter {number}", anchor="start"))
        for place, name in enumerate(exercises):
            centre = (LEFT + place * STEP, middle)
            shapes += _tick(centre) if name in solved else [circle(centre, 9, PAPER, stroke=QUIET, stroke_width=1.5)]
        labels.append(quiet_label((WIDTH - 16, middle + 4), f"{len(done)} of {len(exercises)} solved", anchor="end"))
        shapes += _bar(middle + 16, len(done) / len(exercises))
        sentences.append(f"Chapter {number}: {len(done)} of {len(exercises)} exercises solved.")
    upcoming = next((name for name in names if name not in solved), None)
    closing = f"Next: {upcoming}." if upcoming else "All exercises are solved."
    height = 26 + len(chapters) * ROW + 14
    labels.append(label((16, height - 14), closing, anchor="start"))
    return picture(NAME, "Progress board", WIDTH, height, shapes, labels, " ".join([*sentences, closing]))


def _tick(centre):
    """A filled dot with a tick: two signs for one thing, so that the colour is not the only one."""
    x, y = centre
    points = [(x - 4, y), (x - 1, y + 3.5), (x + 4.5, y - 3.5)]
    return [circle(centre, 9, SOLVED, stroke=INK, stroke_width=1), polyline(points, stroke=PAPER, stroke_width=2)]


def _bar(y, share):
    """A thin bar that fills from the left."""
    width = WIDTH - 32
    return [rectangle(16, y, width, 3, RULE), rectangle(16, y, width * share, 3, SOLVED)]

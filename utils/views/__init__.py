"""Interactive views: each is a pure drawing, from numbers to a picture, and a shell of controls around it."""

from utils.views.progress_board import draw_progress_board
from utils.views.simplex import draw_simplex, simplex
from utils.views.softmax_bars import draw_softmax_bars, softmax_bars

__all__ = ["draw_progress_board", "draw_simplex", "draw_softmax_bars", "simplex", "softmax_bars"]

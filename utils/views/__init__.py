"""Interactive views: each is a pure drawing, from numbers to a picture, and a shell of controls around it."""

from utils.views.chosen_points_view import chosen_points, draw_chosen_points
from utils.views.decision_regions_view import decision_regions, draw_decision_regions
from utils.views.digit_browser_view import digit_browser, draw_digit_browser
from utils.views.exponential_ruler_view import draw_exponential_ruler, exponential_ruler
from utils.views.jacobian_heatmap_view import draw_jacobian_heatmap, jacobian_heatmap
from utils.views.loss_against_gap_view import draw_loss_against_gap, loss_against_gap
from utils.views.progress_board import draw_progress_board
from utils.views.push_and_pull_view import draw_push_and_pull, push_and_pull
from utils.views.sharpness_view import draw_sharpness, sharpness
from utils.views.simplex_view import draw_simplex, simplex
from utils.views.softmax_and_sigmoids_view import draw_softmax_and_sigmoids, softmax_and_sigmoids
from utils.views.softmax_bars_view import draw_softmax_bars, softmax_bars
from utils.views.training_progress import TrainingProgress

__all__ = [
    "TrainingProgress",
    "chosen_points",
    "decision_regions",
    "digit_browser",
    "draw_chosen_points",
    "draw_decision_regions",
    "draw_digit_browser",
    "draw_exponential_ruler",
    "draw_jacobian_heatmap",
    "draw_loss_against_gap",
    "draw_progress_board",
    "draw_push_and_pull",
    "draw_sharpness",
    "draw_simplex",
    "draw_softmax_and_sigmoids",
    "draw_softmax_bars",
    "exponential_ruler",
    "jacobian_heatmap",
    "loss_against_gap",
    "push_and_pull",
    "sharpness",
    "simplex",
    "softmax_and_sigmoids",
    "softmax_bars",
]

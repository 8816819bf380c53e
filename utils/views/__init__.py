"""Interactive views: a picture that follows its controls, drawn by a JavaScript file in ``js/``, alive without a
kernel.
"""

from utils.views.board import chapter_board, progress_board
from utils.views.digits import digit_browser
from utils.views.points import chosen_points
from utils.views.regions import decision_regions
from utils.views.training_progress import TrainingProgress
from utils.views.view import View

__all__ = [
    "TrainingProgress",
    "chapter_board",
    "chosen_points",
    "decision_regions",
    "digit_browser",
    "exponential_ruler",
    "jacobian_heatmap",
    "loss_against_gap",
    "progress_board",
    "push_and_pull",
    "sharpness",
    "simplex",
    "softmax_and_sigmoids",
    "softmax_bars",
]


def softmax_bars(only_logits=False):
    """Chapter 1: four logits, their powers of e and their softmax, with a common shift and a temperature.

    Args:
        only_logits: whether there are sliders of the logits only, as at the start of the chapter.
    """
    return View("softmax_bars", {"only_logits": True} if only_logits else None)


def simplex():
    """Chapter 1: three probabilities as a point of a triangle, and the path on which the temperature moves it."""
    return View("simplex")


def jacobian_heatmap():
    """Chapter 2: the derivatives of four probabilities for four logits."""
    return View("jacobian_heatmap")


def push_and_pull():
    """Chapter 3: loss and gradient of three logits, and what steps of gradient descent make of them."""
    return View("push_and_pull")


def softmax_and_sigmoids():
    """Chapter 5: the softmax and the sigmoids of the same four logits, with a threshold."""
    return View("softmax_and_sigmoids")


def exponential_ruler():
    """Chapter 6: where the exponentials of four number formats end."""
    return View("exponential_ruler")


def loss_against_gap():
    """Chapter 6: loss and gradient against the gap, computed in several ways."""
    return View("loss_against_gap")


def sharpness():
    """Chapter 10: how much of the weight the leading one of n items gets."""
    return View("sharpness")

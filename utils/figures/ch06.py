"""Figures of chapter 6, numbers that break."""

import ml_dtypes
import numpy as np

from utils.display import COLOURS, INK, QUIET
from utils.figures.plot import STYLES, Plot, new_figure
from utils.reference import cost_gradient, softmax

FORMATS = (np.float16, ml_dtypes.bfloat16, np.float32, np.float64)


def range_and_precision():
    """For four formats, which sizes of numbers they hold and how far apart, relative to their size, neighbours lie."""
    figure, (panel,) = new_figure(7, 3.0)
    said = []
    for dtype, colour, style in zip(FORMATS, COLOURS, STYLES, strict=False):
        numbers = ml_dtypes.finfo(dtype)
        smallest, normal, largest = (
            float(value) for value in (numbers.smallest_subnormal, numbers.smallest_normal, numbers.max)
        )
        # Below the smallest normal number the distance stays the same, so relative to the number it grows up to 1.
        ends = np.log10([smallest, normal, largest])
        panel.plot(ends, np.log10([1.0, float(numbers.eps), float(numbers.eps)]), style, color=colour, linewidth=2)
        name = str(numbers.dtype)
        place, side = (ends[2], "left") if dtype in (np.float16, np.float64) else (ends[1], "right")
        offset = {"float16": (6, -3), "bfloat16": (-14, -12), "float32": (-14, -12), "float64": (-60, 7)}[name]
        panel.annotate(
            name, (place, np.log10(float(numbers.eps))), offset, textcoords="offset points", color=INK, ha=side
        )
        said.append(f"{name} from {normal:.0e} to {largest:.0e} with a step of {float(numbers.eps):.0e}")
    panel.set_xlabel("size of the number (power of ten)")
    panel.set_ylabel("relative step (power of ten)")
    panel.set_ylim(-17, 1)
    panel.set_yticks([0, -5, -10, -15])
    return Plot(
        figure,
        "Four lines, each level over the sizes of numbers that its format holds with all digits, and rising to the "
        f"left, where digits are lost. Lower means finer, wider means farther: {'; '.join(said)}. bfloat16 reaches as "
        "far as float32 and is the coarsest of all.",
    )


def gradient_when_right():
    """The relative error of two ways to compute p − 1 in float32, while the true class takes the lead."""
    gaps = np.arange(0.0, 25.01, 0.25)
    Z = np.stack([gaps, np.zeros_like(gaps)], axis=1).astype(np.float32)
    subtracted = softmax(Z)[:, 0] - np.float32(1)
    summed = cost_gradient(Z, np.zeros(len(Z), dtype=int))[:, 0] * len(Z)
    exact = -1 / (1 + np.exp(gaps))  # in float64, which is exact enough to judge float32

    def errors(values):
        return np.abs(values.astype(np.float64) / exact - 1)

    figure, (panel,) = new_figure(7, 2.9)
    panel.semilogy(gaps, np.maximum(errors(subtracted), 1e-9), STYLES[0], color=COLOURS[5], label="p − 1")
    panel.semilogy(
        gaps, np.maximum(errors(summed), 1e-9), STYLES[1], color=COLOURS[0], label="minus the other probabilities"
    )
    panel.axhline(1, color=QUIET, linewidth=0.8)
    panel.set_ylim(1e-9, 6)
    panel.set_xlabel("gap by which the true class leads")
    panel.set_ylabel("relative error")
    panel.legend(frameon=False, fontsize=9, loc="center right")
    fine = np.arange(16.0, 18.0, 0.01)
    is_zero = softmax(np.stack([fine, np.zeros_like(fine)], axis=1).astype(np.float32))[:, 0] == 1
    first = float(fine[is_zero][0])
    return Plot(
        figure,
        "Two curves over the gap from 0 to 25, in float32. The error of p − 1 grows with the gap, by a factor of e "
        f"for each unit, until the result is 0 from {first:.2f} on and the error is 1: nothing is right any more. The "
        f"error of minus the other probabilities stays below 1e-6 everywhere: {errors(summed).max() < 1e-6}.",
    )


def cost_of_a_shift(distances, errors):
    """The relative error that a rounded subtraction leaves in a power of e, against its distance from the maximum.

    Args:
        distances: how far each logit lies below the largest of its row, flat.
        errors: the relative errors of its power, in units of roundoff, flat.
    """
    figure, (panel,) = new_figure(7, 2.7)
    panel.plot(distances, errors, ".", color=COLOURS[0], markersize=2, rasterized=True)
    edges = np.array([0.5, 1, 2, 4, 8, 16, 32, 64])
    panel.step(edges, edges, where="post", color=COLOURS[5], linewidth=1.5, label="half a step of float32")
    panel.set_xlim(0, 41)
    panel.set_ylim(0, 36)
    panel.set_xlabel("distance from the largest logit")
    panel.set_ylabel("error, in u")
    panel.legend(frameon=False, fontsize=9, loc="upper left")
    bands = [
        f"{low:g} to {2 * low:g}: {errors[(distances >= low) & (distances < 2 * low)].max():.0f} u"
        for low in (2, 4, 8, 16)
    ]
    far = errors[distances >= 32].max()
    return Plot(
        figure,
        "Many dots below a staircase that doubles at 1, 2, 4, 8, 16 and 32. Largest error at distances of "
        f"{', '.join(bands)}, and from 32 on: {far:.0f} u.",
    )

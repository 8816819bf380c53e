"""Figures of chapter 2, the derivative of softmax."""

import numpy as np

from utils.display import COLOURS, INK, QUIET, with_minus
from utils.figures.plot import STYLES, Plot, new_figure
from utils.reference import softmax, softmax_jacobian


def push_one_logit(z, index):
    """All probabilities while one logit moves, with their tangents at its present value.

    Args:
        z: logits, shape (K,).
        index: the place of the logit that moves.
    """
    moving = np.linspace(z[index] - 4, z[index] + 4, 321)
    logits = np.repeat(z[None, :], len(moving), axis=0)
    logits[:, index] = moving
    curves, here, slopes = softmax(logits), softmax(z), softmax_jacobian(z)[:, index]
    figure, (panel,) = new_figure(7, 3.0)
    beside = np.array([-1.1, 1.1])
    for k in range(len(z)):
        name = with_minus(f"$a_{k}$, slope {slopes[k]:+.3f}")
        panel.plot(moving, curves[:, k], STYLES[k % 4], color=COLOURS[k], label=name)
        panel.plot(z[index] + beside, here[k] + slopes[k] * beside, color=INK, linewidth=1.2)
        panel.plot(z[index], here[k], "o", color=COLOURS[k], markeredgecolor=INK, markersize=6)
    panel.axvline(z[index], color=QUIET, linewidth=0.8)
    panel.set_xlabel(f"logit $z_{index}$, the others stay where they are")
    panel.set_ylabel("probability")
    panel.set_ylim(-0.04, 1.04)
    panel.legend(frameon=False, fontsize=10, loc="center right")
    said = ", ".join(f"{slope:+.3f} for class {k}" for k, slope in enumerate(slopes))
    return Plot(
        figure,
        f"Three probabilities while logit {index} moves from {moving[0]:g} to {moving[-1]:g} and the others stay. "
        f"That of class {index} rises, those of the others fall. At {z[index]:g}, where tangents are drawn, the "
        f"slopes are {said}.",
    )


def slope_against_lead(K):
    """The probability of one class and its own slope, against its lead over K − 1 equal others."""
    lead = np.linspace(-8, 12, 401)
    logits = np.zeros((len(lead), K))
    logits[:, 0] = lead
    a = softmax(logits)[:, 0]
    figure, panels = new_figure(7, 2.5, columns=2)
    panels[0].plot(lead, a, color=COLOURS[0])
    panels[0].set_title("probability $a_0$", fontsize=11)
    panels[1].plot(lead, a * (1 - a), color=COLOURS[5])
    panels[1].set_title("its slope $a_0(1 - a_0)$", fontsize=11)
    panels[1].axhline(0.25, color=QUIET, linewidth=0.8, linestyle="--")
    panels[1].set_ylim(-0.01, 0.27)
    for panel in panels:
        panel.set_xlabel("lead of class 0 over the others")
    at = {place: softmax([place] + [0.0] * (K - 1))[0] for place in (-8.0, np.log(K - 1), 10.0)}
    slopes = [f"{value * (1 - value):.2g}" for value in at.values()]
    return Plot(
        figure,
        f"Two panels for {K} classes. The probability of class 0 rises from near 0 to near 1 as its lead grows. Its "
        f"slope is {slopes[0]} at a lead of -8, reaches its largest value {slopes[1]} at {np.log(K - 1):.2f}, where "
        f"the probability is one half, and is {slopes[2]} at a lead of 10.",
    )


def error_against_step():
    """The error of three ways to measure a derivative, and of one of them in float32, against the step.

    The quantity is the derivative of the first of three probabilities for its own logit; the error is the root of the
    mean square over 200 random vectors of logits.
    """
    steps = 10.0 ** -np.arange(1, 16.5, 0.5)
    errors = {name: _errors(measure, steps) for name, measure in _MEASURES.items()}
    figure, (panel,) = new_figure(7, 3.6)
    for (name, values), style, colour in zip(errors.items(), STYLES, COLOURS[:4], strict=True):
        panel.loglog(steps, np.maximum(values, 1e-18), style, color=colour, marker="o", markersize=3.5, label=name)
    panel.invert_xaxis()
    panel.set_ylim(1e-18, 10)
    panel.set_xlabel("step h, smaller to the right")
    panel.set_ylabel("error")
    panel.legend(frameon=False, fontsize=9, loc="lower left")
    first, second = (errors[name] for name in ("one side, float64", "central, float64"))
    best = steps[2 * np.argmin(second[::2])]
    return Plot(
        figure,
        f"Error against the step, both logarithmic. One side: {first[0]:.1e} at h = 0.1 and ten times less for each "
        f"tenth of the step, until it turns near 1e-08. Central: {second[0]:.1e} at h = 0.1 and a hundred times less "
        f"for each tenth, until it turns at {best:.0e}. Central in float32: it turns far earlier, and below 1e-08 "
        "nothing right is left. Complex step: falls with the square of the step to the last digit of float64 and "
        "stays there.",
    )


def _one_side(z, unit, h):
    return (softmax(z + h * unit)[:, 0] - softmax(z)[:, 0]) / h


def _central(z, unit, h):
    return (softmax(z + h * unit)[:, 0] - softmax(z - h * unit)[:, 0]) / (2 * h)


def _central_in_float32(z, unit, h):
    z, unit, h = z.astype(np.float32), unit.astype(np.float32), np.float32(h)
    return _central(z, unit, h)


def _complex(z, unit, h):
    powers = np.exp(z + 1j * h * unit)
    return (powers[:, 0] / powers.sum(axis=1)).imag / h


_MEASURES = {
    "one side, float64": _one_side,
    "central, float64": _central,
    "central, float32": _central_in_float32,
    "complex step": _complex,
}


def _errors(measure, steps):
    # float32 numbers, so that both formats measure at the same places.
    z = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32).astype(np.float64)
    unit = np.array([1.0, 0.0, 0.0])
    right = softmax_jacobian(z)[:, 0, 0]
    return np.array([np.sqrt(np.mean((measure(z, unit, h) - right) ** 2)) for h in steps])

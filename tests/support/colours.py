"""How a colour is seen: its light, and its contrast with another one."""

import numpy as np

ORDINARY = np.eye(3)  # what ordinary colour vision makes of linear RGB


def linear(colour):
    """Linear RGB of a colour such as ``#0072B2``, shape (3,), each channel from 0 to 1 (sRGB, IEC 61966-2-1)."""
    channels = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one, other, vision=ORDINARY):
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2).

    Args:
        one, other: colours such as ``#0072B2``.
        vision: what becomes of linear RGB in the eye of the reader, shape (3, 3).
    """
    seen = (np.clip(vision @ linear(colour), 0, 1) for colour in (one, other))
    darker, lighter = sorted(float(rgb @ [0.2126, 0.7152, 0.0722]) for rgb in seen)
    return (lighter + 0.05) / (darker + 0.05)

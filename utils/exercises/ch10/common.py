"""What several exercises of chapter 10 share."""

from utils.checking.values import agree


def shares_in_words(z, *_):
    """Shape and sums of probabilities."""
    rows = "in each row summing to 1" if z.ndim > 1 else "summing to 1"
    return f"an array of the shape {z.shape}, nowhere below 0 and {rows},"


def right_for_vectors_alone(seen):
    """Whether exactly the probes with one vector went right."""

    def is_right(result, expected):
        return not result.problem and not result.changed and agree(result.value, expected, 2e-5, 1.0)

    return len(seen.results) == len(seen.probes) and all(
        is_right(result, expected) == (inputs[0].ndim == 1)
        for inputs, result, expected in zip(seen.probes, seen.results, seen.expected, strict=True)
    )


def asks_a_generator(seen):
    """Whether the answer itself names a random generator."""
    return not {"random", "default_rng", "rng"}.isdisjoint(seen.names)

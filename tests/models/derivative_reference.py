"""A reference for derivatives that uses nothing but the loss: differences in balls of 600 bits."""

import numpy as np

from psitheory.arithmetic import BALLS, precision, to_balls

BITS = 600
STEP = 180
"""h = 2^-180: the truncation error O(h²) is near 2^-360, rounding near 2^(180 - 600)."""


def close(x, y, bits=300):
    """Tell whether every |x - y| is certainly below 2^-bits times the larger of 1 and the largest |y|."""
    x, y = np.broadcast_arrays(np.asarray(x, dtype=object), np.asarray(y, dtype=object))
    largest = max((float(abs(b)) for b in y.flat), default=0.0)
    bound = BALLS.element(2) ** (-bits) * max(1.0, largest)
    return all(bool(abs(a - b) < bound) for a, b in zip(x.flat, y.flat, strict=True))


def check_derivatives(model, w, x, batch=None):
    """Assert that gradient and Hessian-vector product are the derivatives of the loss at ``w`` (n,)."""
    with precision(BITS):
        ball_model, w, x = to_balls(model), to_balls(w), to_balls(x)
        options = {} if batch is None else {"batch": batch}
        h = BALLS.element(2) ** (-STEP)

        def slope(function, direction):
            return (function(w + h * direction) - function(w - h * direction)) / (2 * h)

        evaluation = ball_model.evaluate(w, **options)
        partials = [slope(lambda z: ball_model.evaluate(z, **options).loss[()], e) for e in BALLS.eye(w.shape[-1])]
        assert close(evaluation.gradient, np.array(partials, dtype=object))
        curve = slope(lambda z: ball_model.evaluate(z, **options).gradient, x)
        assert close(ball_model.hessian_vector(w, x, **options), curve)

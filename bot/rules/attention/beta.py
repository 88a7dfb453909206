"""The beta distribution's tail: how likely a rate is below a bound, after so many answers of so many.

The regularized incomplete beta function by its continued fraction (Lentz's method), as in Press et al., Numerical
Recipes, 6.4; DLMF 8.17.22, https://dlmf.nist.gov/8.17.
"""

import math

STEPS = 10_000
"""More than enough: about the square root of the greater parameter is needed."""
TINY = 1e-300
PRECISE = 1e-15


def beta_below(x: float, a: float, b: float) -> float:
    """P(X < x) for a rate X that is distributed as Beta(a, b).

    Raises:
        ValueError: `a` or `b` isn't positive, or `x` isn't between 0 and 1.
    """
    if not (a > 0 and b > 0 and 0 <= x <= 1):
        raise ValueError(f"no beta tail: {x}, {a}, {b}")
    if x in {0, 1}:
        return float(x)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    front = math.exp(log_front)
    # The fraction converges quickly below the mean. Above it the other tail is taken.
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _not_nought(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / _not_nought(1 + step * d)
            c = _not_nought(1 + step / c)
            value *= c * d
        if abs(c * d - 1) < PRECISE:
            return value
    raise ArithmeticError(f"no end of the fraction: {x}, {a}, {b}")


def _not_nought(value: float) -> float:
    return value if abs(value) > TINY else TINY

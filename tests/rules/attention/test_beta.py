"""The beta distribution's tail, against values that are known by other ways."""

import math
import random
from decimal import Decimal, localcontext

import pytest

from bot.rules.attention.beta import beta_below

CLOSE = 1e-9


def exact(x: float, a: int, b: int) -> float:
    """For whole parameters the tail is a binomial sum, added up with 60 digits."""
    with localcontext() as context:
        context.prec = 60
        p, n = Decimal(x), a + b - 1
        return float(sum(Decimal(math.comb(n, j)) * p**j * (1 - p) ** (n - j) for j in range(a, n + 1)))


@pytest.mark.parametrize(
    ("x", "a", "b", "below"),
    [
        (0.0, 2, 3, 0.0),
        (1.0, 2, 3, 1.0),
        (0.3, 1, 1, 0.3),  # uniform
        (0.5, 2, 3, 0.6875),
        (0.9, 3, 3, 0.99144),
        (0.12, 8, 32, 0.08856305203651448),
        (0.03, 20, 400, 0.02998384760102611),
        (0.036, 16, 264, 0.04709375052584554),
        (0.45, 50, 50, 0.15865219893709878),
        (0.05, 120, 1880, 0.024773982475983086),
        (0.25, 0.5, 0.5, 1 / 3),  # 2/π · asin √x
        (0.7, 2.5, 1, 0.7**2.5),  # x^a
        (0.1, 1, 7.3, 1 - 0.9**7.3),  # 1 − (1−x)^b
        (0.5, 33.3, 33.3, 0.5),  # symmetric
        (0.05, 40_000, 600_000, 0.0),
        (0.5, 100_000, 100_000, 0.5),
    ],
)
def test_known_values(x: float, a: float, b: float, below: float) -> None:
    """Closed forms, binomial sums and limits agree to nine digits."""
    assert abs(beta_below(x, a, b) - below) < CLOSE


def test_whole_parameters_agree_with_the_binomial_sum() -> None:
    """Two hundred random tails, most of them around the mean, where it matters."""
    dice = random.Random(7)
    for _ in range(200):
        a, b = dice.randint(1, 150), dice.randint(1, 500)
        x = min(0.999, a / (a + b) * dice.randint(40, 160) / 100)
        assert abs(beta_below(x, a, b) - exact(x, a, b)) < CLOSE, (x, a, b)


def test_broken_parameters_keep_the_recurrence() -> None:
    """For any parameters: I(a) = I(a+1) + x^a (1−x)^b / (a B(a, b)), and the two tails make one."""
    dice = random.Random(8)
    for _ in range(200):
        a, b, x = dice.uniform(0.05, 60), dice.uniform(0.05, 900), dice.uniform(0.001, 0.5)
        front = math.exp(
            math.lgamma(a + b) - math.lgamma(a + 1) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
        )
        assert abs(beta_below(x, a, b) - beta_below(x, a + 1, b) - front) < CLOSE, (x, a, b)
        assert abs(beta_below(x, a, b) + beta_below(1 - x, b, a) - 1) < CLOSE, (x, a, b)


@pytest.mark.parametrize(("x", "a", "b"), [(-0.1, 1, 1), (1.1, 1, 1), (0.5, 0, 1), (0.5, 1, -1)])
def test_there_is_no_such_tail(x: float, a: float, b: float) -> None:
    """Parameters that aren't positive, and bounds that are no rates, are refused."""
    with pytest.raises(ValueError, match="no beta tail"):
        beta_below(x, a, b)

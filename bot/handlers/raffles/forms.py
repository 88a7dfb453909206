"""The forms of `/newraffle` and of a redraw, with the policy's limits."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, echo, instant, one_of, segment, whole, words
from bot.handlers.kit.readers import bare_days
from bot.rules.forms import FourWeights, NotOneOf
from bot.rules.numbers import read_number
from bot.rules.raffles.facts import TIERS, Need, RafflePolicy

NEW_RAFFLE = '/newraffle prize="Silk scarf" winners=3 closes=+30m'
REDRAW = '/raffle 12 redraw 47 reason="…"'
YES_OR_NO = {"yes": True, "on": True, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class RaffleForms:
    """The forms that staff fill in."""

    new: Form
    """The form of `/newraffle`."""
    redraw: Form
    """The form of a redraw's reason."""

    @classmethod
    def of(cls, policy: RafflePolicy) -> "RaffleForms":
        """The forms with this policy's limits."""
        days = _days(policy)
        new = Form(
            {
                "prize": Field(words(policy.max_prize, NEW_RAFFLE), needed=True),
                "winners": Field(whole(1, policy.max_winners)),
                "closes": Field(instant, needed=True),
                "tier": Field(one_of({tier: tier for tier in TIERS})),
                "ticket": Field(whole(0, policy.max_ticket)),
                "needs": Field(needs),
                "fresh": Field(days),
                "cap": Field(days),
                "weights": Field(_weights(policy)),
                "reserves": Field(whole(0, policy.max_reserves)),
                "value": Field(words(policy.max_value, NEW_RAFFLE)),
                "beacon": Field(one_of(YES_OR_NO)),
                "for": Field(segment),
            },
            NEW_RAFFLE,
        )
        return cls(new, Form({"reason": Field(words(policy.max_reason, REDRAW))}, REDRAW))


def needs(name: str, text: str, _moment: Moment) -> tuple[Need, ...]:
    """Read `checkin`, `stream`, or both with a comma between."""
    asked = [part.strip().lower() for part in text.split(",") if part.strip()]
    known = [need.value for need in Need]
    for part in asked:
        if part not in known:
            raise FormProblem(NotOneOf(name, echo(part), tuple(known)))
    return tuple(need for need in Need if need.value in asked)


def _weights(policy: RafflePolicy) -> Callable[[str, str, Moment], tuple[int, ...]]:
    def weights(name: str, text: str, _moment: Moment) -> tuple[int, ...]:
        """Read four whole numbers, the lowest tier's first."""
        parts = [part.strip() for part in text.split(",")]
        bare = [number for part in parts if (number := read_number(part)) is not None]
        fit = len(bare) == len(parts) == len(TIERS) and all(1 <= weight <= policy.max_weight for weight in bare)
        if not fit:
            raise FormProblem(FourWeights(name, echo(text), policy.max_weight))
        return tuple(bare)

    return weights


def _days(policy: RafflePolicy) -> Callable[[str, str, Moment], int]:
    most = whole(1, policy.max_days)

    def days(name: str, text: str, moment: Moment) -> int:
        """Read `30d` or `30`."""
        return most(name, bare_days(text), moment)

    return days

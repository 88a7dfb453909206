"""A heart goal opens a raffle: `raffle:silk scarf/3/30`, which is prize, winners and minutes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.features.hearts.prizes import Prize, PrizeTools, Steps
from bot.features.raffles import raffles
from bot.rules.act import Act
from bot.rules.hearts.hearts import Give, HeartPolicy
from bot.rules.numbers import read_number
from bot.rules.policies import Policies
from bot.rules.raffles.facts import NewRaffle, RafflePolicy
from bot.rules.raffles.opening import RaffleMade
from bot.rules.sealing import SEED_BYTES
from bot.store.engine.sessions import Tx

NAME = "raffle"


def _read(parts: Sequence[str], policies: Policies) -> Give | None:
    """The prize, and perhaps winners and minutes."""
    raffle, hearts = policies[RafflePolicy], policies[HeartPolicy]
    prize, winners, minutes = (*parts, "", "")[:3]
    if len(parts) > 3 or not prize or len(prize) > raffle.max_prize:  # noqa: PLR2004  # prize, winners, minutes
        return None
    how_many = read_number(winners or "1", raffle.max_winners)
    how_long = read_number((minutes or str(hearts.raffle_minutes)).lower().removesuffix("m"), hearts.longest_raffle)
    if not how_many or not how_long:
        return None
    return Give(NAME, title=prize, winners=how_many, minutes=how_long)


async def _prepare(steps: Steps, at: datetime, tools: PrizeTools) -> Steps:
    """Ask the public beacon: a heart opens the raffle in a transaction, which can't ask."""
    if not any(give.kind == NAME for _, give in steps):
        return steps
    if not await raffles.is_beacon_reachable(tools.beacon, tools.policies[RafflePolicy], at):
        return steps
    return tuple((hearts, replace(give, beacon=give.kind == NAME)) for hearts, give in steps)


def _open(tx: Tx, act: Act, give: Give, tools: PrizeTools) -> bool:
    wish = NewRaffle(give.title, act.at + timedelta(minutes=give.minutes), winners=give.winners)
    seed, policy = tools.fresh_bytes(SEED_BYTES), tools.policies[RafflePolicy]
    made = raffles.make(tx, act, wish, raffles.Opening(seed, beacon=give.beacon), policy)
    return isinstance(made, RaffleMade)


RAFFLE = Prize(name=NAME, read=_read, prepare=_prepare, open=_open)

"""What staff and the clock change about an airing alike: close it, take it back, and who hears of that."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.features.streams.rounds import withdraw_notices
from bot.features.streams.rows import LockedAiring
from bot.features.streams.schedule import make_next_airing, next_start
from bot.rules.airings import AiringFacts, AiringState
from bot.rules.place import Place
from bot.rules.streams.notices import EndNotice
from bot.rules.streams.streams import StreamPolicy
from bot.store.airings import CARD, count_came, update_live_cards
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.messages.cards import chats_of, hanging_in, withdraw
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import say
from bot.store.tables import Airing
from bot.store.tables.base import id_of


def chats_to_tell(session: Session, community_id: int, airing: AiringFacts, now: datetime) -> list[int]:
    """Chats that hear of a change: before the start all, after it only those in which the live card hangs."""
    chats = chats_of(session, community_id)
    if airing.starts_at > now:
        return chats
    hanging = hanging_in(session, CARD, airing.id)
    return [chat_id for chat_id in chats if chat_id in hanging]


@dataclass(frozen=True, slots=True)
class End:
    """An airing's end."""

    at: datetime
    told_at: datetime
    """When it is written down: later than `at` if the clock was down."""
    by_staff: bool = False
    """Whether staff said so; else its length is over."""


def close(tx: Tx, place: Place, locked: LockedAiring, end: End, policy: StreamPolicy) -> None:
    """End an airing: its cards show it, and a weekly stream gets its next airing.

    If it was really on, one message says so in the chats where its card hangs: elsewhere nobody heard of the start.
    """
    airing, stream, now = locked.airing, locked.stream, end.told_at
    airing_id = id_of(airing)
    came = count_came(tx, airing_id)
    was_on = airing.on_air_at is not None or came > 0
    airing.state, airing.closed_at = AiringState.ENDED, end.at
    heard_of_start = hanging_in(tx, CARD, airing_id)
    withdraw_notices(tx, airing, now)
    withdraw(tx, place.community_id, CARD, airing_id, now)
    tx.flush()
    make_next_airing(tx, stream, place.timezone, airing.planned_at, now, policy)
    tx.info[PLANNED] = True
    if was_on and airing.posted:
        next_at = next_start(tx, stream, place.timezone, max(airing.planned_at, now))
        notice = EndNotice(stream.title, came, airing.replay_url, next_at)
        key, until = f"air:{airing_id}:ended", end.at + policy.late
        terms = Terms(now=now, key=key, not_after=until, by_staff=end.by_staff, airing_id=airing_id)
        say(tx, place.community_id, notice, terms, chats=heard_of_start)
    update_live_cards(tx, place.community_id, airing_id, now)


def call_off(tx: Tx, airing: Airing, at: datetime) -> None:
    """Cancel an airing and withdraw what was promised of it. Nobody is told."""
    airing.state, airing.closed_at = AiringState.CANCELLED, at
    withdraw_notices(tx, airing, at)
    withdraw(tx, airing.community_id, CARD, id_of(airing), at)
    tx.info[PLANNED] = True
    tx.flush()

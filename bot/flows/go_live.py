"""`/golive`: start or change a planned airing, bring back one that just ended, or start one that nobody planned."""

from datetime import datetime

from bot.features.streams import airings, plans
from bot.features.streams.changes import note
from bot.rules.place import Place
from bot.rules.streams.streams import (
    AiringState,
    GoLiveOutcome,
    NewStream,
    NoStreamThere,
    OnAir,
    StreamPolicy,
    WentLive,
)
from bot.rules.words import plain_word
from bot.store import causes
from bot.store.airings import facts_of_row, make_airing
from bot.store.audit import caused_by
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import chats_of
from bot.store.messages.refused import heard_in
from bot.store.places import lock_shop


async def go_live(
    db: Database, place: Place, actor_id: int, wish: OnAir, at: datetime, cause: str, policy: StreamPolicy
) -> GoLiveOutcome:
    """Say that an airing is on. `wish` may name it; if nothing fits and none is named, an unplanned one starts."""
    return await db.write(_go_live, place, actor_id, wish, at, cause, policy)


def _go_live(
    tx: Tx, place: Place, actor_id: int, wish: OnAir, at: datetime, cause: str, policy: StreamPolicy
) -> GoLiveOutcome:
    lock_shop(tx, place.community_id)  # two commands at once must not begin two airings
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(WentLive, done.answer)
    target = airings.pick(tx, place, wish, at, within=policy.reach)
    if target is None and wish.airing_id is None:
        target = airings.again_on_air(tx, place, wish.number, at, policy)
    if target is not None:
        return airings.go_on_air(tx, place, actor_id, target, wish, at, cause, policy)
    if wish.number is not None or wish.airing_id is not None:
        return NoStreamThere(wish.number)
    return _unplanned(tx, place, actor_id, wish, at, cause, policy)


def _unplanned(
    tx: Tx, place: Place, actor_id: int, wish: OnAir, at: datetime, cause: str, policy: StreamPolicy
) -> WentLive:
    """Start an airing now, under the shop's name. It has no reminders, because nobody could ask for one."""
    stream = plans.new_stream(tx, place, actor_id, NewStream(place.shop, at, wish.url, remind=()), at)
    airing = make_airing(tx, stream, at, policy)
    before = facts_of_row(airing, stream)
    airing.state, airing.on_air_at, airing.posted = AiringState.LIVE, at, True
    if wish.word is not None:
        airing.word, airing.word_key = wish.word, plain_word(wish.word)
    tx.flush()
    told, untold = heard_in(tx, place.community_id, chats_of(tx, place.community_id))
    outcome = WentLive(stream.number, stream.title, told, wish.word, planned=False, was=None, untold=untold)
    note(tx, place, actor_id, airings.LIVE, airing, stream, at, cause, before, outcome)
    return outcome

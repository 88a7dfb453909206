"""`/golive`: an airing that is planned or on, one that ended just now, or one that nobody planned."""

from datetime import timedelta

from bot.features.streams.announcements import announce_where_missing
from bot.features.streams.meant import find_just_ended, find_meant_airing
from bot.features.streams.plans import new_stream
from bot.features.streams.rounds import withdraw_notices
from bot.features.streams.rows import LockedAiring, facts_of_rows, lock_airing, record_change
from bot.features.streams.schedule import make_airing
from bot.rules.act import Act
from bot.rules.airings import LIVE_PHASES, AiringFacts, AiringState, Phase, phase_of
from bot.rules.streams.airings import GoLiveOutcome, NoStreamThere, OnAir, WentLive
from bot.rules.streams.streams import NewStream, StreamPolicy
from bot.rules.words import plain_word
from bot.store.airings import CARD, update_live_cards
from bot.store.audit import first_answer
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.messages.cards import chats_of, hanging_in, hasten
from bot.store.messages.refused import heard_in
from bot.store.places import lock_shop
from bot.store.tables import Airing

LIVE = "stream.live"
"""The audit log's name for going on air."""


def go_live(tx: Tx, act: Act, wish: OnAir, policy: StreamPolicy) -> GoLiveOutcome:
    """Say that an airing is on. `wish` may name it; if nothing fits and none is named, an unplanned one starts."""
    lock_shop(tx, act.community_id)  # two commands at once must not begin two airings
    answer = first_answer(tx, act, WentLive)
    if answer is not None:
        return answer
    target = find_meant_airing(tx, act, wish, within=policy.reach)
    if target is None and wish.airing_id is None:
        target = find_just_ended(tx, act, wish.number, policy.reopen)
    if target is not None:
        return _go_on_air(tx, act, target, wish, policy)
    if wish.number is not None or wish.airing_id is not None:
        return NoStreamThere(wish.number)
    return _go_on_air_unplanned(tx, act, wish, policy)


def _go_on_air(tx: Tx, act: Act, target: AiringFacts, wish: OnAir, policy: StreamPolicy) -> WentLive:
    """Announce a planned airing at once; show on the cards of one that began, or ended just now, that it is on.

    Chats that never heard of it hear of it now: the bot came there since, or was down for too long.
    """
    locked = lock_airing(tx, target.id)
    airing, stream, before = locked.airing, locked.stream, locked.before
    coming = phase_of(before, act.at) in {Phase.COMING, Phase.DELAYED}
    _mark_on_air(tx, act, locked, wish)
    chats = hasten(tx, act.community_id, CARD, target.id, act.at, min(act.at + policy.late, airing.ends_at))
    chats += announce_where_missing(tx, airing, act.at, policy)
    told, untold = heard_in(tx, act.community_id, chats)
    hung, _ = heard_in(tx, act.community_id, hanging_in(tx, CARD, target.id) - set(chats))
    tx.info[PLANNED] = True
    update_live_cards(tx, act.community_id, target.id, act.at)
    outcome = WentLive(
        number=stream.number,
        title=stream.title,
        told=told,
        word=airing.word,
        planned=True,
        was=before.starts_at if coming else None,
        hung=hung,
        untold=untold,
    )
    record_change(tx, act, LIVE, locked, outcome)
    return outcome


def _mark_on_air(tx: Tx, act: Act, locked: LockedAiring, wish: OnAir) -> None:
    """Write down that the airing is on, with link and word if they were given."""
    airing, before, at = locked.airing, locked.before, act.at
    phase = phase_of(before, at)
    airing.url = wish.url or airing.url
    _set_word(airing, wish.word)
    airing.state, airing.closed_at, airing.posted = AiringState.LIVE, None, True
    airing.on_air_at = before.on_air_at if phase is Phase.ON_AIR else at
    if phase is not Phase.ON_AIR:
        withdraw_notices(tx, airing, at)
    if phase not in LIVE_PHASES:
        airing.ends_at = at + timedelta(minutes=locked.stream.length_minutes)
    if phase is Phase.ENDED:
        airing.replay_url = None
    if phase in {Phase.COMING, Phase.DELAYED}:
        airing.starts_at = at
    tx.flush()


def _set_word(airing: Airing, word: str | None) -> None:
    if word is not None:
        airing.word, airing.word_key = word, plain_word(word)


def _go_on_air_unplanned(tx: Tx, act: Act, wish: OnAir, policy: StreamPolicy) -> WentLive:
    """Make an airing that begins now, under the shop's name. Nobody could ask to be reminded of it."""
    stream = new_stream(tx, act, NewStream(act.place.shop, act.at, wish.url, remind=()), policy)
    airing = make_airing(tx, stream, act.at, policy)
    locked = LockedAiring(airing, stream, facts_of_rows(airing, stream))
    airing.state, airing.on_air_at, airing.posted = AiringState.LIVE, act.at, True
    _set_word(airing, wish.word)
    tx.flush()
    told, untold = heard_in(tx, act.community_id, chats_of(tx, act.community_id))
    outcome = WentLive(stream.number, stream.title, told, wish.word, planned=False, was=None, untold=untold)
    record_change(tx, act, LIVE, locked, outcome)
    return outcome

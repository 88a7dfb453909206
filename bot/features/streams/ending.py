"""`/endlive`: an airing that is on ends, and its recording is shown."""

from bot.features.streams.changes import End, close
from bot.features.streams.meant import find_just_ended, find_meant_airing
from bot.features.streams.rows import lock_airing, record_change
from bot.features.streams.schedule import next_start
from bot.rules.act import Act
from bot.rules.airings import LIVE_PHASES, AiringState, phase_of
from bot.rules.streams.airings import CallOff, EndOutcome, NoStreamThere, NotOnAir, StreamEnded
from bot.rules.streams.streams import StreamPolicy
from bot.store.airings import count_came, update_live_cards
from bot.store.audit import first_answer
from bot.store.engine.sessions import Tx
from bot.store.places import lock_shop

ENDED = "stream.ended"
"""The audit log's name for an end."""


def end(tx: Tx, act: Act, number: int | None, replay_url: str | None, policy: StreamPolicy) -> EndOutcome:
    """End what is on and announce that once. An airing that the clock has ended can still get its recording."""
    lock_shop(tx, act.community_id)
    answer = first_answer(tx, act, StreamEnded)
    if answer is not None:
        return answer
    target = find_meant_airing(tx, act, CallOff(number))
    if target is None or phase_of(target, act.at) not in LIVE_PHASES:
        ended = find_just_ended(tx, act, number, policy.reach)
        if ended is None or replay_url is None:
            return NotOnAir(target.number, target.title, target.starts_at) if target else NoStreamThere(number)
        target = ended
    locked = lock_airing(tx, target.id)
    airing, stream = locked.airing, locked.stream
    airing.replay_url = replay_url or airing.replay_url
    if locked.before.state is not AiringState.ENDED:
        close(tx, act.place, locked, End(act.at, act.at, by_staff=act.typed), policy)
    else:
        tx.flush()
        update_live_cards(tx, act.community_id, target.id, act.at)
    outcome = StreamEnded(
        number=stream.number,
        title=stream.title,
        came=count_came(tx, target.id),
        replay_url=airing.replay_url,
        next_at=next_start(tx, stream, act.place.timezone, act.at),
    )
    record_change(tx, act, ENDED, locked, outcome)
    return outcome

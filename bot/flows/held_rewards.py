"""`/held`: staff release or refuse a held reward, or the clock releases it. The domain that held it pays it or not.

Each domain registers its part as a `Resolver(release, refuse, hold_again, worth)` under the kind of its held rewards.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.staff import held as held_queue
from bot.flows.undo import Undoable
from bot.logs import get_logger, logging_failures
from bot.rules.act import Act
from bot.rules.farming import FarmingPolicy, HeldState, is_released_by_clock
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.rights import Role
from bot.rules.staff.held import HeldGone, HeldRefused, HeldReleased, HeldSettled, SettleOutcome
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.giveaways import Giveaways, Gives
from bot.store.held import reasons_of, signs, store_decision
from bot.store.places import lock_shop, place_of
from bot.store.tables import AuditEntry, Held, Member, Person
from bot.store.tables.base import id_of

log = get_logger("resolving")

RELEASED = "held.released"
REFUSED = "held.refused"
CHUNK = 100

Resolve = Callable[[Tx, Place, int, int, datetime], int]
"""(tx, place, subject's id, member's id, at) → coins paid now; 0 if nothing was left to pay."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """What a domain does with rewards that it held."""

    release: Resolve
    refuse: Resolve
    hold_again: Callable[[Tx, Place, int, int, datetime], bool] | None = None
    """Undoes `refuse`. False if that is too late. None: a refusal can't be undone."""
    worth: Callable[[Tx, Place, int, int], int] | None = None
    """(tx, place, subject's id, member's id) → the most coins that `release` can cost the shop. It locks what it reads.

    None: the shop has set the coins aside before.
    """


Resolvers = Mapping[str, Resolver]
"""The resolver for each kind of held reward."""


class FoundReward(NamedTuple):
    """A held reward and the name of its fan."""

    held: Held
    fan: str


class HeldRewards:
    """Decisions on held rewards, by staff and by the clock."""

    def __init__(self, db: Database, policy: FarmingPolicy, giveaways: Giveaways, resolvers: Resolvers) -> None:
        self._db = db
        self._policy = policy
        self._giveaways = giveaways
        self._resolvers = resolvers

    async def decide(self, act: Act, held_id: int, state: HeldState) -> SettleOutcome:
        """Release or refuse a reward for staff. What an operator releases counts towards their limit of a day."""
        return await self._db.write(decide, act, held_id, state, self._resolvers, self._giveaways)

    async def run_due(self, now: datetime) -> datetime | None:
        """Judge again the rewards that have waited long enough. Return when to look next; None if nothing waits."""
        while due := await self._db.read(held_queue.due, now, CHUNK):
            for community_id, held_id in due:
                with logging_failures(log, "held_failed", held=held_id):
                    await self._db.write(look_again, (community_id, held_id), now, self._policy, self._resolvers)
            if len(due) < CHUNK:
                break
        return await self._db.read(held_queue.next_look)


def decide(
    tx: Tx, act: Act, held_id: int, state: HeldState, resolvers: Resolvers, giveaways: Giveaways
) -> SettleOutcome:
    """Let the reward's domain pay it or not, mark it decided, and record the act."""
    first = first_answer(tx, act, HeldReleased, RELEASED) or first_answer(tx, act, HeldRefused, REFUSED)
    if first is not None:
        return first
    found = _find(tx, act.place, held_id)
    resolver = resolvers.get(found.held.kind) if found is not None else None
    if found is None or resolver is None:
        return HeldGone()
    if HeldState(found.held.state) is not HeldState.HELD:
        return HeldSettled(found.fan, HeldState(found.held.state))
    return _settle(tx, act, found, state, resolver, giveaways)


def _settle(
    tx: Tx, act: Act, found: FoundReward, state: HeldState, resolver: Resolver, giveaways: Giveaways
) -> SettleOutcome:
    held, fan = found
    held_id = id_of(held)
    # The domain acts first, because it locks accounts, and accounts are always locked before anything else.
    member_id, subject_id = held.member_id, held.subject_id
    released = state is HeldState.RELEASED
    if released and act.role is not Role.OWNER and resolver.worth is not None:
        worth = resolver.worth(tx, act.place, subject_id, member_id)
        lock_shop(tx, act.community_id)
        too_much = giveaways.check(tx, act.place, act.actor_id, worth, act.at)
        if too_much is not None:
            return too_much
    coins = (resolver.release if released else resolver.refuse)(tx, act.place, subject_id, member_id, act.at)
    if not store_decision(tx, held_id, state, act.at, act.actor_id):
        # Somebody else decided meanwhile. The domain has nothing left to do, so it did nothing above.
        tx.refresh(held)
        return HeldSettled(fan, HeldState(held.state))
    entry = record_act(
        tx,
        act,
        RELEASED if released else REFUSED,
        f"#{held_id}",  # no name, because the log stays when the fan has their data deleted
        subject_id=held_id,
        before={"state": HeldState.HELD, "reasons": held.reasons},
        after={"state": state, "kind": held.kind, "coins": coins, "given": coins if resolver.worth is not None else 0},
    )
    outcome: HeldReleased | HeldRefused = HeldReleased(fan, coins)
    if not released:
        outcome = HeldRefused(fan, id_of(entry), resolver.hold_again is not None)
    entry.answer = causes.to_json(outcome)
    return outcome


def look_again(tx: Tx, key: tuple[int, int], now: datetime, policy: FarmingPolicy, resolvers: Resolvers) -> None:
    """Release a reward that looks normal by now, or set its next look. `key` is (community's id, held reward's id)."""
    community_id, held_id = key
    place = place_of(tx, community_id)
    found = _find(tx, place, held_id)
    if found is None or found.held.state != HeldState.HELD:
        return
    held = found.held
    resolver = resolvers.get(held.kind)
    if resolver is None or not is_released_by_clock(
        reasons_of(held), signs(tx, place, held.member_id, now, policy), policy
    ):
        held.look_at = now + policy.look_after
        tx.flush()
        return
    resolver.release(tx, place, held.subject_id, held.member_id, now)
    store_decision(tx, held_id, HeldState.RELEASED, now, None)
    log.info("held_went_by_itself", held=held_id, kind=held.kind)


def undoable(resolvers: Resolvers) -> Undoable:
    """How a refusal is undone: the domain that held the reward holds it again."""

    def take_back(tx: Tx, act: Act, entry: AuditEntry, _policies: Policies) -> bool:
        return undo_refusal(tx, act, entry, resolvers)

    return Undoable(take_back)


def undo_refusal(tx: Tx, act: Act, entry: AuditEntry, resolvers: Resolvers) -> bool:
    """Hold a refused reward again. False if its domain can't undo the refusal."""
    found = _find(tx, act.place, entry.subject_id) if entry.subject_id is not None else None
    if found is None or found.held.state != HeldState.REFUSED:
        return False
    held = found.held
    resolver = resolvers.get(held.kind)
    if resolver is None or resolver.hold_again is None:
        return False
    if not resolver.hold_again(tx, act.place, held.subject_id, held.member_id, act.at):
        return False
    held.state, held.settled_at, held.settled_by = HeldState.HELD, None, None
    tx.flush()
    return True


def _find(tx: Tx, place: Place, held_id: int) -> FoundReward | None:
    row = tx.execute(
        select(Held, col(Person.name))
        .join(Member, col(Member.id) == col(Held.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Held.community_id) == place.community_id, col(Held.id) == held_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return FoundReward(*row) if row is not None else None


def _promised(_session: Session, _place: Place, acts: Sequence[AuditEntry], _now: datetime) -> int:
    """Coins of released rewards. Those of packets count as 0, because the shop had set them aside before."""
    return sum(int((act.after or {}).get("given", 0)) for act in acts)


GIVES = Gives(act=RELEASED, promised=_promised)

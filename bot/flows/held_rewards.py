"""`/held`: staff release or refuse what waits, or the clock lets it go; the feature that held it pays, or doesn't.

A feature's part is `Resolver(release, refuse, hold_again, worth)`, under the kind that it holds things by.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.gifts import held as held_gifts
from bot.features.packets import draw as packet_draws
from bot.features.staff import held as holding
from bot.logs import apart, get_logger
from bot.rules.farming import (
    FarmingPolicy,
    HeldGone,
    HeldRefused,
    HeldReleased,
    HeldSettled,
    HeldState,
    SettleOutcome,
    goes_by_itself,
)
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.store import causes
from bot.store.audit import caused_by, record
from bot.store.engine.db import Database, Tx
from bot.store.giveaways import Giveaways, Gives
from bot.store.held import reasons_of, settle, signs
from bot.store.places import lock_shop, place_of
from bot.store.tables import AuditEntry, Held, Member, Person

log = get_logger("resolving")

RELEASED = "held.released"
REFUSED = "held.refused"
CHUNK = 100

Resolve = Callable[[Tx, Place, int, int, datetime], int]
"""(subject, member, at) → coins paid now; 0 if nothing was left to pay."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """What a feature does with what it held."""

    release: Resolve
    refuse: Resolve
    hold_again: Callable[[Tx, Place, int, int, datetime], bool] | None = None
    """Undoes `refuse`; False if something followed. None: a refusal stands."""
    worth: Callable[[Tx, Place, int, int], int] | None = None
    """(subject, member) → coins that `release` takes from the shop, at most; it locks what it looks at.

    None: the shop has set them aside before.
    """


RESOLVERS: dict[str, Resolver] = {
    held_gifts.KIND: Resolver(held_gifts.release, held_gifts.refuse, held_gifts.hold_again, held_gifts.worth),
    packet_draws.HELD: Resolver(packet_draws.release, packet_draws.refuse),
}
"""By the kind of what is held."""


class Resolving:
    """Decides on what waits; the clock's part of it too."""

    def __init__(
        self,
        db: Database,
        policy: FarmingPolicy,
        giveaways: Giveaways,
        resolvers: Mapping[str, Resolver] | None = None,
    ) -> None:
        self._db = db
        self._policy = policy
        self._giveaways = giveaways
        self._resolvers = resolvers if resolvers is not None else RESOLVERS

    async def decide(
        self,
        place: Place,
        actor_id: int,
        held_id: int,
        state: HeldState,
        at: datetime,
        cause: str,
        role: Role = Role.OPERATOR,
    ) -> SettleOutcome:
        """Staff release or refuse. An operator has a limit of coins a day."""
        return await self._db.write(
            decide, place, actor_id, held_id, state, at, cause, self._resolvers, self._giveaways, role
        )

    async def run_due(self, now: datetime) -> datetime | None:
        """Look again at what has waited long enough; when to look next."""
        while due := await self._db.read(holding.due, now, CHUNK):
            for community_id, held_id in due:
                with apart(log, "held_failed", held=held_id):
                    await self._db.write(look_again, community_id, held_id, now, self._policy, self._resolvers)
            if len(due) < CHUNK:
                break
        return await self._db.read(holding.next_look)


def decide(  # noqa: PLR0911  # refusals, first come first told
    tx: Tx,
    place: Place,
    actor_id: int,
    held_id: int,
    state: HeldState,
    at: datetime,
    cause: str,
    resolvers: Mapping[str, Resolver],
    giveaways: Giveaways,
    role: Role = Role.OPERATOR,
) -> SettleOutcome:
    """Mark it decided, let its feature act, write the act down."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        if done.act == RELEASED:
            return causes.from_json(HeldReleased, done.answer)
        return causes.from_json(HeldRefused, done.answer)
    found = _find(tx, place, held_id)
    if found is None:
        return HeldGone()
    held, fan = found
    resolver = resolvers.get(held.kind)
    if resolver is None:
        return HeldGone()
    # The feature first: it locks accounts before anything else, as everybody does.
    member_id, subject_id = held.member_id, held.subject_id
    if HeldState(held.state) is not HeldState.HELD:
        return HeldSettled(fan, HeldState(held.state))
    released = state is HeldState.RELEASED
    if released and role is not Role.OWNER and resolver.worth is not None:
        worth = resolver.worth(tx, place, subject_id, member_id)
        lock_shop(tx, place.community_id)
        too_much = giveaways.check(tx, place, actor_id, worth, at)
        if too_much is not None:
            return too_much
    coins = (resolver.release if released else resolver.refuse)(tx, place, subject_id, member_id, at)
    if not settle(tx, held_id, state, at, actor_id):
        # Somebody decided meanwhile: their feature's acts found nothing left to do, and neither did ours.
        tx.refresh(held)
        return HeldSettled(fan, HeldState(held.state))
    entry = record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=RELEASED if released else REFUSED,
        subject_id=held_id,
        subject=f"#{held_id}",  # no name: the log outlives who has their data deleted
        at=at,
        cause=cause,
        before={"state": HeldState.HELD, "reasons": held.reasons},
        after={"state": state, "kind": held.kind, "coins": coins, "given": coins if resolver.worth is not None else 0},
        by_owner=role is Role.OWNER,
    )
    outcome: HeldReleased | HeldRefused = HeldReleased(fan, coins)
    if not released:
        outcome = HeldRefused(fan, entry.id or 0, resolver.hold_again is not None)
    entry.answer = causes.to_json(outcome)
    return outcome


def look_again(
    tx: Tx,
    community_id: int,
    held_id: int,
    now: datetime,
    policy: FarmingPolicy,
    resolvers: Mapping[str, Resolver],
) -> None:
    """Let go what looks normal by now; else look again after as long."""
    place = place_of(tx, community_id)
    found = _find(tx, place, held_id)
    if found is None or found[0].state != HeldState.HELD:
        return
    held = found[0]
    resolver = resolvers.get(held.kind)
    if resolver is None or not goes_by_itself(reasons_of(held), signs(tx, place, held.member_id, now, policy), policy):
        held.look_at = now + policy.look_after
        tx.flush()
        return
    resolver.release(tx, place, held.subject_id, held.member_id, now)
    settle(tx, held_id, HeldState.RELEASED, now, None)
    log.info("held_went_by_itself", held=held_id, kind=held.kind)


def undo_refusal(
    tx: Tx, place: Place, entry: AuditEntry, at: datetime, resolvers: Mapping[str, Resolver] | None = None
) -> bool:
    """Let what was refused wait again; False if its feature can't take the refusal back."""
    found = _find(tx, place, entry.subject_id or 0)
    if found is None or found[0].state != HeldState.REFUSED:
        return False
    held = found[0]
    resolver = (resolvers if resolvers is not None else RESOLVERS).get(held.kind)
    if resolver is None or resolver.hold_again is None:
        return False
    if not resolver.hold_again(tx, place, held.subject_id, held.member_id, at):
        return False
    held.state, held.settled_at, held.settled_by = HeldState.HELD, None, None
    tx.flush()
    return True


def _find(tx: Tx, place: Place, held_id: int) -> tuple[Held, str] | None:
    row = tx.execute(
        select(Held, col(Person.name))
        .join(Member, col(Member.id) == col(Held.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Held.community_id) == place.community_id, col(Held.id) == held_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def _promised(_session: Session, _place: Place, acts: Sequence[AuditEntry], _now: datetime) -> int:
    """Coins of rewards that were released; those of packets were set aside before."""
    return sum(int((act.after or {}).get("given", 0)) for act in acts)


GIVES = Gives(act=RELEASED, promised=_promised)

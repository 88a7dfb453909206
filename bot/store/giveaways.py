"""Coins that an operator has given away on a day. They are added up from the audit log, so no counter can be wrong.

Acts count if a domain registers them as `Gives`. Coins that came back don't count. Two kinds of coins are no giveaway:
a fan's own coins that come back (refunds, tickets, cancelled drops), and coins that the shop's rules pay whoever is on
duty (check-ins, streams, invited friends).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.calendar import day_of, start_of
from bot.rules.giveaways import GiftNeedsStock, GiveawayTooMuch, check_giveaway, left_of
from bot.rules.place import Place
from bot.store import forgotten
from bot.store.engine.sessions import Tx
from bot.store.oversight import tell_of
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry, Community


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an operator has promised on one day, and their limit."""

    given: int
    """Coins that they have promised."""
    a_day: int
    """Coins that they may promise."""


Promised = Callable[[Session, Place, Sequence[AuditEntry], datetime], int]
"""(session, place, acts, now) → coins that these acts promised, less those that came back until now."""
PromisedAgain = Callable[[Tx, AuditEntry, Allowance, datetime], GiveawayTooMuch | GiftNeedsStock | None]
"""(tx, the act that closed the promise, the allowance of who promised, now) → why it can't be reopened, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gives:
    """One kind of act by which operators give coins of the shop away."""

    act: str
    """The act's name in the audit log."""
    promised: Promised
    closed_by: str | None = None
    """The act that closes the promise. Taking that act back reopens the promise."""
    promised_again: PromisedAgain | None = None
    keeps: str | None = None
    """The beginning of causes of acts that keep such a promise. These acts don't count a second time."""


class Giveaways:
    """Adds up all kinds of giveaways of an operator, and checks their limit."""

    def __init__(self, kinds: Iterable[Gives]) -> None:
        self._kinds = {kind.act: kind for kind in kinds}
        self._closing = {kind.closed_by: kind for kind in self._kinds.values() if kind.closed_by is not None}
        self._keeping = [kind.keeps for kind in self._kinds.values() if kind.keeps is not None]

    def left_today(self, session: Session, place: Place, actor_id: int, at: datetime) -> int:
        """Coins that an operator may still give away on the day of `at`."""
        allowance = self.allowance(session, place, actor_id, at, at)
        return left_of(allowance.given, allowance.a_day)

    def check(self, tx: Tx, place: Place, actor_id: int, coins: int, at: datetime) -> GiveawayTooMuch | None:
        """Why an operator can't promise so many coins now, or None. The caller holds the shop's lock."""
        if not coins:
            return None
        allowance = self.allowance(tx, place, actor_id, at, at)
        return check_giveaway(coins, allowance.given, allowance.a_day)

    def check_reopening(
        self, tx: Tx, place: Place, undone: AuditEntry, at: datetime
    ) -> GiveawayTooMuch | GiftNeedsStock | None:
        """Why a closed promise of an operator can't be reopened by undoing its closing, or None if it can.

        The limit is that of the day of the promise. Locks the shop if the act `undone` closed such a promise.
        """
        kind = self._closing.get(undone.act)
        if kind is None or kind.promised_again is None:
            return None
        lock_shop(tx, place.community_id)
        made = promise_of(tx, place, kind.act, undone.subject_id)
        if made is None or made.by_owner:
            return None
        return kind.promised_again(tx, undone, self.allowance(tx, place, made.actor_id, made.at, at), at)

    def may_keep(self, tx: Tx, place: Place, made: AuditEntry, coins: int, at: datetime) -> bool:
        """Whether so many coins of a promise, which aren't counted now, fit into the limit of the promise's day."""
        if made.by_owner:
            return True
        allowance = self.allowance(tx, place, made.actor_id, made.at, at)
        return allowance.given + coins <= allowance.a_day

    def tell_of(self, tx: Tx, place: Place, entry: AuditEntry, coins: int) -> None:
        """Promise the owner a note about an operator's act, with what the operator can still give away today.

        The owner's own acts need no note.
        """
        if not entry.by_owner:
            tell_of(tx, place, entry, coins, self.left_today(tx, place, entry.actor_id, entry.at))

    def allowance(self, session: Session, place: Place, actor_id: int, day: datetime, now: datetime) -> Allowance:
        """What an operator promised on the local day of `day`, less what came back until `now`, and their limit.

        If they had their data deleted on that day, their limit counts as used up.
        """
        a_day = limit_of(session, place.community_id)
        if _deleted_on(session, place, actor_id, day, now):
            return Allowance(a_day, a_day)  # what they promised before is no longer known
        by_act: dict[str, list[AuditEntry]] = {}
        for entry in self._entries(session, place, actor_id, day):
            by_act.setdefault(entry.act, []).append(entry)
        given = sum(self._kinds[act].promised(session, place, entries, now) for act, entries in by_act.items())
        return Allowance(given, a_day)

    def _entries(self, session: Session, place: Place, actor_id: int, day: datetime) -> Sequence[AuditEntry]:
        """Acts of that day by which the operator gave something away. Acts as owner don't count."""
        today = day_of(day, place.timezone)
        query = select(AuditEntry).where(
            col(AuditEntry.community_id) == place.community_id,
            col(AuditEntry.actor_id) == actor_id,
            col(AuditEntry.at) >= start_of(today, place.timezone),
            col(AuditEntry.at) < start_of(today + timedelta(days=1), place.timezone),
            col(AuditEntry.act).in_(tuple(self._kinds)),
            col(AuditEntry.by_owner).is_(False),
        )
        for beginning in self._keeping:
            query = query.where(col(AuditEntry.cause).is_(None) | col(AuditEntry.cause).not_like(f"{beginning}%"))
        return session.execute(query).scalars().all()


def promise_of(session: Session, place: Place, act: str, subject_id: int | None) -> AuditEntry | None:
    """The act of this name about this subject, which made the promise; None if there is none."""
    return session.execute(
        select(AuditEntry)
        .where(
            col(AuditEntry.community_id) == place.community_id,
            col(AuditEntry.act) == act,
            col(AuditEntry.subject_id) == subject_id,
        )
        .limit(1)
    ).scalar_one_or_none()


def subjects_of(entries: Sequence[AuditEntry]) -> list[int]:
    """The ids of the subjects of these acts."""
    return [entry.subject_id for entry in entries if entry.subject_id is not None]


def limit_of(session: Session, community_id: int) -> int:
    """Coins that each operator of this shop may give away a day."""
    return session.execute(select(col(Community.giveaway)).where(col(Community.id) == community_id)).scalar_one()


def _deleted_on(session: Session, place: Place, actor_id: int, day: datetime, now: datetime) -> bool:
    """Whether somebody had their data deleted on that day. Their acts before that no longer name them."""
    deleted = forgotten.deleted_at(session, place.community_id, actor_id, now) if actor_id > 0 else None
    return deleted is not None and day_of(deleted, place.timezone) == day_of(day, place.timezone)

"""Decides whether a person may be written to in private, and in which language. No other code decides this.

Telegram lets a bot write only to people who started its private chat (`Person.can_write`). The shop has further rules:

| What is told | `wanted` | `inside` | Why |
|---|---|---|---|
| coins that lapse, a tier that falls | yes | yes | nobody asked for it just now |
| what became of a purchase, of a gift that was sent on | yes | no | it is theirs, even after they left the rooms |
| reminders of streams | no | yes | for who asked; `Member.reminders` is their switch (`store/airings.py`) |
| promotion, such as coupons that end | no | yes | the budget looks for a yes when it leaves (`store/consents.py`) |
| a prize that was won, a note to the owner or to an operator | no | no | they must hear it |

An answer to what somebody just asked needs no rule: it goes by the ways that are open (`telegram/targets.py`).
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.words import Language, reader_language
from bot.store.tables import Member, Person


@dataclass(frozen=True, slots=True)
class Reader:
    """One person who gets a private message, and their language."""

    user_id: int
    language: Language


def may_write_privately(*, wanted: bool, inside: bool) -> ColumnElement[bool]:
    """The SQL condition that a member may be written to, for a query that joins `Member` and `Person`.

    `wanted`: only members who haven't switched service off. `inside`: only members who are in a room of the shop.
    """
    conditions = [col(Person.can_write).is_(True)]
    if wanted:
        conditions.append(col(Member.service).is_(True))
    if inside:
        conditions.append(col(Member.left_at).is_(None))
    return and_(*conditions)


def is_reachable(person: Person | None) -> bool:
    """Whether a person can be written to at all, for messages that they must get, wanted and inside or not."""
    return person is not None and person.can_write


def reader_of(person: Person, language: Language) -> Reader:
    """A person as a reader. The shop's `language` is used if theirs is none of ours."""
    return Reader(person.user_id, reader_language(person.language, person.telegram_language, language))


def readers_among(
    session: Session, member_ids: Collection[int], language: Language, *, wanted: bool, inside: bool
) -> dict[int, Reader]:
    """Readers among these members, by member id: those who may be written to.

    The shop's `language` is used for members whose own is none of ours.
    """
    rows = session.execute(
        select(col(Member.id), col(Person.user_id), col(Person.language), col(Person.telegram_language))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Member.id).in_(member_ids), may_write_privately(wanted=wanted, inside=inside))
    ).all()
    return {
        member_id: Reader(user_id, reader_language(chosen, telegram, language))
        for member_id, user_id, chosen, telegram in rows
        if member_id is not None
    }

"""What fans choose for themselves."""

from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.calendar import day_of
from bot.rules.people.preferences import Preference, PreferencesShown
from bot.rules.place import Place
from bot.rules.promotion import Wish
from bot.rules.verdicts import Reason
from bot.rules.words import language_of
from bot.store.consents import consent_of, say_promotion
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import locked_member, meet, standing
from bot.store.messages.payloads import TELL
from bot.store.shown import count_lost
from bot.store.tables import Member, Outbox, Person
from bot.store.tables.messages import OutboxState
from bot.store.verdicts import call_off

REMINDERS = frozenset({"reminders.Reminder"})
"""Kinds that the switch of reminders takes back while they wait."""
SERVICE = frozenset({"lapse.LapseNotice", "members.FallComing", "exchange.Moved", "exchange.YoursAsked"})
"""Kinds that the switch of service takes back. What became of a purchase, or was won, is told all the same."""


class Preferences:
    """Use cases of a fan's own settings."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def shown(self, place: Place, user_id: int) -> PreferencesShown:
        """How things are set."""
        return await self._db.read(shown, place, user_id)

    async def change(self, act: Act, wish: Preference) -> PreferencesShown:
        """Change one thing; how things are set then."""
        return await self._db.write(change, act, wish)


def shown(session: Session, place: Place, user_id: int) -> PreferencesShown:
    """A fan's settings; of someone new, what holds for them."""
    language = session.execute(select(col(Person.language)).where(col(Person.user_id) == user_id)).scalar_one_or_none()
    member = session.execute(
        select(Member).where(col(Member.community_id) == place.community_id, col(Member.user_id) == user_id)
    ).scalar_one_or_none()
    if member is None:
        return PreferencesShown(language_of(language), reminders=True, hidden=False)
    consent = consent_of(session, member)
    return PreferencesShown(
        language_of(language),
        member.reminders,
        member.hidden,
        member.service,
        consent.yes,
        day_of(consent.since, place.timezone) if consent.since is not None else None,
        place.shop,
    )


def change(tx: Tx, act: Act, wish: Preference) -> PreferencesShown:
    """The language is the person's in every shop, the rest is this shop's. Everybody may, fan or not.

    Who acts in a room is a fan by that, with something to switch; an outsider has only a language to choose.
    """
    place, sender = act.place, act.sender
    member = locked_member(tx, place.community_id, sender.user_id)
    if member is None and sender.room is not None:
        standing(tx, place.community_id, sender, act.at)
    meet(tx, sender, place.community_id)
    which = (col(Member.community_id) == place.community_id, col(Member.user_id) == sender.user_id)
    if wish.language is not None:
        choice = None if wish.language == "auto" else wish.language
        tx.execute(update(Person).where(col(Person.user_id) == sender.user_id).values(language=choice))
    if wish.reminders is not None:
        changed = (*which, col(Member.reminders) != wish.reminders)
        switched = tx.execute(update(Member).where(*changed).values(reminders=wish.reminders).returning(col(Member.id)))
        if switched.first() is not None and not wish.reminders:
            count_lost(tx, sender.user_id, act.at)
    if wish.service is not None:
        tx.execute(update(Member).where(*which).values(service=wish.service))
    off = {*(REMINDERS if wish.reminders is False else ()), *(SERVICE if wish.service is False else ())}
    if off:
        _drop_waiting(tx, act, off)
    if wish.promotion is not None:
        _say_promotion(tx, act, wish.promotion)
    if wish.hidden is not None:
        tx.execute(update(Member).where(*which).values(hidden=wish.hidden))
    return shown(tx, place, sender.user_id)


def _say_promotion(tx: Tx, act: Act, wish: Wish) -> None:
    """A member's yes or no. Who left can say no, and nothing else: there is nothing to be sent."""
    member = locked_member(tx, act.community_id, act.sender.user_id)
    if member is not None and not (wish.yes and member.left_at is not None):
        say_promotion(tx, act.place, member, wish, act.at)


def _drop_waiting(tx: Tx, act: Act, kinds: AbstractSet[str]) -> None:
    """What waits to be told in private goes too: off means off, at once. Promotion is looked at when it leaves."""
    mine: Any = tx.execute(
        select(col(Outbox.id), col(Outbox.facts), col(Outbox.verdict_id)).where(
            col(Outbox.community_id) == act.community_id,
            col(Outbox.chat_id) == act.sender.user_id,
            col(Outbox.act) == TELL,
            col(Outbox.state) == OutboxState.WAITING,
        )
    ).all()
    unwanted = [(row_id, verdict_id) for row_id, facts, verdict_id in mine if facts.get("outcome") in kinds]
    if unwanted:
        tx.execute(delete(Outbox).where(col(Outbox.id).in_([row_id for row_id, _ in unwanted])))
        call_off(tx, (verdict_id for _, verdict_id in unwanted), Reason.NOT_WANTED, act.at)

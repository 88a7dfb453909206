"""What fans choose for themselves."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.people.preferences import Preference, PreferencesShown
from bot.rules.place import Place
from bot.rules.verdicts import Reason
from bot.rules.words import language_of
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import locked_member, meet, standing
from bot.store.tables import Member, Outbox, Person
from bot.store.tables.messages import Lane, OutboxState
from bot.store.verdicts import call_off


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
        select(col(Member.reminders), col(Member.hidden)).where(
            col(Member.community_id) == place.community_id, col(Member.user_id) == user_id
        )
    ).one_or_none()
    reminders, hidden = member if member is not None else (True, False)
    return PreferencesShown(language_of(language), reminders, hidden)


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
        tx.execute(update(Member).where(*which).values(reminders=wish.reminders))
    if wish.reminders is False:
        _drop_reminders(tx, place, sender.user_id, act.at)
    if wish.hidden is not None:
        tx.execute(update(Member).where(*which).values(hidden=wish.hidden))
    return shown(tx, place, sender.user_id)


def _drop_reminders(tx: Tx, place: Place, user_id: int, at: datetime) -> None:
    """What waits to be told in private goes too: off means off, at once."""
    gone = tx.execute(
        delete(Outbox)
        .where(
            col(Outbox.community_id) == place.community_id,
            col(Outbox.chat_id) == user_id,
            col(Outbox.lane) == Lane.REMINDER,
            col(Outbox.state) == OutboxState.WAITING,
        )
        .returning(col(Outbox.verdict_id))
    ).scalars()
    call_off(tx, gone, Reason.NOT_WANTED, at)

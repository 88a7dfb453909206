"""People and their memberships, which are made when somebody is seen for the first time.

A username belongs to whoever was seen with it last. The table's unique index makes sure that only one person has it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import String, and_, bindparam, exists, func, insert, null, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Sender
from bot.rules.fans import Known, Verdict, judge
from bot.store import forgotten
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.moved import ANYBODY_KNOWN, came
from bot.store.tables import Account, FirstTouch, Member, Person, Presence, TierPending
from bot.store.tables.base import Id
from bot.store.tables.ledger import AccountKind

TRIES = 3


class OutsideError(Exception):
    """Somebody acted who isn't known to be in a room of the shop, or is banned. Nothing was done.

    Telegram may know better, and only handlers can ask it.
    """

    def __init__(self, community_id: int) -> None:
        super().__init__(f"not in a room of community {community_id}")
        self.community_id = community_id


@dataclass(frozen=True, slots=True)
class Standing:
    """A member, with the facts that most decisions need."""

    member_id: int
    account_id: int
    balance: int
    tier: str
    back_since: datetime | None = None
    """For a member who came back: when they had their data deleted. Else None."""
    invitation_id: int | None = None
    """The invitation by which they came, as long as their check-ins count for it."""
    tier_look_on: date | None = None
    """Before this day check-ins and messages alone can't raise the tier; None: it was never settled."""
    tier_falls_on: date | None = None
    """No fall is before the end of this day; None: the tier can't fall."""
    joined_at: datetime | None = None
    tier_untold: str | None = None
    """What of their tier the next check-in tells (`Untold`); None for nothing."""
    tier_pending: bool = False
    """Whether deeds changed since the tier was settled."""
    promotion_asked_at: datetime | None = None
    """When they were asked about promotion in private; None: they weren't asked yet."""
    can_write: bool = False
    """Whether the bot may write to them in private."""


_FIND_MEMBER = Hot(
    select(
        col(Member.id),
        col(Account.id),
        col(Account.balance),
        col(Member.tier),
        col(Member.left_at),
        col(Person.name),
        col(Person.username),
        col(Person.telegram_language),
        col(Person.community_id),
        col(Member.back_since),
        col(Member.invitation_id),
        col(Member.tier_look_on),
        col(Member.tier_falls_on),
        col(Member.joined_at),
        col(Member.tier_untold),
        exists(select(col(TierPending.member_id)).where(col(TierPending.member_id) == col(Member.id))).label("pending"),
        col(Member.promotion_asked_at),
        col(Person.can_write),
        col(Member.banned_at),
        col(Member.look_at),
    )
    .join(Account, col(Account.member_id) == col(Member.id))
    .join(Person, col(Person.user_id) == col(Member.user_id))
    .where(
        and_(
            col(Member.community_id) == bindparam("community_id", type_=Id),
            col(Member.user_id) == bindparam("user_id", type_=Id),
        )
    )
    # The member's row is locked too: a use case that waited here for a deletion must not find the anonymous row.
    .with_for_update(of=(Account, Member), key_share=True)
)
_UPDATE_PERSON = Hot(
    update(Person)
    .where(col(Person.user_id) == bindparam("user_id_", type_=Id))
    .values(
        name=bindparam("name"),
        username=bindparam("username"),
        telegram_language=bindparam("telegram_language"),
        # The first sight decides which shop a private chat means. Later only a button or a link changes it.
        community_id=func.coalesce(col(Person.community_id), bindparam("community_id", type_=Id)),
    )
)
_FREE_USERNAME = Hot(
    update(Person)
    .where(
        and_(
            col(Person.username) == bindparam("username_", type_=String),
            col(Person.user_id) != bindparam("user_id_", type_=Id),
        )
    )
    .values(username=null())
)
_FIND_PERSON = Hot(select(col(Person.user_id)).where(col(Person.user_id) == bindparam("user_id", type_=Id)))
_ADD_PERSON = Hot.upsert(
    lambda insert_: (
        insert_(Person)
        .values(
            user_id=bindparam("user_id"),
            name=bindparam("name"),
            username=bindparam("username"),
            telegram_language=bindparam("telegram_language"),
            can_write=bindparam("can_write"),
            community_id=bindparam("community_id"),
        )
        .on_conflict_do_nothing()
        .returning(col(Person.user_id))
    )
)
_ADD_MEMBER = Hot.upsert(
    lambda insert_: (
        insert_(Member)
        .values(
            community_id=bindparam("community_id"),
            user_id=bindparam("user_id"),
            tier=bindparam("tier", type_=String),
            joined_at=bindparam("joined_at"),
            # The first touch is read only here, because a member's source never changes later.
            source_id=func.coalesce(
                select(col(FirstTouch.source_id))
                .where(
                    col(FirstTouch.community_id) == bindparam("community_id", type_=Id),
                    col(FirstTouch.user_id) == bindparam("user_id", type_=Id),
                )
                .scalar_subquery(),
                bindparam("source_id", type_=Id),
            ),
            hidden=False,
            reminders=True,
            service=True,
            tag_wanted=False,
            look_at=bindparam("look_at"),
        )
        .on_conflict_do_nothing()
        .returning(col(Member.id))
    )
)
_SET_LOOK_AT = Hot(
    update(Member).where(col(Member.id) == bindparam("member_id", type_=Id)).values(look_at=bindparam("look_at"))
)
_ADD_PRESENCE = Hot.upsert(
    lambda insert_: (
        insert_(Presence)
        .values(
            member_id=bindparam("member_id"),
            chat_id=bindparam("chat_id"),
            joined_at=bindparam("joined_at"),
        )
        .on_conflict_do_update(
            index_elements=[col(Presence.member_id), col(Presence.chat_id)],
            set_={"joined_at": bindparam("joined_at"), "left_at": null()},
            where=col(Presence.left_at).is_not(None),
        )
    )
)
_OPEN_ACCOUNT = Hot(
    insert(Account).values(
        community_id=bindparam("community_id"),
        kind=bindparam("kind"),
        member_id=bindparam("member_id"),
        balance=bindparam("balance"),
        earned=0,
    )
)


def standing(tx: Tx, community_id: int, sender: Sender, now: datetime) -> Standing:
    """The sender's membership, locked until the commit. Their first act makes it, with an empty account.

    Raises:
        OutsideError: they aren't known to be in a room of the shop and don't act in one, or are banned.
    """
    row = tx.row(_FIND_MEMBER, community_id=community_id, user_id=sender.user_id)
    for _ in range(TRIES):
        if row is not None:
            break
        if judge(Known.NOTHING, sender.room) is not Verdict.COMES:
            raise OutsideError(community_id)
        # Another transaction may make this member and a third one delete them at the same moment: then try again.
        enlist(tx, community_id, sender, now, look_at=now if _may_be_a_stranger(sender) else None)
        row = tx.row(_FIND_MEMBER, community_id=community_id, user_id=sender.user_id)
    if row is None:
        raise LookupError("a member that was just made is gone")
    member_id, account_id, balance, tier, left_at, name, username, language, last_community, *more = row
    *more, banned_at, look_at = more
    if left_at is not None:
        _return(tx, community_id, sender, now, _Gone(member_id, left_at, banned=banned_at is not None))
    changed = (name, username, language) != (sender.name, sender.username, sender.language)
    if changed or last_community is None:
        update_profile(tx, sender, community_id, before=username)
    if look_at is None and _may_be_a_stranger(sender):
        tx.touch(_SET_LOOK_AT, member_id=member_id, look_at=now)
    return Standing(member_id, account_id, balance, tier, *more)


def update_profile(tx: Tx, sender: Sender, community_id: int | None, *, before: str | None = None) -> None:
    """Store the name, username and language that Telegram shows of a known person.

    `before` is the username in their row, if the caller knows it. Another person who had the username loses it. A
    `community_id` is stored only if the row has none yet.
    """
    values = {
        "user_id_": sender.user_id,
        "name": sender.name,
        "telegram_language": sender.language,
        "community_id": community_id,
    }
    if sender.username is None or sender.username == before:
        tx.touch(_UPDATE_PERSON, username=sender.username, **values)
        return
    for _ in range(TRIES):
        tx.touch(_FREE_USERNAME, username_=sender.username, user_id_=sender.user_id)
        try:
            with tx.connection().begin_nested():  # a hot statement doesn't begin a transaction by itself
                tx.touch(_UPDATE_PERSON, username=sender.username, **values)
        except IntegrityError:
            continue  # another transaction takes the username at this moment: try again
        came(tx, sender.user_id, sender.username)
        return
    tx.touch(_UPDATE_PERSON, username=None, **values)


def _may_be_a_stranger(sender: Sender) -> bool:
    """Whether strangers can act in this room. Then Telegram is asked about the sender in the background."""
    return sender.room is not None and sender.room.public


class _Gone(NamedTuple):
    """A member who had left."""

    member_id: int
    left_at: datetime
    banned: bool


def _return(tx: Tx, community_id: int, sender: Sender, at: datetime, gone: _Gone) -> None:
    """Somebody acts who had left: where the room proves that they are back, that is written down.

    Raises:
        OutsideError: the room doesn't prove it, or they are banned.
    """
    # Telegram gives the time of leaving in whole seconds. An act in the same second counts as before the leaving.
    second = at.replace(microsecond=0)
    verdict = judge(Known.BANNED if gone.banned else Known.LEFT, sender.room, since_left=second > gone.left_at)
    if verdict is Verdict.COMES and sender.room is not None:
        tx.execute(update(Member).where(col(Member.id) == gone.member_id).values(left_at=None))
        came(tx, sender.user_id, sender.username)
        be_present(tx, gone.member_id, sender.room.chat_id, second)
    elif verdict is not Verdict.PLAYS:
        raise OutsideError(community_id)


def be_present(tx: Tx, member_id: int, chat_id: int, at: datetime) -> None:
    """Note that a member is in a group, since `at` (a whole second) or before. Nothing changes if that is known."""
    tx.touch(_ADD_PRESENCE, member_id=member_id, chat_id=chat_id, joined_at=at)


def locked_member(tx: Tx, community_id: int, user_id: int) -> Member | None:
    """A member's row, locked until the commit; None if they are no member.

    Unlike `standing` it makes no membership and refuses nobody: it is for rights that everybody has.
    """
    return tx.execute(
        select(Member)
        .where(col(Member.community_id) == community_id, col(Member.user_id) == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def member_id_of(session: Session, community_id: int, user_id: int) -> int | None:
    """A member's id, without a lock; None if they are no member."""
    return session.execute(
        select(col(Member.id)).where(col(Member.community_id) == community_id, col(Member.user_id) == user_id)
    ).scalar_one_or_none()


def meet(tx: Tx, sender: Sender, community_id: int | None) -> None:
    """Store a person, if they are new. Another person who had their username loses it."""
    values = {
        "user_id": sender.user_id,
        "name": sender.name,
        "telegram_language": sender.language,
        "can_write": False,
        "community_id": community_id,
    }
    for _ in range(TRIES):
        made = tx.row(_ADD_PERSON, username=sender.username, **values)
        if made is not None or sender.username is None or tx.row(_FIND_PERSON, user_id=sender.user_id) is not None:
            return
        tx.touch(_FREE_USERNAME, username_=sender.username, user_id_=sender.user_id)
    tx.row(_ADD_PERSON, username=None, **values)


def enlist(
    tx: Tx,
    community_id: int,
    sender: Sender,
    now: datetime,
    source_id: int | None = None,
    look_at: datetime | None = None,
) -> int | None:
    """Make a membership with an empty account; its id, or None if there is one already.

    Its source is that of the first touch if they opened a source's link before, else `source_id`. At `look_at` Telegram
    is asked whether they are in a room. It is also asked about somebody who comes back after having their data deleted,
    because a ban was deleted with the rest.
    """
    meet(tx, sender, community_id)
    made = tx.row(
        _ADD_MEMBER,
        community_id=community_id,
        user_id=sender.user_id,
        tier="new",
        joined_at=now,
        source_id=source_id,
        look_at=look_at,
    )
    if made is None:
        return None
    (member_id,) = made
    tx.touch(
        _OPEN_ACCOUNT,
        community_id=community_id,
        kind=AccountKind.MEMBER.value,
        member_id=member_id,
        balance=0,
    )
    # Read only after the insert, which may have waited for this person's deletion: before it would be too early.
    anybody_forgotten, anybody_awaited = tx.row(ANYBODY_KNOWN, community_id=community_id) or (False, False)
    if anybody_awaited:
        came(tx, sender.user_id, sender.username)
    if anybody_forgotten:
        deleted_at = forgotten.deleted_at(tx, community_id, sender.user_id, now)
        if deleted_at is not None:
            tx.execute(update(Member).where(col(Member.id) == member_id).values(back_since=deleted_at, look_at=now))
    return int(member_id)

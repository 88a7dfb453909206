"""Who is who: people and their membership, made on first sight.

A username has one holder: whoever was seen with it last. The table's unique index holds that under a crowd.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Date, Integer, String, and_, bindparam, delete, func, insert, null, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from bot.rules.act import Sender
from bot.rules.fans import Known, Verdict, judge
from bot.store import forgotten
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.tables import Account, Activity, FirstTouch, Forgotten, Member, Person, Presence
from bot.store.tables.base import Id
from bot.store.tables.ledger import AccountKind

TRIES = 3


class OutsideError(Exception):
    """Somebody wants to play who isn't known to be in a room of the shop, or is banned: nothing was done.

    Telegram may know better; only the handlers can ask it.
    """

    def __init__(self, community_id: int) -> None:
        super().__init__(f"not in a room of community {community_id}")
        self.community_id = community_id


@dataclass(frozen=True, slots=True)
class Standing:
    """A member with what most decisions need."""

    member_id: int
    account_id: int
    balance: int
    tier: str
    back_since: datetime | None = None
    """For someone who came back after having their data deleted: when that was."""
    invitation_id: int | None = None
    """The invitation that brought them, as long as their check-ins matter for it."""


_FIND = Hot(
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
    # The member too: who waited here for a deletion must not find the one who is nobody's any more.
    .with_for_update(of=(Account, Member), key_share=True)
)
_SEE = Hot(
    update(Person)
    .where(col(Person.user_id) == bindparam("user_id_", type_=Id))
    .values(
        name=bindparam("name"),
        username=bindparam("username"),
        telegram_language=bindparam("telegram_language"),
        # Only the first sight decides what a private chat means; afterwards a button or a link does.
        community_id=func.coalesce(col(Person.community_id), bindparam("community_id", type_=Id)),
    )
)
_FREE = Hot(
    update(Person)
    .where(
        and_(
            col(Person.username) == bindparam("username_", type_=String),
            col(Person.user_id) != bindparam("user_id_", type_=Id),
        )
    )
    .values(username=null())
)
_KNOWN = Hot(select(col(Person.user_id)).where(col(Person.user_id) == bindparam("user_id", type_=Id)))
_MEET = Hot.upsert(
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
_JOIN = Hot.upsert(
    lambda insert_: (
        insert_(Member)
        .values(
            community_id=bindparam("community_id"),
            user_id=bindparam("user_id"),
            tier=bindparam("tier", type_=String),
            joined_at=bindparam("joined_at"),
            # The first touch is looked up here and only here: nobody's source changes later.
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
            look_at=bindparam("look_at"),
        )
        .on_conflict_do_nothing()
        .returning(col(Member.id))
    )
)
_LOOK = Hot(
    update(Member).where(col(Member.id) == bindparam("member_id", type_=Id)).values(look_at=bindparam("look_at"))
)
_BE_PRESENT = Hot.upsert(
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
_ANYONE_FORGOTTEN = Hot(
    select(col(Forgotten.community_id))
    .where(col(Forgotten.community_id) == bindparam("community_id", type_=Id))
    .limit(1)
)
_OPEN_ACCOUNT = Hot(
    insert(Account).values(
        community_id=bindparam("community_id"),
        kind=bindparam("kind"),
        member_id=bindparam("member_id"),
        balance=bindparam("balance"),
    )
)
_NOTE = Hot.upsert(
    lambda insert_: (
        insert_(Activity)
        .values(
            member_id=bindparam("member_id"),
            day=bindparam("day", type_=Date),
            kind=bindparam("kind"),
            times=bindparam("times", type_=Integer),
        )
        .on_conflict_do_update(
            index_elements=[col(Activity.member_id), col(Activity.day), col(Activity.kind)],
            set_={"times": col(Activity.times) + bindparam("times", type_=Integer)},
        )
    )
)


def standing(tx: Tx, community_id: int, sender: Sender, now: datetime) -> Standing:
    """The sender's membership, locked until the commit; made (with an empty account) if this is their first act.

    Raises:
        OutsideError: they aren't known to be in a room of the shop, and don't act in one.
    """
    row = tx.row(_FIND, community_id=community_id, user_id=sender.user_id)
    for _ in range(TRIES):
        if row is not None:
            break
        if judge(Known.NOTHING, sender.room) is not Verdict.COMES:
            raise OutsideError(community_id)
        # Whom somebody else makes just now may be deleted just then: then they are made anew.
        enlist(tx, community_id, sender, now, look_at=now if _may_be_a_stranger(sender) else None)
        row = tx.row(_FIND, community_id=community_id, user_id=sender.user_id)
    if row is None:
        raise LookupError("a member that was just made is gone")
    member_id, account_id, balance, tier, left_at, name, username, language, last_community, *more = row
    *more, banned_at, look_at = more
    if left_at is not None:
        _return(tx, community_id, sender, now, _Gone(member_id, left_at, banned=banned_at is not None))
    changed = (name, username, language) != (sender.name, sender.username, sender.language)
    if changed or last_community is None:
        see(tx, sender, community_id, before=username)
    if look_at is None and _may_be_a_stranger(sender):
        tx.touch(_LOOK, member_id=member_id, look_at=now)
    return Standing(member_id, account_id, balance, tier, *more)


def see(tx: Tx, sender: Sender, community_id: int | None, *, before: str | None = None) -> None:
    """Write down how Telegram shows a known person now; `before` is the username that their row has, if that is known.

    Whoever else had the username has it no more. The first `community_id` that is not None is kept.
    """
    values = {
        "user_id_": sender.user_id,
        "name": sender.name,
        "telegram_language": sender.language,
        "community_id": community_id,
    }
    if sender.username is None or sender.username == before:
        tx.touch(_SEE, username=sender.username, **values)
        return
    for _ in range(TRIES):
        tx.touch(_FREE, username_=sender.username, user_id_=sender.user_id)
        try:
            with tx.connection().begin_nested():  # the session itself begins none for a hot statement
                tx.touch(_SEE, username=sender.username, **values)
        except IntegrityError:
            continue  # somebody else is seen with it at this very moment: one of us has it in the end
        return
    tx.touch(_SEE, username=None, **values)


def _may_be_a_stranger(sender: Sender) -> bool:
    """Whether the room lets strangers act: then Telegram is asked about them in the background."""
    return sender.room is not None and sender.room.public


class _Gone(NamedTuple):
    """A member who had left."""

    member_id: int
    left_at: datetime
    banned: bool


def _return(tx: Tx, community_id: int, sender: Sender, at: datetime, gone: _Gone) -> None:
    """Somebody acts who had left: where the room proves that they are back, that is written down.

    Raises:
        OutsideError: it doesn't, or they are banned.
    """
    # Telegram tells of leaving by the second, a press has a fraction: in the same second they left after it.
    second = at.replace(microsecond=0)
    verdict = judge(Known.BANNED if gone.banned else Known.LEFT, sender.room, since_left=second > gone.left_at)
    if verdict is Verdict.COMES and sender.room is not None:
        tx.execute(update(Member).where(col(Member.id) == gone.member_id).values(left_at=None))
        be_present(tx, gone.member_id, sender.room.chat_id, second)
    elif verdict is not Verdict.PLAYS:
        raise OutsideError(community_id)


def be_present(tx: Tx, member_id: int, chat_id: int, at: datetime) -> None:
    """Note that a member is in a group since `at`, a whole second, at the latest; nothing changes if that is known."""
    tx.touch(_BE_PRESENT, member_id=member_id, chat_id=chat_id, joined_at=at)


def locked_member(tx: Tx, community_id: int, user_id: int) -> Member | None:
    """A member as they are now, locked until the commit; None if there's none.

    Unlike `standing` it makes nobody a member and refuses nobody: for rights that everybody has.
    """
    return tx.execute(
        select(Member)
        .where(col(Member.community_id) == community_id, col(Member.user_id) == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def meet(tx: Tx, sender: Sender, community_id: int | None) -> None:
    """Remember a person, if they are new. Whoever else had their username has it no more."""
    values = {
        "user_id": sender.user_id,
        "name": sender.name,
        "telegram_language": sender.language,
        "can_write": False,
        "community_id": community_id,
    }
    for _ in range(TRIES):
        made = tx.row(_MEET, username=sender.username, **values)
        if made is not None or sender.username is None or tx.row(_KNOWN, user_id=sender.user_id) is not None:
            return
        tx.touch(_FREE, username_=sender.username, user_id_=sender.user_id)
    tx.row(_MEET, username=None, **values)


def note(tx: Tx, member_id: int, day: date, kind: str, times: int = 1) -> None:
    """Count one more `kind` (or `times`) for this member on this day; the kinds stand in `rules/tiers.py`."""
    tx.touch(_NOTE, member_id=member_id, day=day, kind=kind, times=times)


def unnote(tx: Tx, member_id: int, day: date, kind: str, times: int = 1) -> None:
    """Take back what `note` counted; nothing where nothing is counted any more.

    A row ends with its last time: what was taken back is no activity, and nothing counts less than nought.
    """
    counted = (col(Activity.member_id) == member_id, col(Activity.day) == day, col(Activity.kind) == kind)
    fewer = update(Activity).where(*counted, col(Activity.times) > times).values(times=col(Activity.times) - times)
    if not tx.execute(fewer.returning(col(Activity.times))).all():
        tx.execute(delete(Activity).where(*counted))


def enlist(
    tx: Tx,
    community_id: int,
    sender: Sender,
    now: datetime,
    source_id: int | None = None,
    look_at: datetime | None = None,
) -> int | None:
    """Make a membership with an empty account; its id, or None if it was there.

    The source is that of the first touch, if they opened a source's link before, else `source_id`. At `look_at`
    Telegram is asked whether they are in. Who comes back after having their data deleted is asked about too: that they
    were banned was deleted with the rest.
    """
    meet(tx, sender, community_id)
    made = tx.row(
        _JOIN,
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
    # Asked only now: the insert may have waited for the very deletion that this is about, too early to see it.
    if tx.row(_ANYONE_FORGOTTEN, community_id=community_id) is not None:
        deleted_at = forgotten.deleted_at(tx, community_id, sender.user_id, now)
        if deleted_at is not None:
            tx.execute(update(Member).where(col(Member.id) == member_id).values(back_since=deleted_at, look_at=now))
    return int(member_id)

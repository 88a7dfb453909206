"""People come to a community's groups, leave them and come back: presence, first source, and the welcome."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.people.welcome import ask_newcomer
from bot.rules.act import Occasion, Origin, Sender
from bot.rules.calendar import day_of
from bot.rules.notes import Did
from bot.rules.people.joining import ComingFacts, Welcome, WelcomeAll, WelcomeBack, WelcomePolicy, greeting
from bot.rules.place import Place
from bot.rules.ways_in import source_key
from bot.rules.words import Language
from bot.store import forgotten
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.members import enlist, locked_member
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import pack
from bot.store.messages.telling import Ways, tell_here, withdraw_messages
from bot.store.moved import came
from bot.store.notes import note
from bot.store.places import Group
from bot.store.private_messages import Reader
from bot.store.shown import count_lost
from bot.store.tables import Account, FanGroup, Member, Person, Presence, Source, SourceLink
from bot.store.tables.base import id_of
from bot.store.tables.messages import Lane
from bot.store.tags import note_tag, show_tags

FRESH_KEY = "welcome:{community}:{user}"
"""How the key of one person's welcome begins."""
FOLDED_GRACE = timedelta(seconds=2)
"""A burst's message waits this much longer than the burst: whoever came in its last moment is written down by then."""


@dataclass(frozen=True, slots=True)
class Link:
    """The invite link by which someone came."""

    url: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Reach:
    """How a newcomer can be spoken to."""

    language: Language
    can_write: bool
    """Whether they have started the bot."""


@dataclass(frozen=True, slots=True)
class Coming:
    """Somebody is in a group since `at`."""

    group: Group
    sender: Sender
    link: Link | None
    """None where nobody told by which link they came."""
    reach: Reach
    at: datetime


@dataclass(frozen=True, slots=True)
class Going:
    """Somebody left a group at `at`."""

    place: Place
    chat_id: int
    user_id: int
    at: datetime
    elsewhere: bool = False
    """Whether they are known to be in another group of the community."""
    seen: bool = True
    """Whether they were seen to leave at that instant. Else it was found out then."""


@dataclass(frozen=True, slots=True)
class WelcomeTerms:
    """What a welcome says, and when it is worth saying."""

    policy: WelcomePolicy
    first_coins: int
    """Coins of today's check-in."""
    most_coins: int
    """Coins of a day's check-in once the streak is long."""


def come(tx: Tx, coming: Coming, now: datetime, terms: WelcomeTerms) -> bool:
    """Note the presence once, the source at the first coming only, and promise the welcome; whether that is news."""
    place, sender, at = coming.group.place, coming.sender, coming.at
    member = locked_member(tx, place.community_id, sender.user_id)
    if member is None:
        deleted_at = forgotten.deleted_at(tx, place.community_id, sender.user_id, now)
        if deleted_at is not None and at <= deleted_at:
            return False  # told again of a coming before they had their data deleted
        enlist(tx, place.community_id, sender, at, _source_of(tx, place, coming.link))
        member = locked_member(tx, place.community_id, sender.user_id)
        if member is None:
            raise LookupError("a member that was just made is gone")
    facts = _enter(tx, member, coming.group, at)
    if facts is None:
        return False
    came(tx, sender.user_id, sender.username)
    occasion = Occasion(at, day_of(at, place.timezone), Origin(coming.group.id, None))
    note(tx, id_of(member), Did.COME, occasion)
    tx.execute(
        update(Person)
        .where(col(Person.user_id) == sender.user_id, col(Person.community_id).is_(None))
        .values(community_id=place.community_id)
    )
    outcome = _welcome_of(tx, member, coming, facts, terms)
    if outcome is not None and now - at < terms.policy.fresh:
        _promise(tx, coming, id_of(member), outcome, now, terms.policy)
    return True


def go(tx: Tx, going: Going) -> None:
    """Note that someone left; with the last group they left the community. Coins and history stay."""
    place, at = going.place, going.at
    member = locked_member(tx, place.community_id, going.user_id)
    if member is None:
        return
    withdraw_messages(tx, place.community_id, FRESH_KEY.format(community=place.community_id, user=going.user_id))
    member_id = id_of(member)
    # Who was here before the bot came was never seen to come.
    made = _insert_presence(tx, member_id, going.chat_id, joined_at=min(member.joined_at, at), left_at=at)
    if not made:
        left = tx.execute(
            update(Presence)
            .where(
                col(Presence.member_id) == member_id,
                col(Presence.chat_id) == going.chat_id,
                col(Presence.left_at).is_(None),
                col(Presence.joined_at) <= at,
            )
            .values(left_at=at)
            .returning(col(Presence.member_id))
        ).all()
        if not left:
            return
    room_id = tx.execute(select(col(FanGroup.id)).where(col(FanGroup.chat_id) == going.chat_id)).scalar_one_or_none()
    note(tx, member_id, Did.LEAVE, Occasion(at, day_of(at, place.timezone), Origin(room_id, None)))
    if going.seen:
        count_lost(tx, going.chat_id, at)
    note_tag(tx, member_id=member_id, chat_id=going.chat_id, tag="")  # Telegram takes it off who leaves
    if not going.elsewhere and not is_present(tx, member_id):
        member.left_at = at
        tx.flush()


def others(session: Session, group: Group) -> list[int]:
    """Chats of the same community's groups; a channel isn't one."""
    return list(
        session.execute(
            select(col(FanGroup.chat_id)).where(
                col(FanGroup.community_id) == group.place.community_id,
                col(FanGroup.chat_id) != group.chat_id,
                col(FanGroup.left_at).is_(None),
                col(FanGroup.is_channel).is_(False),
            )
        ).scalars()
    )


def move(tx: Tx, old_chat_id: int, new_chat_id: int) -> None:
    """A group became a supergroup: its people went with it, its invite links did not."""
    known = select(col(Presence.member_id)).where(col(Presence.chat_id) == new_chat_id)
    tx.execute(delete(Presence).where(col(Presence.chat_id) == old_chat_id, col(Presence.member_id).in_(known)))
    tx.execute(update(Presence).where(col(Presence.chat_id) == old_chat_id).values(chat_id=new_chat_id))
    tx.execute(delete(SourceLink).where(col(SourceLink.chat_id) == old_chat_id))


def _source_of(tx: Tx, place: Place, link: Link | None) -> int | None:
    """The source behind an invite link: by its address, else (the link was made anew, or by hand) by its name."""
    if link is None:
        return None
    mine = select(col(Source.id)).where(col(Source.community_id) == place.community_id)
    by_url = mine.join(SourceLink, col(SourceLink.source_id) == col(Source.id)).where(col(SourceLink.url) == link.url)
    found: int | None = tx.execute(by_url).scalar_one_or_none()
    if found is None and link.name:
        found = tx.execute(mine.where(col(Source.name_key) == source_key(link.name))).scalar_one_or_none()
    return found


def _enter(tx: Tx, member: Member, group: Group, at: datetime) -> ComingFacts | None:
    """Write the presence down; None if they were known to be in, or are banned at home and came to another room."""
    chat_id = group.chat_id
    before = tx.execute(
        select(col(Presence.chat_id), col(Presence.left_at)).where(col(Presence.member_id) == member.id)
    ).all()
    if not _insert_presence(tx, id_of(member), chat_id, joined_at=at, left_at=None):
        back = tx.execute(
            update(Presence)
            .where(
                col(Presence.member_id) == member.id,
                col(Presence.chat_id) == chat_id,
                col(Presence.left_at) <= at,
            )
            .values(joined_at=at, left_at=None)
            .returning(col(Presence.member_id))
        ).all()
        if not back:
            return None
    away_since = max((left_at for _, left_at in before if left_at is not None), default=None)
    inside = any(left_at is None for _, left_at in before)
    if chat_id == group.place.home_chat and member.banned_at is not None and member.banned_at <= at:
        member.banned_at = None  # nobody who is banned can be let in
    if member.banned_at is not None:
        return None
    member.left_at = None
    tx.flush()
    if member.tag_wanted:
        show_tags(tx, member.community_id, id_of(member), at, chats=[chat_id])
    return ComingFacts(first=not before, inside=inside, away_since=away_since)


def _insert_presence(tx: Tx, member_id: int, chat_id: int, *, joined_at: datetime, left_at: datetime | None) -> bool:
    made = tx.execute(
        insert_into(tx, Presence)
        .values(member_id=member_id, chat_id=chat_id, joined_at=joined_at, left_at=left_at)
        .on_conflict_do_nothing()
        .returning(col(Presence.member_id))
    ).all()
    return bool(made)


def is_present(tx: Tx, member_id: int) -> bool:
    """Whether a member was seen to come into a room and not to leave it."""
    return (
        tx.execute(
            select(col(Presence.chat_id)).where(col(Presence.member_id) == member_id, col(Presence.left_at).is_(None))
        ).first()
        is not None
    )


def _welcome_of(
    tx: Tx, member: Member, coming: Coming, facts: ComingFacts, terms: WelcomeTerms
) -> Welcome | WelcomeBack | None:
    """The welcome that a coming is worth; None for one that needs none."""
    kind = greeting(facts, coming.at, terms.policy)
    if kind is Welcome:
        return Welcome(coming.sender.name, terms.first_coins, terms.most_coins)
    if kind is WelcomeBack:
        balance = tx.execute(select(col(Account.balance)).where(col(Account.member_id) == member.id)).scalar_one()
        return WelcomeBack(coming.sender.name, balance or 0)
    return None


def _promise(
    tx: Tx, coming: Coming, member_id: int, outcome: Welcome | WelcomeBack, now: datetime, policy: WelcomePolicy
) -> None:
    """To the one person if they can be spoken to alone; else one message in the group for all of this minute.

    The shop's questions come with the welcome, so only who is spoken to alone is asked.
    """
    group, sender, reach, at = coming.group, coming.sender, coming.reach, coming.at
    place = group.place
    if group.is_admin or reach.can_write:
        if isinstance(outcome, Welcome):
            outcome = replace(outcome, question=ask_newcomer(tx, place.community_id, member_id))
        key = f"{FRESH_KEY.format(community=place.community_id, user=sender.user_id)}:{int(at.timestamp())}"
        ways = Ways(group.chat_id, whisper=group.is_admin, can_write=reach.can_write)
        terms = Terms(now=now, key=key, not_after=at + policy.fresh, lane=Lane.POST)
        tell_here(tx, place.community_id, Reader(sender.user_id, reach.language), ways, pack(outcome), terms)
        return
    burst = int(policy.burst.total_seconds())
    ends = int(now.timestamp()) // burst * burst + burst
    due_at = datetime.fromtimestamp(ends, tz=now.tzinfo) + FOLDED_GRACE
    terms = Terms(
        now=now,
        key=f"welcome:{group.chat_id}:{ends}",
        due_at=due_at,
        not_after=due_at + policy.fresh,
        lane=Lane.POST,
    )
    everybody = Reader(group.chat_id, place.language)
    tell_here(tx, place.community_id, everybody, Ways(group.chat_id, aloud=True), pack(WelcomeAll()), terms)

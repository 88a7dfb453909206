"""What staff look at: the shelf, what was sent, one post, one sending, and to whom something goes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.posts import copies
from bot.features.posts.persona import persona_of
from bot.features.posts.posts import by_number
from bot.features.posts.sendings import progress, rooms_of_audience, unreached
from bot.features.posts.shelf import content_of, open_blanks
from bot.rules.calendar import zone
from bot.rules.place import Place
from bot.rules.posts.audience import Audience
from bot.rules.posts.drafts import RoomChoice, WhomShown, kind_of
from bot.rules.posts.persona import PersonaFacts
from bot.rules.posts.post_pages import (
    A_PAGE,
    MissedGroup,
    MissedRoom,
    NoSuchPost,
    PostLine,
    PostList,
    PostShown,
    SentLine,
    SentList,
    SentShown,
)
from bot.rules.posts.sendings import NoSuchSending
from bot.rules.posts.titles import title_of
from bot.rules.segments import BadSegment, read_segment
from bot.store.contents import content_from_facts
from bot.store.engine.db import Database
from bot.store.segments import check_sources, count_reach
from bot.store.tables import FanGroup
from bot.store.tables.base import id_of
from bot.store.tables.posts import Post, PostCopy, Sending, SendingState


class PostLists:
    """Use cases of looking at posts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def posts(self, place: Place, before: int | None = None) -> PostList:
        """A page of posts: those before a number."""
        return await self._db.read(list_posts, place, before)

    async def sent(self, place: Place, before: int | None = None) -> SentList:
        """A page of sendings: those before one."""
        return await self._db.read(list_sent, place, before)

    async def post(self, place: Place, number: int) -> PostShown | NoSuchPost:
        """One post."""
        return await self._db.read(show_post, place, number)

    async def sending(self, place: Place, sending_id: int, at: datetime) -> SentShown | NoSuchPost:
        """One sending."""
        return await self._db.read(show_sending, place, sending_id, at)

    async def whom(self, place: Place, audience: Audience, at: datetime) -> WhomShown | BadSegment:
        """To whom a post goes."""
        return await self._db.read(whom, place, audience, at)

    async def rooms(self, place: Place) -> tuple[RoomChoice, ...]:
        """Rooms to choose from."""
        return await self._db.read(rooms, place.community_id)

    async def facts(self, place: Place) -> PersonaFacts:
        """How the shop speaks."""
        return await self._db.read(persona_of, place.community_id)

    async def newest_sending(self, place: Place, number: int) -> int | None:
        """The newest sending of a post that can still be changed."""
        return await self._db.read(newest_sending, place.community_id, number)

    async def sent_content(self, place: Place, sending_id: int) -> tuple[Post, Sending] | None:
        """A sending with its post."""
        return await self._db.read(find_sending, place.community_id, sending_id)


def list_posts(session: Session, place: Place, before: int | None) -> PostList:
    """The newest first; whether there are more is seen by reading one more."""
    mine = col(Post.community_id) == place.community_id
    page = select(Post).where(mine) if before is None else select(Post).where(mine, col(Post.number) < before)
    rows = session.execute(page.order_by(col(Post.number).desc()).limit(A_PAGE + 1)).scalars().all()
    shelf = session.execute(
        select(func.count()).select_from(Post).where(mine, col(Post.on_shelf).is_(True))
    ).scalar_one()
    shown = rows[:A_PAGE]
    return PostList(
        community_id=place.community_id,
        lines=_lines(session, place, shown),
        shelf=shelf,
        newer=before is not None,
        older=shown[-1].number if len(rows) > A_PAGE else None,
    )


def _lines(session: Session, place: Place, posts: Sequence[Post]) -> tuple[PostLine, ...]:
    persona = persona_of(session, place.community_id)
    times = {
        post_id: (count, last)
        for post_id, count, last in session.execute(
            select(col(Sending.post_id), func.count(), func.max(col(Sending.due_at)))
            .where(
                col(Sending.post_id).in_([post.id for post in posts]),
                col(Sending.state).not_in((SendingState.CANCELLED, SendingState.TAKEN_BACK)),
            )
            .group_by(col(Sending.post_id))
        )
    }
    found = []
    for post in posts:
        content = content_of(post, place.language)
        count, last = times.get(id_of(post), (0, None))
        found.append(
            PostLine(
                number=post.number,
                kind=kind_of(content),
                title=title_of(content),
                pillar=post.pillar,
                off=persona.is_off(post.pillar),
                on_shelf=post.on_shelf,
                blanks=len(open_blanks(post, place.language)),
                times=count,
                sent_at=last,
            )
        )
    return tuple(found)


def list_sent(session: Session, place: Place, before: int | None) -> SentList:
    """The newest first."""
    mine = col(Sending.community_id) == place.community_id
    where = (mine,) if before is None else (mine, col(Sending.id) < before)
    rows = session.execute(
        select(Sending, col(Post.number))
        .join(Post, col(Post.id) == col(Sending.post_id))
        .where(*where)
        .order_by(col(Sending.id).desc())
        .limit(A_PAGE + 1)
    ).all()
    lines = tuple(_sent_line(sending, number) for sending, number in rows[:A_PAGE])
    return SentList(
        community_id=place.community_id,
        lines=lines,
        newer=before is not None,
        older=lines[-1].sending_id if len(rows) > A_PAGE else None,
    )


def _sent_line(sending: Sending, number: int) -> SentLine:
    content = content_from_facts(sending.content)
    return SentLine(
        sending_id=id_of(sending),
        number=number,
        kind=kind_of(content),
        title=title_of(content),
        at=sending.due_at,
        state=sending.state,
        private=Audience.from_facts(sending.audience).private,
    )


def show_post(session: Session, place: Place, number: int) -> PostShown | NoSuchPost:
    """One post, with its newest sending."""
    post = by_number(session, place.community_id, number)
    if post is None:
        return NoSuchPost(number)
    (line,) = _lines(session, place, (post,))
    until = post.valid_until
    newest = session.execute(select(func.max(col(Sending.id))).where(col(Sending.post_id) == post.id)).scalar_one()
    return PostShown(
        community_id=place.community_id,
        line=line,
        season=post.season,
        valid_until=datetime.combine(until, time(12), zone(place.timezone)) if until is not None else None,
        sending_id=newest,
    )


def newest_sending(session: Session, community_id: int, number: int) -> int | None:
    """None if the post was never sent, or all was taken back."""
    found: int | None = session.execute(
        select(func.max(col(Sending.id)))
        .join(Post, col(Post.id) == col(Sending.post_id))
        .where(
            col(Post.community_id) == community_id,
            col(Post.number) == number,
            col(Sending.state).not_in((SendingState.CANCELLED, SendingState.TAKEN_BACK)),
        )
    ).scalar_one()
    return found


def find_sending(session: Session, community_id: int, sending_id: int) -> tuple[Post, Sending] | None:
    """A sending of this shop with its post."""
    row = session.execute(
        select(Post, Sending)
        .join(Sending, col(Sending.post_id) == col(Post.id))
        .where(col(Sending.id) == sending_id, col(Sending.community_id) == community_id)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def show_sending(session: Session, place: Place, sending_id: int, at: datetime) -> SentShown | NoSuchPost:
    """How far it is, whom it missed, and what its last change reached."""
    found = find_sending(session, place.community_id, sending_id)
    far, missed = progress(session, place.community_id, sending_id), unreached(session, place.community_id, sending_id)
    done = copies.changed(session, place.community_id, sending_id)
    if found is None or any(isinstance(one, NoSuchSending) for one in (far, missed, done)):
        return NoSuchPost(None)
    post, sending = found
    told = whom(session, place, Audience.from_facts(sending.audience), at)
    return SentShown(
        community_id=place.community_id,
        line=_sent_line(sending, post.number),
        whom=told if isinstance(told, WhomShown) else WhomShown(),
        sent=getattr(far, "sent", 0),
        waiting=getattr(far, "waiting", 0),
        missed=tuple(MissedGroup(reason, count) for reason, count in getattr(missed, "groups", {}).items()),
        change=getattr(done, "kind", None),
        reached=getattr(done, "reached", 0),
        changing=getattr(done, "waiting", 0),
        unreached=getattr(done, "unreached", 0),
        rooms=tuple(MissedRoom(one.room, one.problem.value) for one in getattr(done, "problems", ())[:5]),
        pinned=_is_pinned(session, sending_id),
    )


def _is_pinned(session: Session, sending_id: int) -> bool:
    pinned = select(col(PostCopy.id)).where(
        col(PostCopy.sending_id) == sending_id, col(PostCopy.chat_id) < 0, col(PostCopy.pinned_at).is_not(None)
    )
    return session.execute(pinned.limit(1)).first() is not None


def whom(session: Session, place: Place, audience: Audience, at: datetime) -> WhomShown | BadSegment:
    """Rooms by their titles; of a segment, how many it reaches."""
    if audience.segment is None:
        chats = rooms_of_audience(session, place.community_id, audience)
        titles = session.execute(
            select(col(FanGroup.title)).where(col(FanGroup.chat_id).in_(chats)).order_by(col(FanGroup.id))
        ).scalars()
        return WhomShown(tuple(titles), everywhere=audience.rooms is None, topic=audience.topic is not None)
    segment = read_segment(audience.segment)
    if isinstance(segment, BadSegment):
        return segment
    wrong = check_sources(session, place, segment)
    if wrong is not None:
        return wrong
    reach = count_reach(session, place, segment, at)
    return replace(
        WhomShown(everywhere=False, segment=segment.text),
        members=reach.members,
        reachable=reach.reachable,
        consenting=reach.consenting,
    )


def rooms(session: Session, community_id: int) -> tuple[RoomChoice, ...]:
    """The home group first."""
    found = session.execute(
        select(col(FanGroup.id), col(FanGroup.title))
        .where(col(FanGroup.community_id) == community_id, col(FanGroup.left_at).is_(None))
        .order_by(col(FanGroup.is_home).desc(), col(FanGroup.id))
        .limit(20)
    )
    return tuple(RoomChoice(room_id, title) for room_id, title in found if room_id is not None)

"""A shop that posts, for tests of features: posts, fans who can be told, the clock, and Telegram's taking of copies."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.communities import set_reachable
from bot.features.posts.sendings import Sendings
from bot.rules.act import Act, Sender
from bot.rules.place import Place
from bot.rules.posting import Content
from bot.rules.posts.audience import Audience
from bot.rules.posts.sendings import CopyProblem, NewSending, SendingBegun, SendingPolicy
from bot.store.contents import content_to_facts
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from bot.store.messages import departures
from bot.store.messages.departures import Mark
from bot.store.messages.payloads import EditPost, PinPost, SharePost, TakePostBack, read_payload
from bot.store.post_copies import (
    Copy,
    find_copy,
    mark_edited,
    mark_failed,
    mark_gone,
    mark_pinned,
    mark_problem,
    mark_sent,
)
from bot.store.tables import Member, Outbox
from bot.store.tables.base import id_of
from bot.store.tables.messages import OutboxState
from bot.store.tables.posts import Post
from tests.features.scene import NOON, OWNER, Causes, act_of, fan, shop

HELLO = Content("<b>New scarves</b> are here")


def run(tx: Tx, statement: Any) -> None:
    """Run a statement for what it changes."""
    tx.execute(statement)


@dataclass
class Newsroom:
    """One shop's posts."""

    db: Database
    place: Place
    causes: Causes
    policy: SendingPolicy = field(default_factory=SendingPolicy)
    messages: int = 0

    @classmethod
    async def open(cls, db: Database, causes: Causes, **policy: Any) -> "Newsroom":
        """The first shop."""
        return cls(db, await shop(db), causes, SendingPolicy(**policy))

    @property
    def sendings(self) -> Sendings:
        """What staff and the clock do with sendings."""
        return Sendings(self.db, self.policy)

    def act(self, now: datetime = NOON, cause: str | None = None) -> Act:
        """An act of the owner, by a fresh cause unless one is given."""
        return act_of(self.place, OWNER, now, cause or self.causes.next())

    async def fans(self, count: int, *, can_write: bool = True, consents: bool = True, first: int = 0) -> list[Sender]:
        """Fans of the shop, who may be told things in private unless told otherwise."""
        senders = [fan(first + number) for number in range(count)]
        for sender in senders:
            await self.db.write(self._becomes_fan, sender, consents=consents)
            await self.db.write(set_reachable, sender, can_write=can_write)
        return senders

    def _becomes_fan(self, tx: Tx, sender: Sender, *, consents: bool) -> None:
        member = standing(tx, self.place.community_id, sender, NOON - timedelta(days=40))
        since = NOON if consents else None
        tx.execute(update(Member).where(col(Member.id) == member.member_id).values(promotion_since=since))

    async def post(self, content: Content = HELLO, pillar: str | None = "tips") -> int:
        """A post of the shop; its id."""

        def make(tx: Tx) -> int:
            found = tx.execute(select(col(Post.number)).order_by(col(Post.number).desc())).scalars().first() or 0
            post = Post(
                community_id=self.place.community_id,
                number=found + 1,
                content=content_to_facts(content),
                pillar=pillar,
                made_at=NOON,
                made_by=OWNER.user_id,
            )
            tx.add(post)
            tx.flush()
            return id_of(post)

        return await self.db.write(make)

    async def send(
        self,
        audience: Audience | None = None,
        now: datetime = NOON,
        *,
        content: Content = HELLO,
        cause: str | None = None,
        **wish: Any,
    ) -> SendingBegun:
        """Send a new post: to all rooms unless told otherwise."""
        post_id = await self.post(content)
        asked = NewSending(post_id=post_id, content=content, audience=audience or Audience.everywhere(), **wish)
        begun = await self.sendings.send(self.act(now, cause), asked)
        assert isinstance(begun, SendingBegun)
        return begun

    async def tick(self, now: datetime = NOON) -> datetime | None:
        """What the clock does."""
        return await self.sendings.run_due(now)

    async def deliver(self, now: datetime = NOON, problems: dict[int, CopyProblem] | None = None) -> list[str]:
        """Telegram takes all that is due, but for chats with a problem; which acts it did."""
        done = []
        while rows := (await self.db.read(departures.look, now)).due:
            taken = await self.db.write(departures.take, [row.id for row in rows], "test")
            for row in rows:
                if row.id in taken:
                    done.append(row.act)
                    copy_id = getattr(row.payload, "copy_id", None)
                    copy = await self.db.read(find_copy, copy_id) if copy_id is not None else None
                    mark = self.mark(row.payload, copy, now, (problems or {}).get(row.chat_id))
                    await self.db.write(departures.write_mark, row.id, mark, now)
        return done

    def mark(self, payload: Any, copy: Copy | None, now: datetime, problem: CopyProblem | None) -> Mark:
        """What Telegram's answer comes to."""
        if copy is None or (isinstance(payload, SharePost) and copy.over):
            return Mark(OutboxState.EXPIRED)
        self.messages += 1
        if problem is not None:
            fails = isinstance(payload, SharePost)
            note: Any = (
                partial(mark_failed, copy=copy, problem=problem, now=now)
                if fails
                else partial(mark_problem, copy_id=copy.id, problem=problem)
            )
            return Mark(OutboxState.FAILED, f"refused: {problem}", note=note)
        notes: dict[type[Any], Any] = {
            SharePost: partial(mark_sent, copy=copy, message_ids=(self.messages,), now=now),
            EditPost: partial(mark_edited, copy_id=copy.id, now=now),
            TakePostBack: partial(mark_gone, copy_id=copy.id, now=now),
            PinPost: partial(mark_pinned, copy_id=copy.id, now=now if getattr(payload, "on", False) else None),
        }
        return Mark(OutboxState.SENT, note=notes[type(payload)])

    async def waiting(self) -> list[tuple[int, str]]:
        """What is promised of posts: (chat, act), in the order of chats."""

        def rows(session: Session) -> list[tuple[int, str]]:
            found = session.execute(
                select(col(Outbox.chat_id), col(Outbox.act), col(Outbox.facts))
                .where(col(Outbox.state) == OutboxState.WAITING)
                .order_by(col(Outbox.chat_id), col(Outbox.id))
            )
            return [(chat_id, act) for chat_id, act, facts in found if hasattr(read_payload(act, facts), "copy_id")]

        return await self.db.read(rows)

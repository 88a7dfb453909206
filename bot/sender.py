"""Drains the outbox: takes due rows by lane, waits for their turn, sends, and marks what came of it.

A row is marked *sending* before Telegram sees it. Found so after a crash, it may have arrived: edits and deletions are
simply done again, promised messages too (one at most is doubled), bulk is marked *unknown*.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
)
from sqlalchemy import case, delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.clock import Clock
from bot.content import Words
from bot.content.catalog import OUTCOMES
from bot.features.communities import Communities
from bot.flows.moving import follow
from bot.logs import get_logger
from bot.meters import Beat, Meters
from bot.outbound import Outbound
from bot.pacer import HeldError, Pacer
from bot.rules.communities import Place
from bot.rules.words import Language
from bot.store import causes
from bot.store.cards import EDIT, POST, promise_edit
from bot.store.db import Database, Tx
from bot.store.outbox import DELETE, SAY, TELL
from bot.store.places import place_of
from bot.store.tables import Card, Outbox
from bot.store.tables.messages import Lane, OutboxState
from bot.voice import NO_PREVIEW, Target, Voice

log = get_logger("sender")

LANES = {Lane.LIVE: 0, Lane.REMINDER: 1, Lane.POST: 2, Lane.BULK: 3}
AHEAD = {Lane.LIVE.value: 2.0}
"""Seconds of sending that are taken from the outbox at once, by lane."""
AHEAD_OF_OTHERS = 0.25
"""Of reminders, posts and bulk only little: what is live must not queue behind what was taken before it."""
LOOK_AGAIN = 0.12
"""Seconds after which what had to wait for its turn is looked at again."""
ONE_BY_ONE = 0.025
"""How long a group's message waits, at its turn, for the mark of the one before: a kill doubles one, not all that were
under way; on a slow network they may overlap a little."""
STEADY = 2.0
"""Seconds to wait after a round that failed, and for what is under way when the sender ends."""
LOOK = 500
"""Due rows looked at in one round."""
MOST_TRIES = 8
SLEEP = timedelta(seconds=30)
"""The longest sleep, for safety; promises and jumps of the clock wake the sender at once."""

CardState = Callable[[int, int, datetime], Awaitable[Any]]
"""(community, subject, now) → the outcome that the card shows, or None if there's nothing to show."""


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    community_id: int
    chat_id: int
    lane: str
    act: str
    facts: dict[str, Any]
    attempts: int


class Sender:
    """The way out for what was promised."""

    def __init__(
        self,
        *,
        out: Outbound,
        db: Database,
        words: Words,
        voice: Voice,
        pacer: Pacer,
        communities: Communities,
        clock: Clock,
        cards: dict[str, CardState],
        meters: Meters | None = None,
    ) -> None:
        self._meters = meters or Meters()
        self._out = out
        self._db = db
        self._words = words
        self._voice = voice
        self._pacer = pacer
        self._communities = communities
        self._clock = clock
        self._cards = cards
        self._wake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._before: asyncio.Task[None] | None = None
        self._acts = {
            POST: self._post_card,
            EDIT: self._edit_card,
            SAY: self._say,
            TELL: self._tell,
            DELETE: self._delete,
        }
        clock.wakes(self._wake)
        db.on_promise(self._wake.set)

    async def run(self) -> None:
        """Send what is due, until cancelled; what is under way then is finished first."""
        await self._db.write(_after_crash)
        try:
            while True:
                self._wake.clear()
                try:
                    seconds = await self._round()
                    self._meters.beat(Beat.SENDER)
                except (SQLAlchemyError, OSError) as error:  # what is due stays due
                    log.warning("round_failed", error=type(error).__name__)
                    seconds = STEADY
                try:
                    async with asyncio.timeout(seconds):
                        await self._wake.wait()
                except TimeoutError:
                    continue
        finally:
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=STEADY + 1)

    async def _round(self) -> float:
        """Take what may leave soon; seconds until there may be more."""
        now = self._clock.now()
        rows = await self._db.read(_due, now)
        left = len(rows) == LOOK
        for row in rows:
            # What one person is told in silence doesn't count as the group's.
            silent = row.act == TELL and (row.facts["whisper"] or row.facts["can_write"])
            chat_id = row.facts["user_id"] if silent else row.chat_id
            within = AHEAD.get(row.lane, AHEAD_OF_OTHERS)
            wait = self._pacer.reserve(chat_id, edit=row.act == EDIT, within=within)
            if wait is None:
                left = True
            elif await self._db.write(_take, row.id, now):
                task = asyncio.create_task(self._send_after(wait, row, self._before))
                if row.act in {POST, SAY}:
                    self._before = task
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
        if left:
            return LOOK_AGAIN
        next_at = await self._db.read(_next_due)
        if next_at is None:
            return SLEEP.total_seconds()
        return min(max((next_at - now).total_seconds(), 0.01), SLEEP.total_seconds())

    async def _send_after(self, wait: float, row: _Row, before: asyncio.Task[None] | None) -> None:
        await asyncio.sleep(wait)
        if before is not None and row.act in {POST, SAY}:
            await asyncio.wait((before,), timeout=ONE_BY_ONE)
        try:
            state, problem = await self._send(row)
        except HeldError as error:
            await self._again(row, timedelta(seconds=error.wait))
        except TelegramMigrateToChat as error:
            await follow(self._db, self._communities, row.chat_id, error.migrate_to_chat_id, self._clock.now())
            await self._db.write(_moved, row.id, error.migrate_to_chat_id, self._clock.now())
            self._wake.set()
        except TelegramForbiddenError:
            if row.chat_id < 0:
                # Removed without a word, or the word is still on its way: be quiet there.
                await self._communities.leave(row.chat_id, self._clock.now())
            await self._db.write(_mark, row.id, OutboxState.FAILED, "forbidden", self._clock.now())
        except TelegramBadRequest as error:
            log.warning("send_refused", row=row.id, act=row.act, chat=row.chat_id, reason=error.message[:80])
            await self._db.write(_mark, row.id, OutboxState.FAILED, "refused", self._clock.now())
        except Exception as error:  # one bad row must not stop the others
            log.error("send_failed", row=row.id, act=row.act, chat=row.chat_id, exc_info=error)
            await self._again(row, timedelta(seconds=2**row.attempts))
        else:
            await self._db.write(_mark, row.id, state, problem, self._clock.now())

    async def _again(self, row: _Row, wait: timedelta) -> None:
        if row.attempts + 1 >= MOST_TRIES:
            await self._db.write(_mark, row.id, OutboxState.FAILED, "too many tries", self._clock.now())
        else:
            await self._db.write(_back, row.id, self._clock.now() + wait)
            self._wake.set()

    async def _send(self, row: _Row) -> tuple[OutboxState, str | None]:
        if row.act not in {SAY, TELL} and row.chat_id < 0 and await self._communities.group(row.chat_id) is None:
            return OutboxState.EXPIRED, "not in the group"
        act = self._acts.get(row.act)
        if act is None:
            return OutboxState.FAILED, f"unknown act {row.act}"
        return await act(row)

    async def _card(self, row: _Row) -> tuple[Card, Place, Any] | None:
        card: Card | None = await self._db.read(_find_card, row.facts["card_id"])
        if card is None:
            return None
        place = await self._db.read(place_of, card.community_id)
        shown = await self._cards[card.kind](card.community_id, card.subject_id, self._clock.now())
        return (card, place, shown) if shown is not None else None

    async def _post_card(self, row: _Row) -> tuple[OutboxState, str | None]:
        found = await self._card(row)
        if found is None:
            return OutboxState.EXPIRED, "nothing to show"
        card, place, shown = found
        if card.message_id is not None and not row.facts.get("anew"):
            return OutboxState.SENT, None
        if getattr(shown, "over", False):
            # A card that is over before it hung would only tell a lie.
            return OutboxState.EXPIRED, "over before it was posted"
        said = self._words.say(shown, place, place.language)
        message = await self._out.call(
            "sendMessage",
            chat_id=row.chat_id,
            text=said.html,
            parse_mode="HTML",
            link_preview_options=NO_PREVIEW,
            reply_markup=self._out.keyboard(said.buttons),
        )
        now = self._clock.now()
        await self._db.write(_hung, card.id, message["message_id"], now)
        if await self._cards[card.kind](card.community_id, card.subject_id, now) != shown:
            # What changed while it was on its way found no message to edit.
            await self._db.write(_edit_soon, card.community_id, card.id, row.chat_id, now)
        return OutboxState.SENT, None

    async def _edit_card(self, row: _Row) -> tuple[OutboxState, str | None]:
        found = await self._card(row)
        if found is None or found[0].message_id is None:
            return OutboxState.EXPIRED, "no card"
        card, place, shown = found
        said = self._words.say(shown, place, place.language)
        try:
            await self._out.call(
                "editMessageText",
                chat_id=row.chat_id,
                message_id=card.message_id,
                text=said.html,
                parse_mode="HTML",
                link_preview_options=NO_PREVIEW,
                reply_markup=self._out.keyboard(said.buttons),
            )
        except TelegramBadRequest as error:
            if "not modified" not in error.message:
                return OutboxState.FAILED, "the card is gone"
        await self._db.write(_hung, card.id, card.message_id, self._clock.now())
        return OutboxState.SENT, None

    async def _say(self, row: _Row) -> tuple[OutboxState, str | None]:
        """Tell a chat, in the community's language unless another was promised."""
        facts = row.facts
        outcome = causes.from_facts(OUTCOMES[facts["outcome"]], facts["facts"])
        place = await self._db.read(place_of, row.community_id)
        said = self._words.say(outcome, place, Language(facts.get("language") or place.language))
        message = {
            "text": said.html,
            "parse_mode": "HTML",
            "link_preview_options": NO_PREVIEW,
            "reply_markup": self._out.keyboard(said.buttons),
        }
        try:
            await self._out.call("sendMessage", chat_id=row.chat_id, **message)
        except TelegramForbiddenError:
            instead = facts.get("instead")
            if row.chat_id < 0 or instead is None:
                raise
            await self._communities.unreachable(row.chat_id)
            await self._out.turn(instead)
            await self._out.call("sendMessage", chat_id=instead, **message)
        return OutboxState.SENT, None

    async def _tell(self, row: _Row) -> tuple[OutboxState, str | None]:
        facts = row.facts
        outcome = causes.from_facts(OUTCOMES[facts["outcome"]], facts["facts"])
        place = await self._db.read(place_of, row.community_id)
        target = Target(
            user_id=facts["user_id"],
            chat_id=row.chat_id,
            whisper=facts["whisper"],
            can_write=facts["can_write"],
            reply_to=facts["reply_to"],
            aloud=facts.get("aloud", True),
        )
        await self._voice.tell(target, outcome, place, Language(facts["language"]))
        return OutboxState.SENT, None

    async def _delete(self, row: _Row) -> tuple[OutboxState, str | None]:
        try:
            await self._out.call("deleteMessage", chat_id=row.chat_id, message_id=row.facts["message_id"])
        except TelegramBadRequest:
            return OutboxState.SENT, "gone already"
        return OutboxState.SENT, None


def _due(session: Session, now: datetime) -> list[_Row]:
    order = case(LANES, value=col(Outbox.lane), else_=9)
    rows = session.execute(
        select(Outbox)
        .where(col(Outbox.state) == OutboxState.WAITING, col(Outbox.due_at) <= now)
        .order_by(order, col(Outbox.due_at), col(Outbox.id))
        .limit(LOOK)
    ).scalars()
    return [
        _Row(row.id or 0, row.community_id, row.chat_id, row.lane, row.act, row.facts, row.attempts) for row in rows
    ]


def _next_due(session: Session) -> datetime | None:
    found: datetime | None = session.execute(
        select(func.min(col(Outbox.due_at))).where(col(Outbox.state) == OutboxState.WAITING)
    ).scalar_one()
    return found


def _take(tx: Tx, row_id: int, now: datetime) -> bool:
    """Mark a row *sending*; one whose time is over expires instead. False if it isn't to be sent."""
    expired = tx.execute(
        update(Outbox)
        .where(col(Outbox.id) == row_id, col(Outbox.state) == OutboxState.WAITING, col(Outbox.not_after) <= now)
        .values(state=OutboxState.EXPIRED, problem="its time is over")
        .returning(col(Outbox.id))
    ).all()
    taken = tx.execute(
        update(Outbox)
        .where(col(Outbox.id) == row_id, col(Outbox.state) == OutboxState.WAITING)
        .values(state=OutboxState.SENDING, attempts=col(Outbox.attempts) + 1)
        .returning(col(Outbox.id))
    ).all()
    return bool(taken) and not expired


def _mark(tx: Tx, row_id: int, state: OutboxState, problem: str | None, now: datetime) -> None:
    tx.execute(update(Outbox).where(col(Outbox.id) == row_id).values(state=state, problem=problem, sent_at=now))
    # Edits, deletions and answers that were delivered have nothing to tell later.
    tx.execute(
        delete(Outbox).where(
            col(Outbox.id) == row_id,
            col(Outbox.state) == OutboxState.SENT,
            col(Outbox.act).in_((EDIT, DELETE, TELL)),
        )
    )


def _back(tx: Tx, row_id: int, due_at: datetime) -> None:
    """Let a row wait again, unless a newer one with the same fold is waiting: the newest wins."""
    row = tx.get_one(Outbox, row_id)
    newer = (
        row.fold_key is not None
        and tx.execute(
            select(col(Outbox.id)).where(col(Outbox.fold_key) == row.fold_key, col(Outbox.state) == OutboxState.WAITING)
        ).first()
    )
    if newer:
        tx.delete(row)
    else:
        row.state, row.due_at = OutboxState.WAITING, due_at
    tx.flush()


def _moved(tx: Tx, row_id: int, new_chat_id: int, now: datetime) -> None:
    """The chat has a new id: what can be sent there waits for it. Edits and deletions concern the old one."""
    row = tx.get_one(Outbox, row_id)
    if row.act in {POST, SAY, TELL}:
        row.state, row.due_at, row.chat_id = OutboxState.WAITING, now, new_chat_id
    else:
        row.state, row.problem = OutboxState.FAILED, "the group moved"
    tx.flush()


def _after_crash(tx: Tx) -> None:
    rows = (
        tx.execute(select(Outbox).where(col(Outbox.state) == OutboxState.SENDING).order_by(col(Outbox.id)))
        .scalars()
        .all()
    )
    for row in rows:
        if row.lane == Lane.BULK and row.act != DELETE:
            row.state = OutboxState.UNKNOWN
            tx.flush()
        elif row.id is not None:
            _back(tx, row.id, row.due_at)


def _find_card(session: Session, card_id: int) -> Card | None:
    return session.get(Card, card_id)


def _hung(tx: Tx, card_id: int | None, message_id: int | None, now: datetime) -> None:
    tx.execute(update(Card).where(col(Card.id) == card_id).values(message_id=message_id, edited_at=now))


def _edit_soon(tx: Tx, community_id: int, card_id: int | None, chat_id: int, now: datetime) -> None:
    if card_id is not None:
        promise_edit(tx, community_id, card_id, chat_id, now, now)

"""Drains the outbox: takes due rows by lane, waits for their turn, sends, and marks what came of it.

A row is marked *sending* before Telegram sees it. Found so after a crash, it may have arrived: edits and deletions are
simply done again, promised messages too (one at most is doubled), bulk is marked *unknown*.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

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
from bot.rules.words import Language, reader_language
from bot.store import causes, departures
from bot.store.cards import EDIT, POST
from bot.store.db import Database, Tx
from bot.store.departures import Departure
from bot.store.hold import Hold
from bot.store.outbox import DELETE, FILE, LEAVE, SAY, TELL
from bot.store.places import place_of
from bot.store.tables import Card, Person
from bot.store.tables.messages import Lane, OutboxState
from bot.store.telling import Attachment
from bot.voice import NO_PREVIEW, Target, Voice

log = get_logger("sender")

AHEAD = 2.0
"""Seconds of sending that are taken from the outbox at once, of live messages."""
AHEAD_OF_OTHERS = 0.25
"""Of edits, reminders, posts and bulk only little: what is live must not queue behind what was taken before it."""
ONE_TURN = 1 / 25
"""Seconds before a start in which nothing else takes a turn any more."""
LOOK_AGAIN = 0.12
"""Seconds after which what had to wait for its turn is looked at again."""
SHORTEST = 0.002
"""Seconds between two rounds, at least."""
STARTS_WITHIN = 1.8
"""Seconds in which a start is told everywhere, where the limits allow it."""
ONE_BY_ONE = 0.025
"""How long a message waits, at its turn, for the mark of the one before: a kill doubles one, not all that were under
way. With many groups on a slow network they overlap a little; with fewer there is more time, up to `MOST_PATIENT`."""
MOST_PATIENT = 0.5
PIECES = 5
"""In which a message waits for the answer to the one before: a machine that was busy elsewhere for one of them may
have got that answer and not have read it yet."""
STEADY = 2.0
"""Seconds to wait after a round that failed, and for what is under way when the sender ends."""
MOST_TRIES = 8
"""Of what fails for no passing reason."""
LONGEST_PAUSE = 15.0
"""Seconds between two tries while Telegram can't be reached: what was promised waits for the network to come back."""
SLEEP = timedelta(seconds=30)
"""The longest sleep, for safety; promises and jumps of the clock wake the sender at once."""

CardState = Callable[[Session, int, int, datetime], Any]
"""(session, community, subject, now) → the outcome that the card shows, or None if there's nothing to show."""

FileMaker = Callable[[int, int], Awaitable[Attachment | None]]
"""(community, subject) → the file as it is now, or None if there's none any more."""


class Witness(Protocol):
    """Writes down, in the commit that marks a message as sent, which message told a group of a subject, and when."""

    def __call__(self, tx: Tx, *, subject_id: int, chat_id: int, message_id: int, posted_at: datetime) -> None:
        """`posted_at` is Telegram's date of the message."""


class Result(NamedTuple):
    """What came of a row."""

    state: OutboxState
    problem: str | None = None
    hung: tuple[int, int] | None = None
    """(card, message): which message shows a card now."""
    shown: Any = None
    """What that message shows."""
    note: Callable[[Tx], None] | None = None
    """What else is written down with it."""


class _Shown(NamedTuple):
    """A card with what it should show now."""

    card: Card
    place: Place
    shown: Any
    language: Language
    """The community's; in somebody's private chat, the reader's."""


@dataclass(slots=True, eq=False)
class _Flight:
    """How far a message has got."""

    answered: asyncio.Event = field(default_factory=asyncio.Event)
    """Telegram has answered, or it isn't sent after all."""
    marked: asyncio.Event = field(default_factory=asyncio.Event)
    """And that is written down."""

    async def over(self, patience: float) -> None:
        """Wait until a kill can't double it any more; a slow network may be overtaken, our own writing never."""
        for _ in range(PIECES):
            if self.answered.is_set():
                break
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience / PIECES):
                    await self.answered.wait()
        if self.answered.is_set():
            await self.marked.wait()


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
        hold: Hold,
        cards: dict[str, CardState],
        files: dict[str, FileMaker] | None = None,
        witnesses: dict[str, Witness] | None = None,
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
        self._hold = hold
        self._cards = cards
        self._files = files or {}
        self._witnesses = witnesses or {}
        self._wake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._before: _Flight | None = None
        self._acts: dict[str, Callable[[Departure], Awaitable[Result]]] = {
            POST: self._post_card,
            EDIT: self._edit_card,
            SAY: self._say,
            TELL: self._tell,
            FILE: self._send_file,
            DELETE: self._delete,
            LEAVE: self._leave,
        }
        clock.wakes(self._wake)
        db.on_promise(self._wake.set)

    async def run(self) -> None:
        """Send what is due, until cancelled; what is under way then is finished first."""
        await self._keep(departures.after_crash, self._hold.term)
        try:
            while True:
                self._wake.clear()
                await self._hold.wait()
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
        seen = await self._db.read(departures.look, now)
        if seen.late:
            await self._db.write(departures.expire, now)
        before_start = (seen.next_start - now).total_seconds() - ONE_TURN if seen.next_start is not None else AHEAD
        turns = [(row, at) for row in seen.due if (at := self._turn(row, before_start)) is not None]
        ids = [row.id for row, _ in turns]
        taken = await self._db.write(departures.take, ids, self._hold.term) if ids else set()
        self._send_all([(row, at) for row, at in turns if row.id in taken], sum(row.announces for row in seen.due))
        seconds = LOOK_AGAIN if len(turns) < len(seen.due) else SLEEP.total_seconds()
        if seen.next_at is not None:
            seconds = min(seconds, (seen.next_at - self._clock.now()).total_seconds())
        return max(seconds, SHORTEST)

    def _turn(self, row: Departure, before_start: float) -> float | None:
        """The monotonic instant of a row's turn, or None if that isn't soon."""
        # What one person is told in silence doesn't count as the group's.
        silent = row.act == TELL and (row.facts["whisper"] or row.facts["can_write"])
        chat_id = row.facts["user_id"] if silent else row.chat_id
        within = AHEAD
        if not row.announces:
            live = row.lane == Lane.LIVE and row.act != EDIT
            within = min(AHEAD if live else AHEAD_OF_OTHERS, before_start)
        now = time.monotonic()
        wait = self._pacer.reserve(chat_id, edit=row.act == EDIT, within=within)
        return now + wait if wait is not None else None

    def _send_all(self, turns: list[tuple[Departure, float]], announcements: int) -> None:
        """Let each leave at its turn, one after the other where there is time for it."""
        begun = time.monotonic()
        told = 0
        for row, at in sorted(turns, key=itemgetter(1)):
            patience = ONE_BY_ONE
            if row.announces:
                told += 1
                latest = begun + STARTS_WITHIN - (announcements - told) * self._pacer.gap
                patience = max(patience, latest - at)
            flight = _Flight()
            before = self._before if row.doubles else None
            task = asyncio.create_task(self._send_at(at, row, flight, before, min(patience, MOST_PATIENT)))
            if row.doubles:
                self._before = flight
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _send_at(
        self, at: float, row: Departure, flight: _Flight, before: _Flight | None, patience: float
    ) -> None:
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        if before is not None:
            await before.over(patience)
        await self._hold.wait()
        try:
            await self._send_or_put_back(row, flight)
        finally:
            flight.answered.set()
            flight.marked.set()

    async def _send_or_put_back(self, row: Departure, flight: _Flight) -> None:
        try:
            await self._send_and_mark(row, flight)
        except HeldError as error:
            # For a passing reason: it is tried until its time is over.
            pause = max(error.wait, min(2.0 ** (row.attempts - 1), LONGEST_PAUSE))
            await self._put_back(row, timedelta(seconds=pause))
        except TelegramMigrateToChat as error:
            await follow(self._db, self._communities, row.chat_id, error.migrate_to_chat_id, self._clock.now())
            await self._keep(departures.moved, row.id, error.migrate_to_chat_id, self._clock.now())
            self._wake.set()
        except TelegramForbiddenError:
            if row.chat_id < 0:
                # Removed without a word, or the word is still on its way: be quiet there.
                await self._communities.leave(row.chat_id, self._clock.now())
            await self._mark(row, OutboxState.FAILED, "forbidden")
        except TelegramBadRequest as error:
            log.warning("send_refused", row=row.id, act=row.act, chat=row.chat_id, reason=error.message[:80])
            await self._mark(row, OutboxState.FAILED, "refused")
        except Exception as error:  # one bad row must not stop the others
            log.error("send_failed", row=row.id, act=row.act, chat=row.chat_id, exc_info=error)
            if row.attempts + 1 >= MOST_TRIES:
                await self._mark(row, OutboxState.FAILED, "too many tries")
            else:
                await self._put_back(row, timedelta(seconds=2.0**row.attempts))

    async def _put_back(self, row: Departure, wait: timedelta) -> None:
        await self._keep(departures.put_back, row.id, self._clock.now() + wait)
        self._wake.set()

    async def _mark(
        self,
        row: Departure,
        state: OutboxState,
        problem: str | None,
        hung: tuple[int, int] | None = None,
        note: Callable[[Tx], None] | None = None,
    ) -> None:
        await self._keep(departures.mark, row.id, state, problem, self._clock.now(), hung, note)

    async def _keep(self, what: Callable[..., None], *facts: Any) -> None:
        """Write down what came of a row, however long the database is away: until then it isn't sent again."""
        while True:
            try:
                await self._db.write(what, *facts)
            except (DBAPIError, OSError) as error:
                log.warning("mark_failed", error=type(error).__name__)
                await asyncio.sleep(STEADY)
            else:
                return

    async def _send_and_mark(self, row: Departure, flight: _Flight) -> None:
        result = await self._send(row)
        flight.answered.set()
        await self._mark(row, result.state, result.problem, result.hung, result.note)
        flight.marked.set()
        if row.act == POST and result.hung is not None:
            after = await self._db.read(self._show, result.hung[0], self._clock.now())
            if after is not None and after.shown != result.shown:
                # What changed while it was on its way found no message to edit.
                await self._keep(departures.edit_soon, after.card, row.chat_id, self._clock.now())

    async def _send(self, row: Departure) -> Result:
        if row.act not in {SAY, TELL, LEAVE} and row.chat_id < 0 and await self._communities.group(row.chat_id) is None:
            return Result(OutboxState.EXPIRED, "not in the group")
        act = self._acts.get(row.act)
        if act is None:
            return Result(OutboxState.FAILED, f"unknown act {row.act}")
        return await act(row)

    async def _post_card(self, row: Departure) -> Result:
        """Hang a card; which message it is and that it was sent become one commit."""
        found = await self._db.read(self._show, row.facts["card_id"], self._clock.now())
        if found is None:
            return Result(OutboxState.EXPIRED, "nothing to show")
        if found.card.message_id is not None and not row.facts.get("anew"):
            return Result(OutboxState.SENT)
        if getattr(found.shown, "over", False):
            # A card that is over before it hung would only tell a lie.
            return Result(OutboxState.EXPIRED, "over before it was posted")
        message = self._message(found.shown, found.place, found.language)
        sent = await self._out.call("sendMessage", chat_id=row.chat_id, **message)
        return Result(OutboxState.SENT, None, (found.card.id or 0, sent["message_id"]), found.shown)

    async def _edit_card(self, row: Departure) -> Result:
        found = await self._db.read(self._show, row.facts["card_id"], self._clock.now())
        message_id = found.card.message_id if found is not None else None
        if found is None or message_id is None:
            return Result(OutboxState.EXPIRED, "no card")
        message = self._message(found.shown, found.place, found.language)
        try:
            await self._out.call("editMessageText", chat_id=row.chat_id, message_id=message_id, **message)
        except TelegramBadRequest as error:
            if "not modified" not in error.message:
                return Result(OutboxState.FAILED, "the card is gone")
        return Result(OutboxState.SENT, None, (found.card.id or 0, message_id))

    def _show(self, session: Session, card_id: int, now: datetime) -> _Shown | None:
        card = session.get(Card, card_id)
        if card is None:
            return None
        shown = self._cards[card.kind](session, card.community_id, card.subject_id, now)
        if shown is None:
            return None
        place = place_of(session, card.community_id)
        person = session.get(Person, card.chat_id) if card.chat_id > 0 else None
        language = place.language
        if person is not None:
            language = reader_language(person.language, person.telegram_language, language)
        return _Shown(card, place, shown, language)

    def _message(self, outcome: Any, place: Place, language: Language | None = None) -> dict[str, Any]:
        """An outcome as a group reads it, in the community's language unless told otherwise."""
        said = self._words.say(outcome, place, language or place.language)
        return {
            "text": said.html,
            "parse_mode": "HTML",
            "link_preview_options": NO_PREVIEW,
            "reply_markup": self._out.keyboard(said.buttons),
        }

    async def _say(self, row: Departure) -> Result:
        """Tell a chat, in the community's language unless another was promised."""
        facts = row.facts
        outcome = causes.from_facts(OUTCOMES[facts["outcome"]], facts["facts"])
        place = await self._db.read(place_of, row.community_id)
        message = self._message(outcome, place, Language(facts.get("language") or place.language))
        try:
            sent = await self._out.call("sendMessage", chat_id=row.chat_id, **message)
        except TelegramForbiddenError:
            instead = facts.get("instead")
            if row.chat_id < 0 or instead is None:
                raise
            await self._communities.unreachable(row.chat_id)
            await self._out.turn(instead)
            await self._out.call("sendMessage", chat_id=instead, **message)
            return Result(OutboxState.SENT)
        witness = facts.get("witness")
        if witness is None:
            return Result(OutboxState.SENT)
        note = partial(
            self._witnesses[witness["kind"]],
            subject_id=witness["subject_id"],
            chat_id=sent["chat"]["id"],
            message_id=sent["message_id"],
            posted_at=datetime.fromtimestamp(sent["date"], UTC),
        )
        return Result(OutboxState.SENT, note=note)

    async def _tell(self, row: Departure) -> Result:
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
        return Result(OutboxState.SENT)

    async def _send_file(self, row: Departure) -> Result:
        made = await self._files[row.facts["file"]](row.community_id, row.facts["subject_id"])
        if made is None:
            return Result(OutboxState.EXPIRED, "no file")
        place = await self._db.read(place_of, row.community_id)
        said = self._words.say(made.caption, place, place.language)
        await self._out.document(row.chat_id, made.name, made.content, said.html)
        return Result(OutboxState.SENT)

    async def _delete(self, row: Departure) -> Result:
        try:
            await self._out.call("deleteMessage", chat_id=row.chat_id, message_id=row.facts["message_id"])
        except TelegramBadRequest:
            return Result(OutboxState.SENT, "gone already")
        return Result(OutboxState.SENT)

    async def _leave(self, row: Departure) -> Result:
        if await self._communities.group(row.chat_id) is not None:
            return Result(OutboxState.EXPIRED, "joined meanwhile")
        log.info("left_unanswered", chat=row.chat_id)
        with contextlib.suppress(TelegramBadRequest, TelegramForbiddenError):
            await self._out.call("leaveChat", chat_id=row.chat_id)
        return Result(OutboxState.SENT)

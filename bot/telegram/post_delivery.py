"""Sends posts, edits them, takes them back and pins them: one chat at a time, as an outbox row asks."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import assert_never

from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError

from bot.content import Words
from bot.content.frames import frame_of
from bot.features.communities import Communities
from bot.logs import get_logger
from bot.rules.posting import Content
from bot.rules.posts.sendings import CopyProblem
from bot.rules.refusals import SILENT, WAITING, Refusal
from bot.store.engine.sessions import Tx
from bot.store.messages.departures import Departure
from bot.store.messages.payloads import EditPost, OfAPost, PinPost, SharePost, TakePostBack
from bot.store.places import Group
from bot.store.post_copies import (
    KIND,
    Copy,
    find_copy,
    mark_edited,
    mark_failed,
    mark_gone,
    mark_pinned,
    mark_problem,
    mark_sent,
    share_anew,
)
from bot.store.shown import ShownMessage
from bot.store.tables.messages import OutboxState
from bot.telegram.engine import Engine
from bot.telegram.post_calls import Row, edit_content, in_frame, send_content
from bot.telegram.refusals import refusal_of
from bot.telegram.results import Result
from bot.telegram.why_rows import why_rows

log = get_logger("sender")

RefusedError = TelegramBadRequest | TelegramForbiddenError
Note = Callable[[Tx], None]

DELETABLE = timedelta(hours=48)
"""How long Telegram lets a bot delete a message."""

_MEDIA_WORDS = (
    *("wrong file identifier", "wrong remote file", "file reference", "wrong type of file", "media not found"),
    *("wrong file_id", "wrong padding in the string", "media_empty", "failed to get http url content"),
)
_RIGHTS_WORDS = ("not enough rights", "need administrator rights", "chat_admin_required")
_KIND_WORDS = ("there is no text in the message", "there is no caption in the message", "media can't be edited")
_GONE_WORDS = ("message to delete not found", "message to pin not found", "message to unpin not found")


def problem_of(error: RefusedError) -> CopyProblem:
    """Why Telegram refused something that was to be done to a copy."""
    words = error.message.lower()
    for problem, phrases in (
        (CopyProblem.BAD_MEDIA, _MEDIA_WORDS),
        (CopyProblem.OTHER_KIND, _KIND_WORDS),
        (CopyProblem.DELETED, _GONE_WORDS),
        (CopyProblem.NEVER_STARTED, ("can't initiate conversation",)),
        (CopyProblem.NO_RIGHT, _RIGHTS_WORDS),
    ):
        if any(phrase in words for phrase in phrases):
            return problem
    reason = refusal_of(error)
    if reason is Refusal.PERSON:
        return CopyProblem.BLOCKED
    if reason in {Refusal.REMOVED, Refusal.UNKNOWN}:
        return CopyProblem.LEFT
    if reason in SILENT | {Refusal.MEDIA}:
        return CopyProblem.NO_RIGHT
    return CopyProblem.DELETED if reason is Refusal.GONE else CopyProblem.REFUSED


class PostDelivery:
    """Does what an outbox row asks of a post's message in one chat."""

    def __init__(self, engine: Engine, words: Words, communities: Communities) -> None:
        self._words = words
        self._out = engine.out
        self._db = engine.db
        self._clock = engine.clock
        self._communities = communities

    async def do(self, row: Departure, asked: OfAPost) -> Result:
        """Do it.

        Raises:
            HeldError: it can't leave now.
            TelegramAPIError: the room refuses messages, or the bot isn't there any more.
            DamagedError: the sending holds no content.
        """
        copy = await self._db.read(find_copy, asked.copy_id)
        if copy is None:
            return Result(OutboxState.EXPIRED, "no such copy")
        group = await self._communities.group(copy.chat_id) if not copy.private else None
        if not copy.private and (group is None or group.place.community_id != copy.community_id):
            return Result(OutboxState.EXPIRED, "not in the group", note=_problem(copy, CopyProblem.LEFT))
        match asked:
            case SharePost():
                return await self._share(row, copy, group)
            case EditPost(anew=anew):
                return await self._change(copy, self._edit, anew=anew)
            case TakePostBack():
                return await self._change(copy, self._take_back)
            case PinPost(on=on):
                return await self._change(copy, partial(self._pin, on=on))
            case _:
                assert_never(asked)

    async def _share(self, row: Departure, copy: Copy, group: Group | None) -> Result:
        if copy.message_id is not None or copy.sent_at is not None:
            return Result(OutboxState.SENT)
        if copy.over:
            return Result(OutboxState.EXPIRED, "withdrawn")
        channel = group is not None and group.is_channel
        try:
            content, rows = self._framed(copy, row.verdict_id)
            thread_id = _thread(copy, group)
            posted = await send_content(
                self._out, row.chat_id, content, channel=channel, thread_id=thread_id, rows=rows
            )
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            problem, reason = problem_of(error), refusal_of(error)
            if not copy.private and reason in WAITING | {Refusal.REMOVED} and problem is not CopyProblem.BAD_MEDIA:
                raise  # the sender waits for the room, and tells the owner
            log.warning("post_refused", copy=copy.id, chat=row.chat_id, problem=problem.value)
            note = partial(mark_failed, copy=copy, problem=problem, now=self._clock.now())
            return Result(OutboxState.FAILED, f"refused: {problem}", note=note)
        first = posted.ids[0] if posted.ids else None
        shown = ShownMessage(row.chat_id, first, KIND, copy.sending_id, wears=copy.wears, poll_id=posted.poll_id)
        now, verdict_id = self._clock.now(), row.verdict_id
        note = partial(mark_sent, copy=copy, message_ids=posted.ids, now=now, verdict_id=verdict_id)
        return Result(OutboxState.SENT, note=note, message=shown)

    def _framed(self, copy: Copy, verdict_id: int | None) -> tuple[Content, list[Row]]:
        """A post as it is sent, and the rows of buttons below its own. In private it is promotion, with its frame."""
        if not copy.private:
            return copy.content, []
        frame = frame_of(self._words, copy.place, copy.language)
        asked_why = why_rows(self._words, verdict_id, KIND, copy.language)
        keyboard = self._out.keyboard((*frame.buttons, *asked_why))
        return in_frame(copy.content, frame), keyboard["inline_keyboard"] if keyboard is not None else []

    async def _change(
        self, copy: Copy, change: Callable[[Copy, int], Awaitable[Note]], *, anew: bool = False
    ) -> Result:
        """Change a copy that was sent. Why that can't be done is written down beside it.

        `anew`: if its message was deleted, the post is promised as a message of its own.
        """
        if copy.message_id is None:
            return Result(OutboxState.EXPIRED, "no message")
        try:
            return Result(OutboxState.SENT, note=await change(copy, copy.message_id))
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            if refusal_of(error) is Refusal.REMOVED:
                raise
            problem = problem_of(error)
            log.info("post_not_changed", copy=copy.id, chat=copy.chat_id, problem=problem.value)
            if anew and problem is CopyProblem.DELETED:
                note = partial(share_anew, copy=copy, now=self._clock.now())
                return Result(OutboxState.FAILED, f"refused: {problem}", note=note)
            return Result(OutboxState.FAILED, f"refused: {problem}", note=_problem(copy, problem))

    async def _edit(self, copy: Copy, message_id: int) -> Note:
        try:
            content, rows = self._framed(copy, copy.verdict_id)
            await edit_content(self._out, copy.chat_id, message_id, content, rows)
        except TelegramBadRequest as error:
            if "not modified" not in error.message:
                raise
        return partial(mark_edited, copy_id=copy.id, now=self._clock.now())

    async def _take_back(self, copy: Copy, message_id: int) -> Note:
        for number in (*copy.more_ids, message_id):
            try:
                await self._out.call("deleteMessage", chat_id=copy.chat_id, message_id=number)
            except TelegramBadRequest as error:
                if problem_of(error) is CopyProblem.DELETED:
                    continue  # somebody deleted it: it is gone, which is what was asked
                if "can't be deleted" in error.message:
                    return partial(mark_problem, copy_id=copy.id, problem=self._undeletable(copy))
                raise
        return partial(mark_gone, copy_id=copy.id, now=self._clock.now())

    def _undeletable(self, copy: Copy) -> CopyProblem:
        """Telegram says alike that a message is too old and that a right lacks."""
        age = self._clock.now() - copy.sent_at if copy.sent_at is not None else DELETABLE
        return CopyProblem.TOO_OLD if age >= DELETABLE else CopyProblem.NO_RIGHT

    async def _pin(self, copy: Copy, message_id: int, *, on: bool) -> Note:
        where = {"chat_id": copy.chat_id, "message_id": message_id}
        if on:
            await self._out.call("pinChatMessage", **where, disable_notification=True)
        else:
            await self._out.call("unpinChatMessage", **where)
        return partial(mark_pinned, copy_id=copy.id, now=self._clock.now() if on else None)


def _problem(copy: Copy, problem: CopyProblem) -> Note:
    return partial(mark_problem, copy_id=copy.id, problem=problem)


def _thread(copy: Copy, group: Group | None) -> int | None:
    """The topic that staff chose, else the room's own."""
    if copy.topic_id is not None:
        return copy.topic_id
    return group.topic.thread_id if group is not None and group.topic is not None else None

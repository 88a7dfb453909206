"""Does what a promised message asks for: post, edit, say, tell, send a file, delete, leave.

A refusal of Telegram is raised as aiogram raises it, unless the same can be told by another way. The sender decides
what follows.
"""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple, Protocol, assert_never

from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from sqlalchemy.orm import Session

from bot.content import Words
from bot.content.frames import framed
from bot.features.communities import Communities
from bot.logs import get_logger
from bot.rules.place import Place
from bot.rules.refusals import Refusal
from bot.rules.shown import ShownClass, class_of, file_kind
from bot.rules.words import Language
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import edit_in_time, hang_again
from bot.store.messages.departures import Departure
from bot.store.messages.outbox import take_away_later
from bot.store.messages.payloads import (
    DamagedError,
    DeleteMessage,
    EditCard,
    EditPost,
    LeaveChat,
    PinPost,
    PostCard,
    Say,
    SendFile,
    SharePost,
    ShowTag,
    TakePostBack,
    TakeTag,
    Tell,
    WitnessOf,
)
from bot.store.messages.telling import Attachment
from bot.store.places import place_of
from bot.store.private_messages import reader_of
from bot.store.shown import ShownMessage
from bot.store.tables import Card, Person
from bot.store.tables.base import id_of
from bot.store.tables.messages import OutboxState
from bot.store.verdicts import OVER, UNHEARD
from bot.telegram.answers import message_id_of, place_in
from bot.telegram.calls import NO_PREVIEW
from bot.telegram.engine import Engine
from bot.telegram.post_delivery import PostDelivery
from bot.telegram.promises import language_in, outcome_in
from bot.telegram.refusals import refusal_of
from bot.telegram.replies import Voice
from bot.telegram.results import Result
from bot.telegram.tags import Tags
from bot.telegram.targets import Target
from bot.telegram.why_rows import why_rows

log = get_logger("sender")

CardState = Callable[[Session, int, int, datetime], Any]
"""(session, community, subject, now) → the outcome that the card shows, or None if there's nothing to show."""

FileMaker = Callable[[int, int], Awaitable[Attachment | None]]
"""(community, subject) → the file as it is now, or None if there's none any more."""


class Witness(Protocol):
    """Writes down which message told a group of a subject, and when, in the commit that marks the message as sent."""

    def __call__(self, tx: Tx, *, subject_id: int, chat_id: int, message_id: int, posted_at: datetime) -> None:
        """`posted_at` is Telegram's date of the message."""


Unheard = Callable[[Tx, int, datetime], None]
"""(tx, the id of what was told, now) → writes down that no way to the person worked."""


OwnPayload = PostCard | EditCard | Say | Tell | SendFile | DeleteMessage | LeaveChat | ShowTag | TakeTag
"""What is done here. Posts are sent by `PostDelivery`."""


class Shown(NamedTuple):
    """A card with what it should show now."""

    card: Card
    place: Place
    shown: Any
    language: Language
    """The community's; in somebody's private chat, the reader's."""


@dataclass(frozen=True, slots=True)
class DomainParts:
    """What domains bring to what is sent, each by its kind."""

    cards: Mapping[str, CardState]
    """What their living cards show now."""
    files: Mapping[str, FileMaker]
    """What makes their files."""
    witnesses: Mapping[str, Witness]
    """What hears of a message's fate."""
    unheard: Mapping[str, Unheard]
    """What hears that somebody couldn't be told."""


class Deliveries:
    """Does what one outbox row asks for."""

    def __init__(
        self, engine: Engine, words: Words, voice: Voice, communities: Communities, parts: DomainParts
    ) -> None:
        self._out = engine.out
        self._db = engine.db
        self._words = words
        self._voice = voice
        self._communities = communities
        self._clock = engine.clock
        self._cards = parts.cards
        self._files = parts.files
        self._witnesses = parts.witnesses
        self._unheard = parts.unheard
        self._tags = Tags(engine.out, engine.db)
        self._posts = PostDelivery(engine, words, communities)

    async def do(self, row: Departure) -> Result:
        """Send what the row promises.

        Raises:
            HeldError: it can't leave now.
            TelegramAPIError: Telegram refused it, and there is no other way.
            DamagedError: the row doesn't hold what its act needs.
        """
        payload = row.payload
        if isinstance(payload, SharePost | EditPost | TakePostBack | PinPost):
            return await self._posts.do(row, payload)
        concerns_a_message = not isinstance(payload, Say | Tell | LeaveChat)
        if concerns_a_message and row.chat_id < 0 and await self._communities.group(row.chat_id) is None:
            return Result(OutboxState.EXPIRED, "not in the group")
        return await self._do(row, payload)

    async def _do(self, row: Departure, payload: OwnPayload) -> Result:
        match payload:
            case PostCard():
                result = await self._post_card(row, payload)
            case EditCard():
                result = await self._edit_card(row, payload)
            case Say():
                result = await self._say(row, payload)
            case Tell():
                result = await self._tell(row, payload)
            case SendFile():
                result = await self._send_file(row, payload)
            case DeleteMessage():
                result = await self._delete(row, payload)
            case LeaveChat():
                result = await self._leave(row)
            case ShowTag() | TakeTag():
                result = Result(OutboxState.SENT, note=await self._tags.do(row, payload))
            case _:
                assert_never(payload)
        return result

    async def look(self, card_id: int) -> Shown | None:
        """What a card should show now; None if there is nothing to show."""
        return await self._db.read(self._show, card_id, self._clock.now())

    async def _post_card(self, row: Departure, asked: PostCard) -> Result:
        """Hang a card; which message it is and that it was sent become one commit."""
        found = await self.look(asked.card_id)
        if found is None:
            return Result(OutboxState.EXPIRED, "nothing to show")
        if found.card.message_id is not None and not asked.anew:
            return Result(OutboxState.SENT)
        if getattr(found.shown, "over", False):
            # A card of something that is over already would tell a lie.
            return Result(OutboxState.EXPIRED, OVER)
        message = self._message(found.shown, found.place, found.language)
        how = await self._where(row.chat_id) | ({"disable_notification": True} if asked.silent else {})
        sent = await self._out.call("sendMessage", chat_id=row.chat_id, **how, **message)
        message_id = message_id_of(sent)
        posted = ShownMessage(row.chat_id, message_id, found.card.kind, found.card.subject_id)
        if message_id is None:
            return Result(OutboxState.SENT, "sent, but its number wasn't told", message=posted)
        note = partial(self._after_card, found)
        return Result(OutboxState.SENT, None, (id_of(found.card), message_id), found.shown, note, message=posted)

    def _after_card(self, found: Shown, tx: Tx, *, edited: bool = False) -> None:
        """What a card that shows `found` now sets off: a message that showed it before goes, and it changes in time."""
        card, now = found.card, self._clock.now()
        if card.message_id is not None and not edited:
            # Two messages of one card contradict each other, as only one of them is edited.
            take_away_later(tx, card.community_id, card.chat_id, card.message_id, due_at=now, now=now)
        turns_at: datetime | None = getattr(found.shown, "turns_at", None)
        if turns_at is not None:
            edit_in_time(tx, card, turns_at, now)

    async def _edit_card(self, row: Departure, asked: EditCard) -> Result:
        found = await self._db.read(self._show, asked.card_id, self._clock.now(), asked.witness)
        message_id = found.card.message_id if found is not None else None
        if found is None or message_id is None:
            return Result(OutboxState.EXPIRED, "no card")
        message = self._message(found.shown, found.place, found.language)
        note = partial(self._after_card, found, edited=True) if getattr(found.shown, "turns_at", None) else None
        edited = (id_of(found.card), message_id)
        try:
            sent = await self._out.call("editMessageText", chat_id=row.chat_id, message_id=message_id, **message)
        except TelegramBadRequest as error:
            if refusal_of(error) is Refusal.GONE:
                return self._hung_again(row, found, message_id, error.message)
            if "not modified" not in error.message:
                raise
            return Result(OutboxState.SENT, note=note, edited=edited)
        return Result(OutboxState.SENT, note=self._seen(asked.witness, sent, edited=True) or note, edited=edited)

    def _hung_again(self, row: Departure, found: Shown, message_id: int, words: str) -> Result:
        """The card was deleted, or is too old to be edited: it is hung anew while there is something to do."""
        note = None
        # In a private chat the reader may delete what they like.
        if row.chat_id < 0 and not getattr(found.shown, "over", False):
            too_old = "can't be edited" in words
            note = partial(
                hang_again, card_id=id_of(found.card), message_id=message_id, too_old=too_old, now=self._clock.now()
            )
        return Result(OutboxState.FAILED, "the card is gone", note=note)

    async def _where(self, chat_id: int) -> dict[str, int]:
        """The topic in which a room is told things. It is looked up at sending, so a change holds for what waits."""
        group = await self._communities.group(chat_id) if chat_id < 0 else None
        return {"message_thread_id": group.topic.thread_id} if group is not None and group.topic is not None else {}

    async def _thread(self, row: Departure, asked: Tell) -> int | None:
        """The topic in which one person is told: where they asked, else where the room is told things."""
        if asked.asked:
            return asked.thread_id
        return (await self._where(row.chat_id)).get("message_thread_id")

    def _show(self, session: Session, card_id: int, now: datetime, witness: WitnessOf | None = None) -> Shown | None:
        card = session.get(Card, card_id)
        if card is None:
            return None
        kind, subject_id = (card.kind, card.subject_id) if witness is None else (witness.kind, witness.subject_id)
        state = self._cards.get(kind)
        if state is None:
            raise DamagedError("unknown card kind")
        shown = state(session, card.community_id, subject_id, now)
        if shown is None:
            return None
        place = place_of(session, card.community_id)
        return Shown(card, place, shown, _language_in(session, card.chat_id, place))

    def _message(self, outcome: Any, place: Place, language: Language | None = None) -> dict[str, Any]:
        """An outcome as a group reads it, in the community's language unless told otherwise."""
        said = self._words.say(outcome, place, language or place.language)
        return {
            "text": said.html,
            "parse_mode": "HTML",
            "link_preview_options": NO_PREVIEW,
            "reply_markup": self._out.keyboard(said.buttons),
        }

    async def _say(self, row: Departure, asked: Say) -> Result:
        """Tell a chat, in the community's language unless another was promised."""
        outcome = outcome_in(asked)
        place = await self._db.read(place_of, row.community_id)
        message = self._message(outcome, place, language_in(asked) or place.language)
        if asked.witness is not None and asked.witness.kind not in self._witnesses:
            raise DamagedError("unknown witness")
        sent = await self._out.call("sendMessage", chat_id=row.chat_id, **await self._where(row.chat_id), **message)
        said = ShownMessage(row.chat_id, message_id_of(sent), asked.outcome)
        note = self._seen(asked.witness, sent)
        untold = asked.witness is not None and note is None
        return Result(
            OutboxState.SENT, "sent, but where and when wasn't told" if untold else None, note=note, message=said
        )

    def _seen(self, witness: WitnessOf | None, sent: Any, *, edited: bool = False) -> Callable[[Tx], None] | None:
        """What the witness writes down of a message that was sent or edited. None if it wasn't told where and when."""
        where = place_in(sent, edited=edited) if witness is not None else None
        if witness is None or where is None:
            return None
        return partial(
            self._witnesses[witness.kind],
            subject_id=witness.subject_id,
            chat_id=where.chat_id,
            message_id=where.message_id,
            posted_at=datetime.fromtimestamp(where.date, UTC),
        )

    async def _tell(self, row: Departure, asked: Tell) -> Result:
        place = await self._db.read(place_of, row.community_id)
        language = language_in(asked) or place.language
        said = self._words.say(outcome_in(asked), place, language)
        if asked.below is not None:
            said = replace(said, below=self._words.say(outcome_in(asked.below), place, language))
        if not asked.asked and class_of(asked.outcome) is ShownClass.PROMOTION:
            said = framed(said, place, language)
        target = Target(
            user_id=asked.user_id,
            chat_id=row.chat_id,
            whisper=asked.whisper,
            can_write=asked.can_write,
            reply_to=asked.reply_to,
            thread_id=await self._thread(row, asked),
            aloud=asked.aloud,
        )
        if target.private:
            said = replace(said, foot=why_rows(self._words, row.verdict_id, asked.outcome, language))
        heard = await self._voice.tell(target, said, place)
        instead = asked.instead
        if not heard and target.private and instead is not None:
            thread_id = (await self._where(instead)).get("message_thread_id")
            there = Target(asked.user_id, instead, whisper=True, can_write=False, thread_id=thread_id, aloud=False)
            heard = await self._voice.tell(there, said, place)
        shown = None
        if heard is not None and not heard.whisper and not asked.asked:
            shown = ShownMessage(heard.chat_id, heard.message_id, asked.outcome)
        problem = UNHEARD if heard is None else None
        if heard is not None or asked.unheard is None:
            return Result(OutboxState.SENT, problem, message=shown)
        unheard = self._unheard.get(asked.unheard.kind)
        if unheard is None:
            raise DamagedError("unknown kind of what is told")
        subject_id, now = asked.unheard.subject_id, self._clock.now()
        return Result(OutboxState.SENT, problem, note=lambda tx: unheard(tx, subject_id, now))

    async def _send_file(self, row: Departure, asked: SendFile) -> Result:
        make = self._files.get(asked.file)
        if make is None:
            raise DamagedError("unknown file")
        made = await make(row.community_id, asked.subject_id)
        if made is None:
            return Result(OutboxState.EXPIRED, "no file")
        try:
            return await self._send_made(row, asked, made)
        finally:
            if made.path is not None:
                made.path.unlink(missing_ok=True)

    async def _send_made(self, row: Departure, asked: SendFile, made: Attachment) -> Result:
        place = await self._db.read(place_of, row.community_id)
        language = await self._db.read(_language_in, row.chat_id, place)
        alone = self._words.say(made.alone, place, language)
        where = await self._where(row.chat_id)
        content = made.path or made.content
        if not content:
            sent = await self._out.say(row.chat_id, alone, **where)
            return Result(OutboxState.SENT, message=_with_file(row, asked, sent))
        said = self._words.say(made.caption, place, language)
        caption, keyboard = said.html, self._out.keyboard(said.buttons)
        try:
            if made.picture:
                sent = await self._out.photo(row.chat_id, made.content, caption, **where)
            else:
                sent = await self._out.document(
                    row.chat_id, made.name, content, caption, reply_markup=keyboard, **where
                )
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            reason = refusal_of(error)
            if reason is not Refusal.MEDIA:
                raise
            await self._out.wait_for_slot(row.chat_id)
            sent = await self._out.say(row.chat_id, alone, **where)
            return Result(OutboxState.SENT, "without the file", refused=reason, message=_with_file(row, asked, sent))
        return Result(OutboxState.SENT, message=_with_file(row, asked, sent))

    async def _delete(self, row: Departure, asked: DeleteMessage) -> Result:
        try:
            await self._out.call("deleteMessage", chat_id=row.chat_id, message_id=asked.message_id)
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            if refusal_of(error) is Refusal.REMOVED:
                raise
            return Result(OutboxState.SENT, "gone already")
        return Result(OutboxState.SENT)

    async def _leave(self, row: Departure) -> Result:
        if await self._communities.group(row.chat_id) is not None:
            return Result(OutboxState.EXPIRED, "joined meanwhile")
        log.info("left_unanswered", chat=row.chat_id)
        with contextlib.suppress(TelegramBadRequest, TelegramForbiddenError):
            await self._out.call("leaveChat", chat_id=row.chat_id)
        return Result(OutboxState.SENT)


def _with_file(row: Departure, asked: SendFile, sent: Any) -> ShownMessage:
    return ShownMessage(row.chat_id, message_id_of(sent), file_kind(asked.file), asked.subject_id)


def _language_in(session: Session, chat_id: int, place: Place) -> Language:
    """The language of what is told in a chat: in private the reader's, in a room the community's."""
    person = session.get(Person, chat_id) if chat_id > 0 else None
    return reader_of(person, place.language).language if person is not None else place.language

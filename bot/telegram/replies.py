"""Answers one person: by a callback answer, else a whisper, else in private, else by a short-lived reply in the group.

Answers to one fan don't fill the group, and a code is never said aloud. The use case is done before its answer is
given. So an answer that can't leave within two seconds doesn't make anybody wait: it becomes a row of the outbox, or is
given later from memory.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat, TelegramNotFound

from bot.content import Said, Words
from bot.features.communities import Communities
from bot.flows.move_group import MoveGroup
from bot.logs import get_logger
from bot.rules.place import Place
from bot.rules.refusals import Refusal
from bot.rules.rights import sees_money
from bot.store.messages.outbox import take_away_later
from bot.telegram.answers import message_id_of
from bot.telegram.ask import Ask
from bot.telegram.calls import NO_PREVIEW
from bot.telegram.engine import Engine
from bot.telegram.keyboards import start_link
from bot.telegram.late_answers import LateAnswers
from bot.telegram.pacer import HeldError
from bot.telegram.refusals import refusal_of
from bot.telegram.targets import Target, promise_answer, promised_words, target_of
from bot.telegram.told_acts import ActMessage, Told, ToldActs, pressed_message
from bot.telegram.whispers import Whispers

log = get_logger("voice")

PRESS_ANSWERED = 120.0
"""Seconds after which a press is handled but not answered, because Telegram takes no answer any more."""
SHORT_LIVED = timedelta(seconds=30)
"""How long a reply stays in the group, which is used if nothing quieter was possible."""
NOT_IN_GROUP = "USER_NOT_PARTICIPANT"
"""Part of the message with which Telegram refuses a whisper to somebody who isn't in the group."""


Absent = Callable[[Place, int, int, datetime], Awaitable[None]]
"""(place, chat id, user id, at) → stores that a person isn't in a group."""


Warn = Callable[[Place, str], Awaitable[Any]]
"""(place, cause) → an outcome to say below the answer to an act of staff, or None."""


class Voice:
    """Speaks to one person."""

    def __init__(
        self,
        engine: Engine,
        words: Words,
        communities: Communities,
        move_group: MoveGroup,
        whispers: Whispers,
        note_absent: Absent,
    ) -> None:
        """`note_absent` is called if Telegram refuses a whisper because the person isn't in the group."""
        self._meters = engine.meters
        self._note_absent = note_absent
        self._out = engine.out
        self._words = words
        self._db = engine.db
        self._communities = communities
        self._move_group = move_group
        self._clock = engine.clock
        self._whispers = whispers
        self._late_answers = LateAnswers()
        self._acts = ToldActs(engine.hold.peers)
        self.warning: Warn | None = None
        """Gives what stands below the answer to an act of staff that breaks a bound."""

    async def answer(self, ask: Ask, outcome: Any, *, below: Any = None) -> None:
        """Tell the person who asked the outcome. `below` is another outcome that stands below it in the same message.

        An answer that can't leave now is promised as it is.
        """
        said = self._words.say(outcome, ask.place, ask.language)
        if below is not None:
            said = replace(said, below=self._words.say(below, ask.place, ask.language))
        said = await self._with_warning(ask, said)
        heard = False
        if ask.press_id is not None:
            if ask.age > PRESS_ANSWERED:
                return
            heard = await self._answer_press(ask.press_id, said.short, toast=outcome.only_toast)
            if outcome.only_toast or (heard and said.below is None and not said.buttons and outcome.fits_alert):
                return
        target = target_of(ask)
        if heard and said.told_by_alert:
            target = replace(target, aloud=False)  # the person has read the code, so no reply in the group is needed
        told = await self._tell_or_promise(ask, target, said)
        if told is not None and told.number is not None:
            reader = target.user_id if told.whisper else None
            self._acts.remember(outcome, ActMessage(told.chat_id, told.number, reader), ask.language)

    async def taken_back(self, ask: Ask, outcome: Any, *, quietly: bool = False) -> None:
        """Tell that an act was taken back. Messages that told of the act say so now, and have no buttons of its.

        `outcome` is `Undone` or `AlreadyUndone`. `quietly`: the person hears something else, so nothing is sent.
        """
        said = self._words.say(outcome, ask.place, ask.language)
        pressed, told = pressed_message(ask), self._acts.take(outcome.entry_id)
        read = pressed is not None and await self._edit_act(pressed, said)
        if told is not None and told[0] != pressed:
            await self._edit_act(told[0], self._words.say(outcome, ask.place, told[1]))
        if quietly or ask.age > PRESS_ANSWERED:
            return
        heard = ask.press_id is not None and await self._answer_press(ask.press_id, said.short)
        if not heard and not read:
            await self._tell_or_promise(ask, target_of(ask), said)

    async def _edit_act(self, where: ActMessage, said: Said) -> bool:
        """Let a message that told of an act say something else."""
        how: dict[str, int] = {"message_id": where.message_id}
        if where.reader is not None:
            how = {"ephemeral_message_id": where.message_id, "receiver_user_id": where.reader}
        method = "editMessageText" if where.reader is None else "editEphemeralMessageText"
        try:
            return await self._edit_panel(method, where.chat_id, said, **how)
        except HeldError:
            log.info("act_stays", chat=where.chat_id)
            return False

    async def panel(self, ask: Ask, outcome: Any, *, below: Any = None, instead: Any = None) -> int | None:
        """Show a panel. If one of its buttons was pressed, its message is edited; else a new message is sent.

        Only private messages and whispers are edited. `below` is another outcome that is shown under the panel in the
        same message. Returns the message's id, which a dialogue can remember; None for a whisper.

        With `instead` nobody else may see the panel: where only a reply in the group is possible, it says `instead`.

        A panel that can't leave now is promised as a new message. Then None is returned too. Of promised panels only
        the newest is sent.
        """
        if ask.press_id is not None and ask.age <= PRESS_ANSWERED:
            await self._answer_press(ask.press_id, None)
        said = self._words.say(outcome, ask.place, ask.language)
        shown = replace(said, instead=instead)
        if below is not None:
            shown = replace(shown, below=self._words.say(below, ask.place, ask.language))
        shown = await self._with_warning(ask, shown)
        try:
            number = await self._show_panel(ask, shown)
            where = ActMessage(ask.chat_id, number) if number is not None else pressed_message(ask)
            if where is not None:
                self._acts.remember(outcome, where, ask.language)
        except HeldError as held:
            target = target_of(ask)
            if instead is not None and not (target.private or target.whisper or target.can_write):
                shown = self._words.say(instead, ask.place, ask.language)  # only the whole group can be answered
            elif instead is not None:
                target = replace(target, aloud=False)
            await self._answer_later(ask, target, shown, held, fold=f"panel:{ask.chat_id}:{ask.sender.user_id}")
            return None
        return number

    async def _with_warning(self, ask: Ask, said: Said) -> Said:
        """The answer to an act of staff; if the act breaks a bound, the warning stands at its end.

        Only operators and the owner can hold a message back, so only they are warned.
        """
        if not sees_money(ask.role) or self.warning is None or ask.place is None:
            return said
        warned = await self.warning(ask.place, ask.cause)
        if warned is None:
            return said
        last = self._words.say(warned, ask.place, ask.language)
        return replace(said, below=last if said.below is None else replace(said.below, below=last))

    async def _show_panel(self, ask: Ask, said: Said) -> int | None:
        if ask.panel_id is not None and ask.private:
            if await self._edit_panel("editMessageText", ask.chat_id, said, message_id=ask.panel_id):
                return ask.panel_id
        elif ask.panel_ephemeral_id is not None:
            whisper = {"ephemeral_message_id": ask.panel_ephemeral_id, "receiver_user_id": ask.sender.user_id}
            if await self._edit_panel("editEphemeralMessageText", ask.chat_id, said, **whisper):
                return None
        if ask.private:
            return await self._send_panel(ask, said)
        await self._tell(target_of(ask), said, ask.place)
        return None

    async def delete_panel(self, ask: Ask, message_id: int) -> None:
        """Delete a panel of the bot in the person's private chat. If it can't be deleted, it stays."""
        try:
            await self._out.call("deleteMessage", chat_id=ask.chat_id, message_id=message_id)
        except (TelegramBadRequest, HeldError):
            log.info("panel_stays", chat=ask.chat_id)

    async def picture(self, ask: Ask, outcome: Any, picture: bytes, *, or_words: bool = True) -> None:
        """Answer with a picture and the outcome as its caption.

        If no picture can be sent, answer with the text, or with nothing if not `or_words`.
        """
        said = self._words.say(outcome, ask.place, ask.language)
        target = target_of(ask)
        ways: list[tuple[int, dict[str, Any]]] = []
        whispered = target.whisper and not target.private
        if whispered and await self._whispers.may_whisper(ask.place, secret=said.secret):
            reply = {"ephemeral_message_id": target.ephemeral_id} if target.ephemeral_id is not None else None
            receiver = {"receiver_user_id": target.user_id}
            how = {"ephemeral_message_parameters": receiver, "reply_parameters": reply}
            ways.append((target.chat_id, {**how, "message_thread_id": target.thread_id}))
        if target.private or target.can_write:
            ways.append((target.user_id, {}))
        for chat_id, how in ways:
            try:
                sent = await self._out.photo(chat_id, picture, said.html, **how)
            except (TelegramBadRequest, TelegramForbiddenError, HeldError) as error:
                log.info("picture_refused", chat=chat_id, error=type(error).__name__)
                continue
            if "ephemeral_message_parameters" not in how or await self._whispers.was_whispered(
                chat_id, sent, ask.place
            ):
                return
        if or_words:
            await self.answer(ask, outcome)

    async def open_private(self, ask: Ask, payload: str, outcome: Any) -> None:
        """Open the private chat with the bot for somebody who pressed a button. If that fails, answer with `outcome`.

        Telegram allows a link to the bot as the answer to a press. In the private chat *Start* sends `payload`.
        """
        if ask.press_id is not None and ask.age <= PRESS_ANSWERED:
            try:
                await self._out.call(
                    "answerCallbackQuery",
                    callback_query_id=ask.press_id,
                    url=start_link(self._out.username, payload),
                )
            except (TelegramBadRequest, HeldError) as error:
                log.info("opening_refused", chat=ask.chat_id, error=type(error).__name__)
            else:
                return
        await self.answer(ask, outcome)

    async def tell(self, target: Target, said: Said, place: Place) -> Told | None:
        """Tell one person what was promised by the quietest way that is open; None if none was.

        Raises:
            HeldError: the message can't leave now.
        """
        return await self._tell(target, said, place, has_slot=True)

    async def _send_panel(self, ask: Ask, said: Said) -> int | None:
        """Send a panel in private; its message id, or None if Telegram refuses it. The person's act stays done."""
        try:
            return message_id_of(await self._send(ask.chat_id, said))
        except TelegramForbiddenError:
            await self._communities.unreachable(ask.sender.user_id)
        except TelegramBadRequest as error:
            log.warning("panel_refused", user=ask.sender.user_id, error=type(error).__name__)
        return None

    async def _edit_panel(self, method: str, chat_id: int, said: Said, **which: int) -> bool:
        """Edit a panel; whether it shows the text now. A deleted or too old message can't be edited."""
        try:
            await self._out.call(
                method,
                chat_id=chat_id,
                text=said.html,
                parse_mode="HTML",
                link_preview_options=NO_PREVIEW,
                reply_markup=self._out.keyboard(said.buttons),
                **which,
            )
        except TelegramNotFound:  # an older server doesn't know the method
            return False
        except TelegramBadRequest as error:
            return "not modified" in error.message
        return True

    async def _answer_press(self, press_id: str, short: str | None, *, toast: bool = False) -> bool:
        """Answer a press; whether the person got a text. An answer can come too late, or have no short form."""
        try:
            await self._out.call(
                "answerCallbackQuery",
                callback_query_id=press_id,
                text=short,
                show_alert=(short is not None and not toast) or None,
            )
        except (TelegramBadRequest, HeldError):
            return False
        return short is not None

    async def _tell_or_promise(self, ask: Ask, target: Target, said: Said) -> Told | None:
        try:
            return await self._tell(target, said, ask.place)
        except HeldError as held:
            await self._answer_later(ask, target, said, held)
        return None

    async def _answer_later(
        self, ask: Ask, target: Target, said: Said, held: HeldError, fold: str | None = None
    ) -> None:
        """Give an answer later: by the outbox, or from memory for somebody in no shop."""
        if ask.place is None:
            self._late_answers.retry(partial(self._tell, target, said, None), held)
        else:
            await self._db.write(promise_answer, ask, target, promised_words(said), self._clock.now(), fold)

    async def _tell(self, target: Target, said: Said, place: Place | None, *, has_slot: bool = False) -> Told | None:
        try:
            return await self._tell_in_chat(target, said, place, has_slot=has_slot)
        except TelegramMigrateToChat as error:
            await self._move_group.follow(target.chat_id, error.migrate_to_chat_id, self._clock.now())
            # The message that is answered is in the old group. Its ids mean nothing in the new one.
            new_id = error.migrate_to_chat_id
            there = replace(target, chat_id=new_id, press_id=None, ephemeral_id=None, reply_to=None, thread_id=None)
            return await self._tell_in_chat(there, said, place, has_slot=has_slot)

    async def _tell_in_chat(self, target: Target, said: Said, place: Place | None, *, has_slot: bool) -> Told | None:
        if target.private:
            return await self._write_privately(target.user_id, target.chat_id, said)
        carries = target.whisper and await self._whispers.may_whisper(place, secret=said.secret)
        whispered = await self._whisper(target, said, place) if carries else None
        if whispered is not None:
            return Told(target.chat_id, None, whispered)
        if target.can_write and (told := await self._write_privately(target.user_id, target.user_id, said)):
            return told
        if not target.aloud or (said.secret and place is None):
            log.info("told_nobody", chat=target.chat_id)
            return None
        if said.secret and place is not None:
            said = said.aloud(place)
        if not has_slot:
            await self._out.wait_for_slot(target.chat_id)
        return await self._reply_for_a_while(target, said, place)

    async def _whisper(self, target: Target, said: Said, place: Place | None) -> int | None:
        """Whisper to one person; the whisper's number, or None if it couldn't be whispered."""
        receiver: dict[str, Any] = {"receiver_user_id": target.user_id}
        if target.press_id is not None:
            receiver["callback_query_id"] = target.press_id
        reply = None
        if target.ephemeral_id is not None:
            reply = {"ephemeral_message_id": target.ephemeral_id}
        try:
            sent = await self._send(
                target.chat_id,
                said,
                message_thread_id=target.thread_id,
                ephemeral_message_parameters=receiver,
                reply_parameters=reply,
            )
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            self._meters.whispers_refused += 1
            log.info("whisper_refused", chat=target.chat_id, error=type(error).__name__)
            if NOT_IN_GROUP in error.message and place is not None:
                await self._note_absent(place, target.chat_id, target.user_id, self._clock.now())
            return None
        return sent["ephemeral_message_id"] if await self._whispers.was_whispered(target.chat_id, sent, place) else None

    async def _write_privately(self, user_id: int, chat_id: int, said: Said) -> Told | None:
        try:
            sent = await self._send(chat_id, said)
        except TelegramForbiddenError:
            await self._communities.unreachable(user_id)
            return None
        except TelegramBadRequest as error:
            log.warning("private_refused", user=user_id, error=type(error).__name__)
            return None
        return Told(chat_id, message_id_of(sent))

    async def _reply_for_a_while(self, target: Target, said: Said, place: Place | None) -> Told | None:
        reply = None
        if target.reply_to is not None:
            reply = {"message_id": target.reply_to, "allow_sending_without_reply": True}
        try:
            message = await self._send(
                target.chat_id,
                said,
                message_thread_id=target.thread_id,
                reply_parameters=reply,
                disable_notification=True,
            )
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            reason = refusal_of(error)
            if reason is Refusal.REMOVED:
                raise
            log.warning("reply_refused", chat=target.chat_id, reason=reason.value)
            return None
        message_id, now = message_id_of(message), self._clock.now()
        if place is not None and message_id is not None:
            await self._db.write(
                take_away_later, place.community_id, target.chat_id, message_id, due_at=now + SHORT_LIVED, now=now
            )
        return Told(target.chat_id, message_id)

    async def _send(self, chat_id: int, said: Said, **how: Any) -> Any:
        return await self._out.say(chat_id, said, **how)

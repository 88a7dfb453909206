"""What a person does on the page. A refusal is a code for words that the page says."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.chats import Chat, Rights
from sandbox.errors import CannotDoError
from sandbox.files import Document, is_picture
from sandbox.links import read_link
from sandbox.messages import Message
from sandbox.page.crowd import Crowd, wait_until_fetched
from sandbox.page.page import Page
from sandbox.page.views import find_chat, find_message, key_of, message_key, results_view, user_view
from sandbox.people import Person
from sandbox.reactions import VARIATION_SELECTOR
from sandbox.text import MAX_TEXT

PRESS_SECONDS = 20.0
INLINE_SECONDS = 10.0
SETTLED = 2.0
MOST_FANS = 500
MOST_SECONDS = 400 * 86_400.0

Body = dict[str, Any]
Act = Callable[["Acts", Person, Body], Awaitable[Body]]


class RefusedError(Exception):
    """The person's app doesn't allow an act. `code` names a line among the page's words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Acts:
    """The acts of one page, by name."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.world = page.world

    async def do(self, person: Person, body: Body) -> Body:
        """Do one act. Raises RefusedError."""
        act = ACTS.get(str(body.get("act")))
        if act is None:
            raise RefusedError("unknown")
        try:
            done = await act(self, person, body)
        except (CannotDoError, TypeError, ValueError):  # the last two: something that should be a number isn't
            raise RefusedError("cannot") from None
        else:
            self.page.note_deed(person, str(body["act"]), str(body.get("text") or body.get("data") or ""))
            return done
        finally:
            self.page.wake_watchers()

    def _chat(self, person: Person, body: Body) -> Chat:
        chat = find_chat(self.world, person, str(body.get("chat")))
        if chat is None:
            raise RefusedError("no_chat")
        return chat

    def _message(self, person: Person, body: Body) -> Message:
        message = find_message(self.world, person, str(body.get("message")))
        if message is None:
            raise RefusedError("gone")
        return message

    async def say(self, person: Person, body: Body) -> Body:
        """Write a text, in pieces if it is too long for one message."""
        chat = self._chat(person, body)
        if not chat.has(person) or chat.kind == "channel":
            raise RefusedError("not_in_chat")
        if chat.bot is not None and not (chat.opened and chat.members[person.id].inside):
            raise RefusedError("not_started")
        text = str(body.get("text", ""))
        document = _document(body.get("file"))
        if not text.strip() and document is None:
            raise RefusedError("empty")
        photo = document if document is not None and is_picture(document.content) else None
        other = document if photo is None else None
        reply_to = find_message(self.world, person, str(body.get("reply", "")))
        pieces = [text[at : at + MAX_TEXT] for at in range(0, len(text), MAX_TEXT)] or [""]
        topic = chat.topics.get(_topic(chat, body) or 0)
        said = [person.says(chat, pieces[0], reply_to=reply_to, document=other, photo=photo, topic=topic)]
        said += [person.says(chat, piece, reply_to=reply_to, topic=topic) for piece in pieces[1:]]
        self.page.has_read(person, chat, _topic(chat, body))
        return {"message": message_key(said[-1])}

    async def press(self, person: Person, body: Body) -> Body:
        """Tap a button and wait for the bot's answer, as an app does while the button spins."""
        message = self._message(person, body)
        try:
            press = person.taps(message, str(body.get("data")))
        except KeyError:
            raise RefusedError("gone") from None
        try:
            answer = await press.answered(PRESS_SECONDS)
        except TimeoutError:
            return {"answer": None}
        return {"answer": {"text": answer.text, "alert": answer.show_alert, "url": answer.url}}

    async def crowd(self, person: Person, body: Body) -> Body:
        """Let many fans tap that button at once. Everyone who watches is told of the answers."""
        message = self._message(person, body)
        button = next((one for one in message.buttons if one.callback_data == body.get("data")), None)
        if button is None or button.disabled or message.is_ephemeral or not message.chat.is_group:
            raise RefusedError("gone")
        if self.page.crowd_is_busy:
            raise RefusedError("crowd_busy")
        crowd = Crowd(button.text, min(max(int(body.get("size", 200)), 1), MOST_FANS))
        self.page.call_crowd(message, button.callback_data or "", crowd)
        return {}

    async def start(self, person: Person, body: Body) -> Body:
        """Tap the Start button of a private chat."""
        chat = self._chat(person, body)
        if chat.kind != "private" or chat.bot is None:
            raise RefusedError("no_chat")
        person.starts(chat.bot)
        return {"chat": key_of(chat)}

    async def open(self, person: Person, body: Body) -> Body:
        """Follow a link to Telegram: to a bot, with its start parameter, or into a group."""
        url = str(body.get("url", ""))
        link = read_link(url)
        if link is None:
            raise RefusedError("no_link")
        if link.invitation:
            return self._join_by_link(person, link.invitation)
        bot = self.world.bot_named(link.name)
        if bot is None and self.world.find(f"@{link.name}") is None:
            raise RefusedError("no_link")
        return {"chat": key_of(person.opens(url)), "peek": bot is not None and link.payload is None}

    def _join_by_link(self, person: Person, url: str) -> Body:
        chat = self.world.invited_to(url)
        if chat is None:
            raise RefusedError("link_dead")
        if chat.has(person):
            return {"chat": key_of(chat)}
        try:
            person.joins(chat, url)
        except CannotDoError:
            raise RefusedError("link_dead") from None
        if not chat.has(person):
            raise RefusedError("asked_to_join")
        self.page.has_read(person, chat)
        return {"chat": key_of(chat)}

    async def leave(self, person: Person, body: Body) -> Body:
        """Leave a group."""
        chat = self._chat(person, body)
        if chat.kind == "private":
            raise RefusedError("no_chat")
        if chat.members.get(person.id) is not None and chat.members[person.id].status == "creator":
            raise RefusedError("owner_stays")
        person.leaves(chat)
        return {}

    async def back(self, person: Person, body: Body) -> Body:
        """Come back to a group that they left. Its chat is still on their list."""
        chat = self._chat(person, body)
        member = chat.member(person)
        if member is None or member.status != "left":
            raise RefusedError("not_in_chat")
        person.joins(chat)
        self.page.has_read(person, chat)
        return {"chat": key_of(chat)}

    async def block(self, person: Person, body: Body) -> Body:
        """Block a bot, or unblock it."""
        chat = self._chat(person, body)
        if chat.kind != "private" or chat.bot is None:
            raise RefusedError("no_chat")
        if chat.members[person.id].status == "kicked":
            person.unblocks(chat.bot)
        else:
            person.blocks(chat.bot)
        return {}

    async def react(self, person: Person, body: Body) -> Body:
        """Set a reaction, or take it back."""
        message = self._message(person, body)
        if message.is_ephemeral or message.service:
            raise RefusedError("cannot")
        emoji = str(body.get("emoji"))[:8].replace(VARIATION_SELECTOR, "")
        person.reacts(message, None if message.reactions.get(person.id) == emoji else emoji)
        return {}

    async def vote(self, person: Person, body: Body) -> Body:
        """Vote in a poll for options, by their places. No options take the vote back."""
        options = body.get("options")
        if not isinstance(options, list):
            raise RefusedError("cannot")
        person.votes(self._message(person, body), *(int(one) for one in options))
        return {}

    async def talk(self, person: Person, body: Body) -> Body:
        """Open the private chat with another person of the cast."""
        other = self.page.person(str(body.get("person")))
        if other is None or other is person:
            raise RefusedError("no_chat")
        return {"chat": key_of(self.world.chat_between(person, other))}

    async def forward(self, person: Person, body: Body) -> Body:
        """Forward a message into another chat."""
        chat = self._chat(person, body)
        sent = person.forwards(self._message(person, body), chat)
        self.page.has_read(person, chat)
        return {"message": message_key(sent), "chat": key_of(chat)}

    def _other(self, body: Body) -> Person:
        other = self.page.person(str(body.get("person")))
        if other is None:
            raise RefusedError("cannot")
        return other

    async def hand_over(self, person: Person, body: Body) -> Body:
        """Make another person of the cast the group's owner."""
        person.hands_over(self._chat(person, body), self._other(body))
        return {}

    async def add_bot(self, person: Person, body: Body) -> Body:
        """Add the page's bot to a group, as an administrator with all rights."""
        chat = self._chat(person, body)
        if not chat.is_group or self.page.bot in chat.bots():
            raise RefusedError("cannot")
        person.adds(self.page.bot, chat, Rights.full())
        return {}

    async def remove(self, person: Person, body: Body) -> Body:
        """Remove and ban another person of the cast."""
        chat = self._chat(person, body)
        if not chat.has(self._other(body)):
            raise RefusedError("cannot")
        person.removes(self._other(body), chat)
        return {}

    async def inline(self, person: Person, body: Body) -> Body:
        """Type a query after a bot's name and wait for the results. `results` is None if the bot doesn't answer."""
        bot = self.world.bot_named(str(body.get("bot")))
        if bot is None or not bot.inline:
            raise RefusedError("no_inline")
        query = person.asks_inline(
            bot, str(body.get("query", "")), self._chat(person, body), str(body.get("offset", ""))
        )
        try:
            answer = await query.answered(INLINE_SECONDS)
        except TimeoutError:
            return {"results": None}
        return {"query": query.id, **results_view(answer)}

    async def choose(self, person: Person, body: Body) -> Body:
        """Send one of the results in the person's name."""
        query = self.world.inline.queries.get(str(body.get("query")))
        if query is None:
            raise RefusedError("gone")
        try:
            sent = person.chooses(query, str(body.get("result")))
        except KeyError:
            raise RefusedError("gone") from None
        self.page.has_read(person, query.chat)
        return {"message": message_key(sent)}

    async def read(self, person: Person, body: Body) -> Body:
        """Mark the chat, or one topic, as read."""
        chat = self._chat(person, body)
        self.page.has_read(person, chat, _topic(chat, body))
        return {}

    async def close_topic(self, person: Person, body: Body) -> Body:
        """Close a topic, or reopen it."""
        chat = self._chat(person, body)
        topic = chat.topics.get(_topic(chat, body) or 0)
        if topic is None:
            raise RefusedError("gone")
        person.closes_topic(chat, topic, closed=not topic.closed)
        return {}

    async def add_fan(self, person: Person, body: Body) -> Body:  # noqa: ARG002 - an act's shape
        """Add one more fan to the group and to the page."""
        return {"person": user_view(self.page.add_fan())}

    async def jump(self, person: Person, body: Body) -> Body:  # noqa: ARG002 - an act's shape
        """Move the time forward, by seconds or to the next event.

        First wait until the bot has fetched the latest updates: a press expires after 150 seconds.
        """
        await wait_until_fetched(self.page.bot, SETTLED)
        clock = self.world.clock
        if body.get("next"):
            event = await self.page.look_ahead()
            if event is None:
                raise RefusedError("nothing_planned")
            clock.advance(max(0.0, event.at - clock.now()))
            return {"now": clock.now()}
        seconds = float(body.get("seconds", 0))
        if not 0 < seconds <= MOST_SECONDS:
            raise RefusedError("cannot")
        clock.advance(seconds)
        await asyncio.sleep(0)
        return {"now": clock.now()}


def _topic(chat: Chat, body: Body) -> int | None:
    """The id of the topic that an act names; None if it names none, or the chat is no forum."""
    given = body.get("topic")
    return int(given) if chat.is_forum and given is not None else None


def _document(given: Any) -> Document | None:
    if not isinstance(given, dict):
        return None
    try:
        content = base64.b64decode(str(given.get("content", "")), validate=True)
    except binascii.Error:
        raise RefusedError("cannot") from None
    if not content:
        raise RefusedError("empty")
    return Document(str(given.get("name") or "file")[:120], content, str(given.get("mime") or "text/plain")[:80])


ACTS: dict[str, Act] = {
    "say": Acts.say,
    "press": Acts.press,
    "crowd": Acts.crowd,
    "start": Acts.start,
    "open": Acts.open,
    "leave": Acts.leave,
    "back": Acts.back,
    "block": Acts.block,
    "react": Acts.react,
    "vote": Acts.vote,
    "talk": Acts.talk,
    "forward": Acts.forward,
    "hand_over": Acts.hand_over,
    "add_bot": Acts.add_bot,
    "remove": Acts.remove,
    "inline": Acts.inline,
    "choose": Acts.choose,
    "read": Acts.read,
    "close_topic": Acts.close_topic,
    "add_fan": Acts.add_fan,
    "jump": Acts.jump,
}

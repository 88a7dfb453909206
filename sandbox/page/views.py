"""What one person's app shows, as JSON for the page. It must never contain ephemeral messages to other people."""

import re
from collections.abc import Iterable
from typing import Any

from sandbox.accounts import Bot, User
from sandbox.chats import Chat
from sandbox.commands import commands_for
from sandbox.files import StoredFile, is_picture
from sandbox.inline import InlineAnswer
from sandbox.messages import CHAT_KINDS, Button, Message
from sandbox.page.contents import content_view, summary
from sandbox.page.topics import LINES, MOST_UNREAD, Read, topic_number, topics_view, unread_by_topic
from sandbox.people import Person
from sandbox.world import World

PREVIEW = 120
PAIR = re.compile(r"d\d{1,19}-\d{1,19}")
FILMS = frozenset({"video", "animation", "video_note"})
"""Kinds of files that the page shows as a film's placeholder."""
STARTED = re.compile(r"/start \S+")


def key_of(chat: Chat) -> str:
    """A chat's key on the page. The key of a private chat with a bot has the bot's id.

    The key of a private chat of two people has both ids, so that it is the same for both.
    """
    if chat.other is not None and chat.person is not None:
        return "d" + "-".join(str(one) for one in sorted((chat.person.id, chat.other.id)))
    if chat.kind == "private":
        return f"p{chat.bot.id if chat.bot else 0}"
    return f"c{chat.id}"


def find_chat(world: World, person: Person, key: str) -> Chat | None:
    """The chat behind a key, whether the person is in it or not."""
    number = key[1:]
    if PAIR.fullmatch(key):
        return next((one for one in pairs_of(world, person) if key_of(one) == key), None)
    if not re.fullmatch(r"[pc]-?\d{1,19}", key):
        return None
    if key[0] == "c":
        return world.chats.get(int(number))
    bot = world.users.get(int(number))
    return world.private(bot, person) if isinstance(bot, Bot) else None


def message_key(message: Message) -> str:
    """A message's key on the page, unique for a person."""
    number = message.message_id if message.ephemeral_message_id is None else f"e{message.ephemeral_message_id}"
    return f"{key_of(message.chat)}/{number}"


def find_message(world: World, person: Person, key: str) -> Message | None:
    """The message behind a key, if this person sees it."""
    where, _, number = key.partition("/")
    chat = find_chat(world, person, where)
    if chat is None or not chat.has(person) or not re.fullmatch(r"e?\d{1,19}", number):
        return None
    found = chat.ephemeral.get(int(number[1:])) if number[0] == "e" else chat.by_id.get(int(number))
    return found if found is not None and found.visible_to(person) else None


def chats_of(world: World, person: Person) -> list[Chat]:
    """A person's chat list: the chats that they are in or left, and those with bots that they met there."""
    groups = [one for one in world.chats.values() if one.migrated_to is None and one.member(person) is not None]
    met = {bot.id: bot for one in groups if one.has(person) for bot in one.bots()}
    met |= {
        bot: other.bot
        for (bot, who), other in world.privates.items()
        if who == person.id and other.opened and other.bot
    }
    return [*groups, *pairs_of(world, person), *(world.private(bot, person) for bot in met.values())]


def pairs_of(world: World, person: Person) -> list[Chat]:
    """A person's private chats with other people."""
    return [chat for sides, chat in world.between.items() if person.id in sides]


def other_side(chat: Chat, person: Person) -> User | None:
    """Whom this person talks to in a private chat: a bot or another person."""
    if chat.kind != "private":
        return None
    return chat.bot or (chat.other if chat.person is person else chat.person)


def user_view(user: User) -> dict[str, Any]:
    """Someone's name and face."""
    written: dict[str, Any] = {"id": user.id, "name": user.name}
    if user.username:
        written["username"] = user.username
    if isinstance(user, Bot):
        written["bot"] = True
        written["inline"] = user.inline
    return written


def chat_view(chat: Chat, person: Person, read: Read) -> dict[str, Any]:
    """A line of the chat list. `read` is how much of the chat this person has read."""
    member = chat.members.get(person.id)
    status = member.status if member is not None else "left"
    if member is not None and member.permissions is not None:
        status = "member" if member.inside else "left"
    other = other_side(chat, person)
    written: dict[str, Any] = {
        "key": key_of(chat),
        "kind": chat.kind,
        "title": other.name if other is not None else chat.title,
        "face": other.id if other is not None else chat.id,
        "status": status,
        "unread": unread(chat, person, read),
        "last": _last(chat, person),
    }
    if chat.kind == "private":
        written["with"] = "bot" if chat.bot is not None else "person"
        written["opened"] = chat.opened
    else:
        if (pinned := next((one for one in reversed(chat.pinned) if one.visible_to(person)), None)) is not None:
            written["pinned"] = {"key": message_key(pinned), "text": (pinned.text or summary(pinned))[:PREVIEW]}
        written["members"] = sum(1 for one in chat.members.values() if one.inside)
        written["bots"] = [bot.id for bot in chat.bots()]
    if chat.is_forum and chat.has(person):
        written["topics"] = topics_view(chat, person, read)
    return written


def unread(chat: Chat, person: Person, read: Read) -> int:
    """How many messages of others are unread, without service messages; at most 99."""
    return min(sum(unread_by_topic(chat, person, read).values()), MOST_UNREAD)


def _last(chat: Chat, person: Person) -> dict[str, Any] | None:
    if not chat.has(person):
        return None
    for message in reversed(chat.messages):
        if message.visible_to(person):
            written = message_view(message, person)
            written["text"] = (written.get("text") or summary(message))[:PREVIEW]
            return {name: written[name] for name in LAST_FIELDS if name in written}
    return None


LAST_FIELDS = ("from", "mine", "at", "text", "whisper", "service", "file")


def message_view(message: Message, person: Person) -> dict[str, Any]:
    """A message as this person sees it."""
    sender = message.sender_chat or message.sender
    written: dict[str, Any] = {
        "key": message_key(message),
        "chat": key_of(message.chat),
        "seq": message.seq,
        "at": message.at,
        "from": _sender_view(sender) if sender is not None else {"id": message.chat.id, "name": message.chat.title},
        "mine": message.sender is person,
    }
    if message.chat.is_forum:
        written["topic"] = topic_number(message)
    if message.content.plain:
        written |= _text_view(message)
    written |= content_view(message, person)
    written |= _source_view(message)
    if message.is_ephemeral:
        written["whisper"] = True
    if message.edit_date is not None:
        written["edited"] = message.edit_date
    if message.service:
        written["service"] = _service_view(message)
    if message.file is not None:
        written["file"] = {
            "kind": _file_kind(message.file),
            "name": message.file.name,
            "size": len(message.file.content),
            "number": message.file.number,
        }
    if message.reply_to is not None:
        written["reply"] = _reply_view(message.reply_to, person)
    if message.markup is not None and (rows := message.keyboard):
        written["keyboard"] = [[button_view(button, message.keyboard_bot) for button in row] for row in rows]
    if message.reactions:
        written["reactions"] = _reactions_view(message.reactions, person)
    return written


def _file_kind(file: StoredFile) -> str:
    """How the page shows a file: as a photo, as a film's placeholder, or by its name."""
    if file.kind in FILMS:
        return "video"
    return file.kind if is_picture(file.content) else "document"


def _sender_view(sender: User | Chat) -> dict[str, Any]:
    return user_view(sender) if isinstance(sender, User) else {"id": sender.id, "name": sender.title}


def _source_view(message: Message) -> dict[str, Any]:
    """The bot whose inline mode it came from, and the first sender of a forward."""
    written: dict[str, Any] = {}
    if message.via_bot is not None:
        written["via"] = message.via_bot.username
    if "forward_origin" in message.extra and "is_automatic_forward" not in message.extra:
        written["forwarded"] = _origin_name(message.extra["forward_origin"])
    return written


def _origin_name(origin: dict[str, Any]) -> str:
    """The name of a forward's first sender: a person, a group or a channel."""
    if origin["type"] == "hidden_user":
        return str(origin["sender_user_name"])
    if origin["type"] == "user":
        return str(origin["sender_user"]["first_name"])
    return str(origin["sender_chat" if origin["type"] == "chat" else "chat"]["title"])


def _text_view(message: Message) -> dict[str, Any]:
    """The text and its entities. The start parameter of a link isn't shown, as in Telegram's apps."""
    if message.chat.kind == "private" and STARTED.fullmatch(message.text):
        command = {"type": "bot_command", "offset": 0, "length": len("/start")}
        return {"text": "/start", "entities": [command]}
    return {"text": message.text, "entities": message.entities}


def _service_view(message: Message) -> dict[str, Any]:
    """A service message: the name of a line among the page's words, and the names in it."""
    name, value = next(iter(message.service.items()))
    match name:
        case "new_chat_members":
            people = [one["first_name"] for one in value]
            alone = message.sender is not None and [one["id"] for one in value] == [message.sender.id]
            return {"what": "joined" if alone else "added", "who": people}
        case "left_chat_member":
            alone = message.sender is not None and value["id"] == message.sender.id
            return {"what": "left" if alone else "removed", "who": [value["first_name"]]}
        case "chat_owner_changed":
            return {"what": "owner_changed", "who": [value["new_owner"]["first_name"]]}
        case "chat_owner_left":
            return {"what": "owner_left", "who": []}
        case "poll_option_added" if message.sender is not None:
            return {"what": "option_added", "who": [message.sender.name]}
        case _:
            what = "pinned" if name == "pinned_message" else LINES.get(name, "changed")
            return {"what": what, "who": [value["name"]] if name in LINES and "name" in value else []}


def _reply_view(message: Message, person: Person) -> dict[str, Any]:
    if not message.visible_to(person):
        return {"key": "", "name": "", "text": ""}
    name = message.sender.name if message.sender is not None else message.chat.title
    return {"key": message_key(message), "name": name, "text": message.text[:PREVIEW]}


def button_view(button: Button, bot: Bot | None) -> dict[str, Any]:
    """A button: its words, its style and its action."""
    written: dict[str, Any] = {"text": button.text}
    if button.style:
        written["style"] = button.style
    if button.disabled:
        written["disabled"] = True
    elif button.callback_data is not None:
        written["data"] = button.callback_data
    elif button.url is not None:
        written["url"] = button.url
    elif button.copy_text is not None:
        written["copy"] = button.copy_text
    elif (switch := _switch_view(button)) is not None and bot is not None:
        written["switch"] = switch | {"bot": bot.username}
    else:
        written["disabled"] = True
    return written


def _switch_view(button: Button) -> dict[str, Any] | None:
    """A button for inline mode: its query, and the kinds of chats that it offers. `kinds` None stands for this chat."""
    if button.switch_inline_query_current_chat is not None:
        return {"query": button.switch_inline_query_current_chat, "kinds": None}
    if button.switch_inline_query is not None:
        return {"query": button.switch_inline_query, "kinds": sorted(button.chosen_chats or CHAT_KINDS)}
    return None


def results_view(answer: InlineAnswer) -> dict[str, Any]:
    """The list above the field while somebody types after a bot's name."""
    results = [{"id": one.id, "title": one.title, "description": one.description} for one in answer.results]
    written: dict[str, Any] = {"results": results, "next": answer.next_offset}
    if answer.button is not None and "start_parameter" in answer.button:
        written["button"] = {"text": answer.button["text"], "start": answer.button["start_parameter"]}
    return written


def _reactions_view(reactions: dict[int, str], person: Person) -> list[dict[str, Any]]:
    counted: dict[str, int] = {}
    for emoji in reactions.values():
        counted[emoji] = counted.get(emoji, 0) + 1
    mine = reactions.get(person.id)
    return [{"emoji": emoji, "count": count, "mine": emoji == mine} for emoji, count in counted.items()]


def commands_view(chat: Chat, person: Person) -> list[dict[str, Any]]:
    """The "/" menu of this person in this chat: the commands of all bots there."""
    return [one for bot in chat.bots() for one in commands_for(bot, chat, person)]


def page_of(messages: Iterable[Message], person: Person, most: int) -> tuple[list[dict[str, Any]], bool]:
    """The first `most` of these messages that the person sees, in reverse order, and whether there are more.

    Service messages aren't counted: a crowd that joins would fill a page.
    """
    found: list[dict[str, Any]] = []
    left = most
    for message in messages:
        if not message.visible_to(person):
            continue
        if left == 0:
            return found[::-1], True
        found.append(message_view(message, person))
        left -= 0 if message.service else 1
    return found[::-1], False

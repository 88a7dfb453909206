"""Forwards and copies, of one message and of many.

Rules: https://core.telegram.org/bots/api#forwardmessage, https://core.telegram.org/bots/api#copymessages. The chat that
a message comes from is checked first, then the message, then the chat that it goes to.
"""

import itertools
from dataclasses import replace
from typing import Any

from sandbox.chats import Chat
from sandbox.errors import bad
from sandbox.files import CAPTIONED
from sandbox.messages import Message
from sandbox.methods.ask import Ask
from sandbox.methods.markup import check_for_chat
from sandbox.methods.media import METHOD_OF
from sandbox.methods.sending import Draft, check_permitted, draft_for, send_draft
from sandbox.polls import Option, Poll
from sandbox.text import Text, check_caption, parse

MOST = 100
BODIES = {
    "venue": "sendVenue",
    "location": "sendLocation",
    "contact": "sendContact",
    "dice": "sendDice",
    "rich_message": "sendRichMessage",
}
KEPT = ("has_media_spoiler", "show_caption_above_media")


def forward_message(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#forwardmessage: with its origin, without its keyboard."""
    source = _source(ask)
    message = ask.message(source, "message to forward not found")
    draft = draft_for(ask, Text())
    if not _can_pass(ask, message, copies=False):
        raise bad("the message can't be forwarded")
    check_permitted(ask, draft.chat, method_of(message))
    return send_draft(ask, _forwarded(draft, message)).json(ask.bot)


def copy_message(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#copymessage: as if the bot had sent it, with a caption of its own."""
    source = _source(ask)
    caption = None
    if "caption" in ask.params:
        caption = parse(ask.params["caption"], ask.get("parse_mode"), ask.get("caption_entities"))
    message = ask.message(source, "message to copy not found")
    draft = draft_for(ask, Text())
    if not _can_pass(ask, message, copies=True):
        raise bad("the message can't be copied")
    copied = _copied(ask, draft, message, caption)
    check_permitted(ask, draft.chat, method_of(message))
    check_for_chat(draft.markup, draft.chat, ask.bot)
    return {"message_id": send_draft(ask, copied).message_id}


def forward_messages(ask: Ask) -> list[dict[str, int]]:
    """https://core.telegram.org/bots/api#forwardmessages

    Skips messages that can't be forwarded; albums stay albums.
    """
    return _pass_many(ask, copies=False)


def copy_messages(ask: Ask) -> list[dict[str, int]]:
    """https://core.telegram.org/bots/api#copymessages"""
    return _pass_many(ask, copies=True)


def _pass_many(ask: Ask, *, copies: bool) -> list[dict[str, int]]:
    """Forward or copy many messages. The refusal if none is left is in TDLib's words, also for copies (unverified)."""
    numbers = ask.params["message_ids"]
    if not numbers:
        raise bad("message identifiers are not specified")
    if len(numbers) > MOST:
        raise bad("too many message identifiers specified")
    source = _source(ask)
    draft = draft_for(ask, Text())
    if any(one >= other for one, other in itertools.pairwise(numbers)):
        raise bad("message identifiers must be in a strictly increasing order")
    found = [source.by_id[one] for one in numbers if one in source.by_id and not source.by_id[one].deleted]
    found = [one for one in found if _can_pass(ask, one, copies=copies)]
    if not found:
        raise bad("there are no messages to forward")
    for message in found:
        check_permitted(ask, draft.chat, method_of(message))
    for place in range(len(found)):
        ask.spend(draft.chat, edit=place > 0)
    groups = _new_groups(ask, found)
    sent = []
    for message in found:
        made = _copied(ask, draft, message, None) if copies else _forwarded(draft, message)
        if copies and ask.get("remove_caption") and message.file is not None:
            made.content = Text()
        group = groups.get(message.extra.get("media_group_id"))
        made.extra |= {"media_group_id": group} if group else {}
        sent.append(send_draft(ask, made, counted=True))
    return [{"message_id": one.message_id} for one in sent]


def _new_groups(ask: Ask, messages: list[Message]) -> dict[str | None, str]:
    """New ids of the albums of which at least two messages are sent on."""
    old = [one.extra["media_group_id"] for one in messages if "media_group_id" in one.extra]
    return {one: ask.world.next_album_id() for one in dict.fromkeys(old) if old.count(one) > 1}


def _source(ask: Ask) -> Chat:
    return ask.world.reach(ask.bot, ask.params["from_chat_id"], write=False)


def _can_pass(ask: Ask, message: Message, *, copies: bool) -> bool:
    """Whether a message can be sent on.

    Service messages can't. Protected ones can't be forwarded; an open quiz can't be copied by a bot that
    doesn't know its answers.
    """
    if message.service:
        return False
    if not copies:
        return not message.extra.get("has_protected_content")
    poll = message.poll
    return poll is None or poll.kind != "quiz" or poll.closed or message.knows_answers(ask.bot)


def method_of(message: Message) -> str:
    """The method that sends such a message; it decides which right is needed."""
    if message.file is not None:
        return METHOD_OF[message.file.kind]
    if message.poll is not None:
        return "sendPoll"
    return next((BODIES[name] for name in BODIES if name in message.body), "sendMessage")


def _content(draft: Draft, message: Message) -> Draft:
    """The content that forwards and copies share."""
    extra = draft.extra | {name: message.extra[name] for name in KEPT if name in message.extra}
    return replace(
        draft,
        content=message.content,
        file=message.file,
        body=message.body,
        preview=message.preview,
        extra=extra,
    )


def _forwarded(draft: Draft, message: Message) -> Draft:
    made = _content(draft, message)
    made.poll = message.poll
    made.extra = {"forward_origin": message.origin()} | made.extra
    return made


def _copied(ask: Ask, draft: Draft, message: Message, caption: Text | None) -> Draft:
    made = _content(draft, message)
    if message.poll is not None:
        made.poll = _copy_of_poll(message.poll, ask)
    if caption is not None and message.file is not None and message.file.kind in CAPTIONED:
        check_caption(caption)
        made.content = caption
        made.extra.pop("show_caption_above_media", None)
        made.extra |= {"show_caption_above_media": True} if ask.get("show_caption_above_media") else {}
    return made


def _copy_of_poll(poll: Poll, ask: Ask) -> Poll:
    """A new poll with the same question, without votes."""
    options = [Option(str(place), one.text) for place, one in enumerate(poll.options)]
    return replace(
        poll,
        id=ask.world.polls.next_id(),
        owner=ask.bot,
        options=options,
        votes={},
        open_period=None,
        close_date=None,
    )


METHODS = {
    "forwardMessage": forward_message,
    "forwardMessages": forward_messages,
    "copyMessage": copy_message,
    "copyMessages": copy_messages,
}

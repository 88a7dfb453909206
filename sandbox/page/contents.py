"""Contents of messages besides words and files, as the page shows them: polls, rich blocks, places, dice, contacts."""

from typing import Any

from sandbox.chats import Chat
from sandbox.messages import Message
from sandbox.people import Person
from sandbox.polls import Poll
from sandbox.rich import plain


def content_view(message: Message, person: Person) -> dict[str, Any]:
    """The part of a message's view that describes its content."""
    written: dict[str, Any] = {}
    if message.poll is not None:
        written["poll"] = _poll_view(message.poll, message.chat, person)
    if "rich_message" in message.body:
        written["rich"] = message.body["rich_message"]["blocks"]
    elif message.body:
        written["thing"] = message.body
    if "media_group_id" in message.extra:
        written["album"] = message.extra["media_group_id"]
    return written


def _poll_view(poll: Poll, chat: Chat, person: Person) -> dict[str, Any]:
    """A poll's view. The counts are shown after this person's vote, or after the poll's end if the poll wants that."""
    member = chat.member(person)
    anonymous = member is not None and member.rights is not None and member.rights.is_anonymous
    mine = poll.votes.get(chat.id if anonymous else person.id, [])
    shows = poll.closed or (bool(mine) and not poll.hides_results)
    options: list[dict[str, Any]] = []
    for place, option in enumerate(poll.options):
        one: dict[str, Any] = {"text": option.text.plain, "mine": option in mine}
        if shows:
            one["count"] = sum(1 for chosen in poll.votes.values() if option in chosen)
        if poll.kind == "quiz" and (mine or poll.closed):
            one["correct"] = place in poll.correct
        options.append(one)
    written: dict[str, Any] = {
        "question": poll.question.plain,
        "options": options,
        "total": len(poll.votes),
        "quiz": poll.kind == "quiz",
        "anonymous": poll.anonymous,
        "several": poll.several,
        "closed": poll.closed,
        "voted": bool(mine),
        "retractable": bool(mine) and poll.revoting and not poll.closed,
    }
    if poll.explanation.plain and (mine or poll.closed):
        written["explanation"] = poll.explanation.plain
    return written


def summary(message: Message) -> str:
    """The text for a message without words in the chat list."""
    if message.poll is not None:
        return f"📊 {message.poll.question.plain}"
    body = message.body
    if "rich_message" in body:
        return plain(body["rich_message"])
    if "dice" in body:
        return str(body["dice"]["emoji"])
    if "venue" in body:
        return f"📍 {body['venue']['title']}"
    if "contact" in body:
        return f"👤 {body['contact']['first_name']}"
    return "📍" if "location" in body else ""

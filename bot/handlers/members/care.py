"""`/tag` and `/grant`, and what staff write about a fan when they are asked: tags, a note, coins."""

from typing import Any

from aiogram.types import Message

from bot.content.buttons.shared import FANS
from bot.features.members.asks import KIND
from bot.features.members.lists import Whom
from bot.handlers.kit.naming import Line
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.members.services import FanServices
from bot.handlers.members.showing import member_of, show
from bot.rules.general import OnlyInPrivate
from bot.rules.members.care import (
    FanTagged,
    Grant,
    GrantHow,
    NoteHow,
    TagHow,
    TagsSame,
    read_grant,
    read_note,
    read_tags,
    split_grant,
)
from bot.rules.members.fan_page import Asked, FanAskedNoMore
from bot.rules.members.lists import FansClosed, Meant
from bot.rules.members.written import split_tags
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

LONGEST_NAME = 64


def setup() -> Desk:
    """The commands, and what is typed when staff are asked."""
    desk = Desk("care")
    desk.command("tag", tag)
    desk.command("grant", grant)
    desk.reply(KIND, typed)
    desk.cancel(KIND, cancelled)
    return desk


async def tag(message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, fan_care: FanServices) -> None:
    """`/tag @name silk -wool`, also by reply: sets tags and takes tags off."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    line = Line.of(message, rest)
    said, words = split_tags(line.words, named=_is_named(message, line))
    change = read_tags(words)
    if isinstance(change, TagHow):
        await show(inside, voice, change)
        return
    member_id = await _meant(message, inside, line, Whom(Meant.TAG, said[:LONGEST_NAME], words), voice, fan_care)
    if member_id is not None:
        await show(inside, voice, await fan_care.tagging.change(inside.act, member_id, change), member_id)


async def grant(message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, fan_care: FanServices) -> None:
    """`/grant @name 50 reason`, also by reply: gives coins of the shop."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    line = Line.of(message, rest)
    parts = split_grant(line.words)
    wish = read_grant(parts.coins, parts.reason, fan_care.policy)
    if isinstance(wish, GrantHow):
        await show(inside, voice, wish)
        return
    whom = Whom(Meant.GRANT, parts.said[:LONGEST_NAME], f"{wish.coins} {wish.reason}")
    member_id = await _meant(message, inside, line, whom, voice, fan_care)
    if member_id is not None:
        await show(inside, voice, await fan_care.grants.grant(inside.act, member_id, wish), member_id)


def _is_named(message: Message, line: Line) -> bool:
    """Whether the fan is named without a word of the line."""
    return line.mentioned is not None or message.reply_to_message is not None


async def _meant(
    message: Message, inside: Ask, line: Line, whom: Whom, voice: Voice, fan_care: FanServices
) -> int | None:
    """The fan who was named for sure. Else staff are asked, and None is given."""
    found = await member_of(inside, await fan_care.naming.whom(inside, message, line, whom.said), fan_care)
    if isinstance(found, int):
        return found
    if isinstance(found, str):
        await show(inside, voice, await fan_care.lists.called(inside.community, whom, inside.at))
    else:
        await show(inside, voice, found)
    return None


async def picked(inside: Ask, said: list[str], voice: Voice, fan_care: FanServices) -> None:
    """A fan was tapped in the list of who can be meant: what staff wrote before is done for them."""
    meant, line, member = (*said, "", "", "")[:3]
    line_id, member_id = read_id(line), read_id(member)
    text = None
    if meant in {Meant.TAG, Meant.GRANT} and line_id is not None:
        text = await fan_care.lists.line(inside.community, Meant(meant), line_id)
    if text is None or member_id is None:
        await show(inside, voice, FansClosed())
        return
    await show(inside, voice, await _do(inside, fan_care, member_id, Asked(meant), text), member_id)


async def tap_tag(inside: Ask, voice: Voice, fan_care: FanServices, member_id: int, word: str) -> None:
    """A tag was tapped on the page of tags: the page shows it then. Tapping again takes it back."""
    outcome = await _do(inside, fan_care, member_id, Asked.TAG, word)
    page = await fan_care.tagging.page(inside.community, member_id)
    shown = page if isinstance(outcome, FanTagged | TagsSame) and page is not None else outcome
    await show(inside, voice, shown, member_id)


async def write_note(inside: Ask, voice: Voice, fan_care: FanServices, member_id: int, text: str) -> None:
    """Write a note down."""
    await show(inside, voice, await _do(inside, fan_care, member_id, Asked.NOTE, text), member_id)


async def _do(inside: Ask, fan_care: FanServices, member_id: int, what: Asked, text: str) -> Any:
    """Do what staff wrote for a fan; or what is wrong with it."""
    match what:
        case Asked.TAG:
            change = read_tags(text)
            return (
                change if isinstance(change, TagHow) else await fan_care.tagging.change(inside.act, member_id, change)
            )
        case Asked.NOTE:
            note = read_note(text, fan_care.policy)
            return note if isinstance(note, NoteHow) else await fan_care.noting.add(inside.act, member_id, note)
        case Asked.GRANT:
            coins, _, reason = text.strip().partition(" ")
            wish: Grant | GrantHow = read_grant(coins, reason, fan_care.policy)
            return wish if isinstance(wish, GrantHow) else await fan_care.grants.grant(inside.act, member_id, wish)


async def ask(inside: Ask, voice: Voice, fan_care: FanServices, member_id: int, what: str) -> None:
    """Ask staff to write something about a fan. That is done in private, where what they write is theirs alone."""
    if what not in set(Asked):
        await show(inside, voice, FansClosed())
    elif not inside.private:
        payload = f"{FANS}_{inside.community.community_id}_{member_id}"
        await voice.open_private(inside, payload, OnlyInPrivate(payload))
    else:
        asked = await fan_care.asks.ask(inside.act, member_id, Asked(what))
        fan_care.communities.forget_person(inside.sender.user_id)
        await show(inside, voice, asked or FansClosed())


async def leave(inside: Ask, fan_care: FanServices) -> None:
    """Give up what was asked."""
    await fan_care.asks.close(inside.sender.user_id)
    fan_care.communities.forget_person(inside.sender.user_id)


async def typed(message: Message, ask: Ask, doors: Doors, voice: Voice, fan_care: FanServices) -> None:
    """What staff write while something is asked of them. What can't be read is asked for once more."""
    open_ask = await fan_care.asks.find(ask.sender.user_id)
    place = await fan_care.communities.place(open_ask.community_id) if open_ask is not None else None
    if open_ask is None or place is None:
        fan_care.communities.forget_person(ask.sender.user_id)
        await voice.answer(ask, FansClosed())
        return
    inside = await doors.staff(ask.within(place))
    if inside is None:
        return
    outcome = await _do(inside, fan_care, open_ask.member_id, open_ask.what, message.text or "")
    if not isinstance(outcome, TagHow | NoteHow | GrantHow):
        await leave(inside, fan_care)
    await show(inside, voice, outcome, open_ask.member_id)


async def cancelled(ask: Ask, voice: Voice, fan_care: FanServices) -> None:
    """`/cancel` gives up what was asked."""
    await leave(ask, fan_care)
    await voice.answer(ask, FanAskedNoMore())

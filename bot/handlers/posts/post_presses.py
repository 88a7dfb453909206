"""Buttons of posts: `post:<shop>:<verb>[:<value>]`."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.content.buttons import posts as buttons
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.posts import post_numbers
from bot.handlers.posts.post_services import PostServices
from bot.handlers.posts.post_showing import do_and_show, show_page, told
from bot.handlers.posts.post_typed import choose_segment
from bot.rules.calendar import day_of
from bot.rules.posts.audience import Audience
from bot.rules.posts.drafts import PostDraft, PostLeft, Step
from bot.rules.posts.post_pages import NoSuchPost
from bot.rules.posts.seasons import Season
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

Change = Callable[[PostDraft], PostDraft]


async def pressed(ask: Ask, rest: str, doors: Doors, voice: Voice, posting: PostServices) -> None:
    """A button of the panel below a preview, or of a page. The rights are asked afresh."""
    shop_id, _, said = rest.partition(":")
    shop = read_id(shop_id)
    place = await posting.communities.place(shop) if shop is not None else None
    if place is None:
        await posting.talk.answer_closed(ask)
        return
    inside = await doors.staff(ask.within(place))
    if inside is None:
        return
    verb, _, value = said.partition(":")
    if verb == buttons.NEW:
        await post_numbers.begin_new(inside, posting)
    elif verb in _PAGES:
        await _PAGES[verb](inside, value, voice, posting)
    else:
        await _on_draft(inside, verb, value, posting)


async def _on_draft(inside: Ask, verb: str, value: str, posting: PostServices) -> None:
    """A button of the open draft; of one that is closed, the answer that its press got when it came first."""
    draft = await posting.drafts.find(inside.sender.user_id, inside.panel_id)
    if draft is None or draft.community_id != inside.community.community_id:
        before = await posting.posts.was_done(inside.act)
        if before is None:
            await posting.talk.answer_closed(inside)
        else:
            await posting.talk.say(inside, None, await told(inside, before, posting))
        return
    if verb in {buttons.NOW, buttons.SAVE}:
        await do_and_show(inside, draft, posting)
    elif verb == buttons.SHELF:
        await do_and_show(inside, draft, posting, shelf=True)
    elif verb == buttons.AT:
        await _at(inside, draft, value, posting)
    elif verb == buttons.LOOK:
        await posting.talk.show_again(inside, draft)
    elif verb == buttons.CANCEL:
        left = await posting.talk.leave(inside)
        if left is not None:
            await posting.talk.say(inside, left, PostLeft(left.community_id))
    elif verb == buttons.SEGMENT:
        await _segment(inside, draft, value, posting)
    else:
        await _change(inside, verb, value, posting)


async def _at(inside: Ask, draft: PostDraft, value: str, posting: PostServices) -> None:
    at = buttons.minute_of(value)
    if at is None:
        await posting.talk.answer_closed(inside)
    elif at <= inside.at:  # the buttons are old: new times are offered
        await posting.talk.show(inside, replace(draft, step=Step.AT))
    else:
        await do_and_show(inside, draft, posting, at=at)


async def _segment(inside: Ask, draft: PostDraft, value: str, posting: PostServices) -> None:
    nth = read_id(value)
    if value == buttons.ALL:
        await choose_segment(inside, draft, "", posting)
    elif nth is not None and nth < len(buttons.SEGMENTS):
        await choose_segment(inside, draft, buttons.SEGMENTS[nth], posting)
    else:
        await posting.talk.answer_closed(inside)


async def _change(inside: Ask, verb: str, value: str, posting: PostServices) -> None:
    """A choice that changes the draft and shows its panel again."""
    change = await _change_of(inside, verb, value, posting)
    changed = await posting.drafts.change(inside.act, inside.panel_id, change) if change is not None else None
    if changed is None:
        await posting.talk.answer_closed(inside)
        return
    await posting.talk.show(inside, changed, fresh=verb == buttons.UNLINK)


async def _change_of(inside: Ask, verb: str, value: str, posting: PostServices) -> Change | None:
    """What a button changes; None if none of ours says this."""
    review = Step.REVIEW
    if verb == buttons.GO and value in set(Step):
        return lambda old: replace(old, step=Step(value))
    if verb == buttons.WHO:
        audience = await _rooms(inside, value, posting)
        return (lambda old: replace(old, audience=audience, step=review)) if audience is not None else None
    if verb == buttons.PILLAR:
        signs = {buttons.pillar_sign(name): name for name in await posting.talk.pillars(inside)}
        known = value == buttons.NONE or value in signs
        return (lambda old: replace(old, pillar=signs.get(value), step=review)) if known else None
    if verb == buttons.UNLINK:
        return lambda old: replace(old, content=replace(old.content, buttons=()), step=review)
    return _change_of_validity(inside, verb, value)


def _change_of_validity(inside: Ask, verb: str, value: str) -> Change | None:
    none = value == buttons.NONE
    if verb == buttons.SEASON and (none or value in set(Season)):
        return lambda old: replace(old, season=None if none else value, step=Step.REVIEW)
    if verb == buttons.UNTIL and value in buttons.UNTILS:
        today = day_of(inside.at, inside.community.timezone)
        until = None if none else (today + timedelta(days=int(value))).isoformat()
        return lambda old: replace(old, valid_until=until, step=Step.REVIEW)
    return None


async def _rooms(inside: Ask, value: str, posting: PostServices) -> Audience | None:
    if value == buttons.ALL:
        return Audience.everywhere()
    there = {room.room_id for room in await posting.lists.rooms(inside.community)}
    room_id = read_id(value)
    return Audience.in_rooms(room_id) if room_id in there and room_id is not None else None


Page = Callable[[Ask, str, Voice, PostServices], Awaitable[None]]


async def _list(inside: Ask, value: str, voice: Voice, posting: PostServices) -> None:
    await show_page(inside, await posting.lists.posts(inside.community, read_id(value)), voice)


async def _sent_list(inside: Ask, value: str, voice: Voice, posting: PostServices) -> None:
    await show_page(inside, await posting.lists.sent(inside.community, read_id(value)), voice)


async def _sent(inside: Ask, value: str, voice: Voice, posting: PostServices) -> None:
    sending_id = read_id(value)
    page: Any = NoSuchPost(None)
    if sending_id is not None:
        page = await posting.lists.sending(inside.community, sending_id, inside.at)
    await show_page(inside, page, voice)


def _numbered(verb: str) -> Page:
    async def act(inside: Ask, value: str, voice: Voice, posting: PostServices) -> None:
        number = read_id(value)
        if number is None:
            await show_page(inside, NoSuchPost(None), voice)
        else:
            await post_numbers.do(inside, verb, number, voice, posting)

    return act


def _on_sending(verb: str) -> Page:
    async def act(inside: Ask, value: str, voice: Voice, posting: PostServices) -> None:
        sending_id = read_id(value)
        if sending_id is None:
            await show_page(inside, NoSuchPost(None), voice)
        else:
            await post_numbers.change_sending(inside, verb, sending_id, voice, posting)

    return act


_PAGES: dict[str, Page] = {
    buttons.LIST: _list,
    buttons.SENT_LIST: _sent_list,
    buttons.SENT: _sent,
    **{
        verb: _numbered(verb)
        for verb in (
            *(buttons.SHOW, buttons.SEE, buttons.SEND, buttons.EDIT, buttons.PUT, buttons.OFF, buttons.DELETE),
        )
    },
    **{verb: _on_sending(verb) for verb in (buttons.PIN, buttons.UNPIN, buttons.BACK, buttons.STOP, buttons.CHANGE)},
}

"""What is written or forwarded while a draft is open."""

from dataclasses import replace
from datetime import timedelta

from aiogram.types import Message

from bot.handlers.kit.forms import Moment
from bot.handlers.posts.post_lines import button_in
from bot.handlers.posts.post_messages import read_message
from bot.handlers.posts.post_services import PostServices
from bot.handlers.posts.post_showing import do_and_show
from bot.rules.calendar import day_of
from bot.rules.posting import Content
from bot.rules.posts.audience import Audience
from bot.rules.posts.drafts import (
    PostDraft,
    PostLinks,
    PostUntil,
    PostWhen,
    Step,
    lines_in,
    quick_times,
)
from bot.rules.posts.limits import MOST_BUTTONS
from bot.rules.posts.pillar_lines import pillar_of
from bot.rules.segments import BadSegment
from bot.rules.times.days import split_day
from bot.rules.times.reading import When, read_when
from bot.telegram.ask import Ask


async def take_typed(inside: Ask, draft: PostDraft, message: Message, posting: PostServices) -> None:
    """By the draft's step; at its review another message takes the place of the one before."""
    own = message.text is not None and message.forward_origin is None
    match draft.step:
        case Step.AT if own:
            await _time(inside, draft, message.text or "", posting)
        case Step.SEGMENT if own:
            await choose_segment(inside, draft, message.text or "", posting)
        case Step.LINKS if own:
            await _links(inside, draft, message.text or "", posting)
        case Step.UNTIL if own:
            await _until(inside, draft, message.text or "", posting)
        case Step.PILLAR if own:
            await _pillar(inside, draft, message.text or "", posting)
        case _:
            await _message(inside, draft, message, posting)


async def _message(inside: Ask, draft: PostDraft, message: Message, posting: PostServices) -> None:
    """The post itself. Further parts of its album are added to it."""
    content = read_message(message)
    if not isinstance(content, Content):
        await posting.talk.show(inside, draft, anew=True, page=content)
        return
    album = message.media_group_id
    if album is not None and album == draft.album:
        grown = await posting.drafts.take_part(inside.act, album, inside.chat_id, content)
        if grown is not None:
            await posting.talk.show(inside, grown)
        return
    kept = content if content.buttons or content.poll is not None else replace(content, buttons=draft.content.buttons)

    def put_in(old: PostDraft) -> PostDraft:
        chat = inside.chat_id if album is not None else None
        return replace(old, content=kept, step=Step.REVIEW, album=album, album_chat=chat)

    changed = await posting.drafts.change(inside.act, None, put_in)
    if changed is not None:
        await posting.talk.show(inside, changed, fresh=True)


async def _time(inside: Ask, draft: PostDraft, text: str, posting: PostServices) -> None:
    """A time; an hour that may be of the morning or of the evening is asked about by two buttons."""
    found = read_when(text, inside.at, inside.community.timezone)
    shop = draft.community_id
    if not isinstance(found, When):
        quick = quick_times(inside.at, inside.community.timezone)
        await posting.talk.show_page(inside, draft, PostWhen(shop, quick, problem=found.value, said=text[:60]))
    elif found.other is not None:
        either = tuple(sorted((found.at, found.other)))
        await posting.talk.show_page(inside, draft, PostWhen(shop, either, problem="either"))
    else:
        await do_and_show(inside, draft, posting, at=found.at)


async def choose_segment(inside: Ask, draft: PostDraft, text: str, posting: PostServices) -> None:
    """Fans in private, with their reach; what can't be read is asked again."""
    audience = Audience.in_private(text.strip())
    whom = await posting.lists.whom(inside.community, audience, inside.at)
    if isinstance(whom, BadSegment):
        await posting.talk.show(inside, draft, anew=True, page=whom)
        return
    chosen = Audience.in_private(whom.segment or "")
    changed = await posting.drafts.change(inside.act, None, lambda old: replace(old, audience=chosen, step=Step.REVIEW))
    if changed is not None:
        await posting.talk.show(inside, changed, anew=True)


async def _links(inside: Ask, draft: PostDraft, text: str, posting: PostServices) -> None:
    """A button a line."""
    moment, lines = Moment(inside.at, inside.community.timezone), lines_in(text)
    found = [(line, button_in(line, moment)) for line in lines]
    bad = next((line for line, button in found if button is None), "" if len(found) > MOST_BUTTONS else None)
    if bad is not None or not found:
        there = tuple(button.text for button in draft.content.buttons)
        await posting.talk.show_page(inside, draft, PostLinks(draft.community_id, there, bad=bad or ""))
        return
    buttons = tuple(button for _, button in found if button is not None)
    changed = await posting.drafts.change(
        inside.act,
        None,
        lambda old: replace(old, content=replace(old.content, buttons=buttons), step=Step.REVIEW, album=None),
    )
    if changed is not None:
        await posting.talk.show(inside, changed, fresh=True)


async def _pillar(inside: Ask, draft: PostDraft, text: str, posting: PostServices) -> None:
    """A pillar by its name; one that has no share is pointed out in the review."""
    pillar = pillar_of(text, posting.names, posting.persona_policy)
    if pillar is None:
        await posting.talk.show(inside, draft, anew=True)
        return
    changed = await posting.drafts.change(inside.act, None, lambda old: replace(old, pillar=pillar, step=Step.REVIEW))
    if changed is not None:
        await posting.talk.show(inside, changed, anew=True)


async def _until(inside: Ask, draft: PostDraft, text: str, posting: PostServices) -> None:
    """A day to come."""
    today = day_of(inside.at, inside.community.timezone)
    found = split_day(" ".join(text.lower().split()), today)
    day = found[0].day if found is not None and found[0] is not None and not found[1] else None
    if day is None or not today <= day <= today + timedelta(days=730):
        await posting.talk.show_page(inside, draft, PostUntil(draft.community_id, bad=text[:40]))
        return
    changed = await posting.drafts.change(
        inside.act, None, lambda old: replace(old, valid_until=day.isoformat(), step=Step.REVIEW)
    )
    if changed is not None:
        await posting.talk.show(inside, changed, anew=True)

"""`/post`: from a message that staff write, forward or reply to; and its open draft in private."""

from dataclasses import replace
from typing import Any

from aiogram.types import Message

from bot.content.buttons.posts import POST
from bot.features.posts.albums import PartOfAlbum
from bot.features.posts.drafts import KIND
from bot.features.posts.posts import NewPost, ToSay
from bot.handlers.kit.forms import FormProblem, Moment
from bot.handlers.kit.greeter import Greeter
from bot.handlers.kit.other_hours import answer_doubt
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.posts import post_numbers, post_presses
from bot.handlers.posts.post_lines import LIST, SENT, PostLine, numbered, read_line
from bot.handlers.posts.post_messages import read_message
from bot.handlers.posts.post_services import PostServices
from bot.handlers.posts.post_showing import show_page
from bot.handlers.posts.post_typed import take_typed
from bot.rules.posting import Content
from bot.rules.posts.audience import Audience
from bot.rules.posts.drafts import NotAPost, NothingToPost, PostAsked, PostDraft, PostLeft, Step
from bot.rules.posts.pillar_lines import pillar_of
from bot.rules.segments import BadSegment
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

MEDIA = frozenset({"photo", "video", "document"})
"""What an album can hold."""


def setup() -> Desk:
    """Posts."""
    desk = Desk("posts")
    desk.command("post", post)
    desk.opening(POST, opened)
    desk.press(POST, post_presses.pressed)
    desk.reply(KIND, typed, borrowed=True)
    desk.cancel(KIND, cancelled)
    desk.album(part_of_album)
    return desk


async def post(message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, posting: PostServices) -> None:
    """`/post` with a message shows its preview; with options it is done at once; `list` and a number look posts up."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    if rest.lower() in {LIST, SENT}:
        page: Any = posting.lists.posts if rest.lower() == LIST else posting.lists.sent
        await show_page(inside, await page(inside.community), voice)
        return
    by_number = numbered(rest)
    if by_number is not None and message.reply_to_message is None and not _has_media(message):
        await post_numbers.act(inside, by_number, voice, posting)
        return
    holder = _holder(message)
    try:
        line = read_line(rest, Moment(ask.at, inside.community.timezone), has_message=holder is not None)
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    content = await _content_of(inside, message, holder, rest, line, posting)
    if content is None and not line.acts and line.segment is None:
        await _ask_for_it(inside, voice, posting)
    elif not isinstance(content, Content):
        await voice.answer(inside, content or NothingToPost())
    else:
        content = replace(content, buttons=line.buttons or content.buttons)
        await _take(inside, message, content, line, voice, posting)


def _has_media(message: Message) -> bool:
    return any(getattr(message, kind) for kind in MEDIA)


def _holder(message: Message) -> Message | None:
    """The other message that is meant: the one that is answered. A topic's first message is answered by nobody."""
    answered = message.reply_to_message
    if answered is None or answered.forum_topic_created is not None:
        return None
    return answered


async def _content_of(
    inside: Ask, message: Message, holder: Message | None, rest: str, line: PostLine, posting: PostServices
) -> Content | NotAPost | None:
    """The post itself: what is answered, else what stands behind the command; None if neither is there."""
    if holder is None and not _has_media(message) and not rest[line.skip :].strip():
        return None
    if holder is None:
        text = message.text if message.text is not None else message.caption or ""
        return read_message(message, len(text) - len(rest) + line.skip if rest else len(text))
    content = read_message(holder)
    if isinstance(content, Content) and holder.media_group_id is not None:
        known = await posting.albums.whole(inside.community.community_id, inside.chat_id, holder.media_group_id)
        if len(known.media) > 1:
            return replace(content, media=known.media, text=known.text or content.text)
    return content


async def _ask_for_it(inside: Ask, voice: Voice, posting: PostServices) -> None:
    """Nothing was named: in private the message itself is asked for."""
    if not inside.private:
        await voice.answer(inside, NothingToPost())
        return
    draft = await posting.drafts.begin(inside.act, PostDraft(inside.community.community_id))
    posting.communities.forget_person(inside.sender.user_id)
    shown = await voice.panel(inside, PostAsked(draft.community_id))
    await posting.drafts.shown_in(inside.sender.user_id, shown)


async def _take(
    inside: Ask, message: Message, content: Content, line: PostLine, voice: Voice, posting: PostServices
) -> None:
    """Do what the line says at once, or show the preview in private."""
    pillar = pillar_of(line.pillar, posting.names, posting.persona_policy) if line.pillar is not None else None
    audience = _audience(inside, line)
    whom = await posting.lists.whom(inside.community, audience, inside.at)
    if isinstance(whom, BadSegment):
        await voice.answer(inside, whom)
        return
    album = message.media_group_id if _holder(message) is None else None
    nowhere = line.here and inside.group is None  # in private no room is meant: the preview asks for one
    if line.acts and not audience.private and album is None and not nowhere:
        await _do_at_once(inside, content, replace(line, pillar=pillar), voice, posting)
        return
    draft = PostDraft(
        inside.community.community_id,
        step=Step.REVIEW,
        content=content,
        pillar=pillar,
        audience=audience,
        album=album,
        album_chat=inside.chat_id if album is not None else None,
    )
    await posting.talk.begin(inside, draft)


def _audience(inside: Ask, line: PostLine) -> Audience:
    if line.segment is not None:
        return Audience.in_private(line.segment)
    if line.here and inside.group is not None:
        return Audience.in_rooms(inside.group.id, topic=inside.topic_id)
    return Audience.everywhere()


async def _do_at_once(inside: Ask, content: Content, line: PostLine, voice: Voice, posting: PostServices) -> None:
    new = NewPost(content, line.pillar)
    made = await posting.talk.render(inside, content, at=line.at)
    if not isinstance(made, Content):
        await voice.answer(inside, made)
        return
    if line.shelf:
        await voice.answer(inside, await posting.posts.shelve(inside.act, new))
        return
    audience = _audience(inside, line)
    nobody = await posting.talk.nobody(inside, PostDraft(inside.community.community_id, audience=audience))
    if nobody is not None:
        await voice.answer(inside, nobody)
        return
    doubt = line.doubt
    other = doubt.other if doubt is not None else None
    moment = Moment(inside.at, inside.community.timezone)
    how = ToSay(made, audience, line.at, post_numbers.other_line(other, moment) if other is not None else None)
    await answer_doubt(voice, inside, await posting.posts.say(inside.act, new, how), doubt)


async def opened(ask: Ask, rest: str, doors: Doors, greeter: Greeter, posting: PostServices) -> None:
    """The link of the whisper: the draft waits here. Whoever opens it may have it from anybody."""
    await posting.communities.started(ask.sender, can_write=True, at=ask.at)
    shop = read_id(rest)
    place = await posting.communities.place(shop) if shop is not None else None
    if place is None:
        await greeter.greet(ask)
        return
    inside = await doors.staff(ask.within(place))
    if inside is None:
        return
    await posting.communities.turn_to(ask.sender.user_id, place)
    draft = await posting.drafts.find(ask.sender.user_id)
    if draft is None or draft.community_id != place.community_id:
        await posting.talk.begin(inside, PostDraft(place.community_id))
    else:
        await posting.talk.show(inside, draft, fresh=True)


async def typed(message: Message, ask: Ask, doors: Doors, posting: PostServices) -> None:
    """What staff write or forward while a draft is open: the message itself, or an answer to its question."""
    draft = await posting.drafts.find(ask.sender.user_id)
    place = await posting.communities.place(draft.community_id) if draft is not None else None
    if draft is None or place is None:
        await posting.talk.answer_closed(ask)
        return
    inside = await doors.staff(ask.within(place))
    if inside is not None:
        await take_typed(inside, draft, message, posting)


async def cancelled(ask: Ask, voice: Voice, posting: PostServices) -> None:
    """`/cancel` gives the draft up."""
    left = await posting.talk.leave(ask)
    if left is None:
        await posting.talk.answer_closed(ask)
        return
    await voice.answer(ask, PostLeft(left.community_id))
    if left.message_id is not None:
        await voice.delete_panel(ask, left.message_id)


async def part_of_album(message: Message, ask: Ask, doors: Doors, posting: PostServices) -> None:
    """A part of an album without a command: it belongs to the draft of its album, or is kept for a reply to it."""
    place, album = ask.place, message.media_group_id
    if place is None or album is None or not (ask.private or ask.chat_id == place.home_chat):
        return
    content = read_message(message)
    if not isinstance(content, Content) or not content.media:
        return
    user_id = ask.sender.user_id
    known = ask.anonymous_admin or user_id == place.owner_id
    if not known and not await posting.albums.acted(place.community_id, user_id):
        return  # fans' pictures aren't kept
    part = PartOfAlbum(place.community_id, ask.chat_id, message.message_id, user_id, album, content, ask.at)
    await posting.albums.remember(part)
    waiting = await posting.drafts.find(user_id)
    if waiting is None or (waiting.album, waiting.album_chat) != (album, ask.chat_id):
        return
    inside = await doors.staff(ask)
    draft = await posting.drafts.take_part(inside.act, album, ask.chat_id, content) if inside is not None else None
    if inside is not None and draft is not None and (inside.private or inside.can_write):
        await posting.talk.show(inside, draft)

"""Posts that are there already, by number: looked at, sent again, put on the shelf, changed, taken back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.content.buttons import posts as buttons
from bot.features.posts.posts import ToSay
from bot.features.posts.shelf import content_of
from bot.handlers.kit.forms import FormProblem, Moment, wall_clock
from bot.handlers.kit.other_hours import answer_doubt
from bot.handlers.posts import post_lines
from bot.handlers.posts.post_lines import NumberedLine, read_line
from bot.handlers.posts.post_services import PostServices
from bot.handlers.posts.post_showing import show_page, told
from bot.rules.posting import Content
from bot.rules.posts.audience import Audience
from bot.rules.posts.drafts import Mode, NothingToPost, PostDraft, Step
from bot.rules.posts.post_pages import BlanksFirst, NoSuchPost, PostShown
from bot.rules.segments import BadSegment
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

VERBS = {
    post_lines.SHOW: buttons.SHOW,
    post_lines.SHELF: buttons.PUT,
    post_lines.OFF: buttons.OFF,
    post_lines.DELETE: buttons.DELETE,
    post_lines.EDIT: buttons.EDIT,
}
ON_SENDING = {post_lines.BACK: buttons.BACK, post_lines.PIN: buttons.PIN, post_lines.UNPIN: buttons.UNPIN}


async def act(inside: Ask, line: NumberedLine, voice: Voice, posting: PostServices) -> None:
    """`/post 12`, `/post 12 pin`, `/post 12 at=20:00`."""
    if line.verb in VERBS:
        await do(inside, VERBS[line.verb], line.number, voice, posting)
    elif line.verb in ON_SENDING:
        sending_id = await posting.lists.newest_sending(inside.community, line.number)
        if sending_id is None:
            await voice.answer(inside, NoSuchPost(line.number))
        else:
            await change_sending(inside, ON_SENDING[line.verb], sending_id, voice, posting)
    elif not line.rest:
        await do(inside, buttons.SHOW, line.number, voice, posting)
    else:
        await _send_by_line(inside, line, voice, posting)


async def _send_by_line(inside: Ask, line: NumberedLine, voice: Voice, posting: PostServices) -> None:
    """Send a post that is there, at once or later; a segment in private is shown first."""
    moment = Moment(inside.at, inside.community.timezone)
    try:
        wish = read_line(line.rest, moment, has_message=True)
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    audience = Audience.everywhere()
    if wish.segment is not None:
        audience = Audience.in_private(wish.segment)
    elif wish.here and inside.group is not None:
        audience = Audience.in_rooms(inside.group.id, topic=inside.topic_id)
    whom = await posting.lists.whom(inside.community, audience, inside.at)
    draft = await _draft(inside, line.number, Mode.SEND, posting)
    if isinstance(whom, BadSegment) or not isinstance(draft, PostDraft):
        await voice.answer(inside, whom if isinstance(whom, BadSegment) else draft)
        return
    draft = replace(draft, audience=audience)
    if audience.private:
        await posting.talk.begin_from(inside, draft)
        return
    if not (wish.now or wish.at is not None or wish.here):
        await voice.answer(inside, NothingToPost())
        return
    post = await posting.posts.find(inside.community, line.number)
    made: Any = await posting.talk.render(inside, draft.content, post, wish.at)
    nobody = await posting.talk.nobody(inside, draft)
    if not isinstance(made, Content) or nobody is not None:
        await voice.answer(inside, nobody or made)
        return
    other = wish.doubt.other if wish.doubt is not None else None
    how = ToSay(made, audience, wish.at, other_line(other, moment) if other is not None else None)
    await answer_doubt(voice, inside, await posting.posts.say_again(inside.act, line.number, how), wish.doubt)


def other_line(other: datetime, moment: Moment) -> Callable[[int], str]:
    """The command that sends the same post at the other hour, once its number is known."""
    return lambda number: f"post {number} at={wall_clock(other, moment)}"


async def begin_new(inside: Ask, posting: PostServices) -> None:
    """Ask for a message that becomes a post."""
    await posting.talk.begin(inside, PostDraft(inside.community.community_id))


async def do(inside: Ask, verb: str, number: int, voice: Voice, posting: PostServices) -> None:
    """Do something with a post."""
    outcome: Any
    match verb:
        case buttons.PUT | buttons.OFF:
            outcome = await posting.shelving.put(inside.act, number, on=verb == buttons.PUT)
        case buttons.DELETE:
            outcome = await posting.shelving.delete(inside.act, number)
        case buttons.SEE:
            outcome = await _see(inside, number, posting)
        case buttons.SEND | buttons.EDIT:
            mode = Mode.SEND if verb == buttons.SEND else Mode.EDIT
            outcome = await _draft(inside, number, mode, posting)
            if isinstance(outcome, PostDraft):
                await posting.talk.begin_from(inside, outcome)
                return
        case _:
            outcome = await posting.lists.post(inside.community, number)
    await show_page(inside, outcome, voice)


async def _see(inside: Ask, number: int, posting: PostServices) -> Any:
    """Show a post as it will look, and its page below it."""
    draft = await _draft(inside, number, Mode.EDIT, posting)
    if not isinstance(draft, PostDraft):
        return draft
    failed = await posting.talk.preview(inside, draft)
    return failed or await posting.lists.post(inside.community, number)


async def _draft(inside: Ask, number: int, mode: Mode, posting: PostServices) -> PostDraft | NoSuchPost | BlanksFirst:
    """A draft of a post that is there."""
    post = await posting.posts.find(inside.community, number)
    page = await posting.lists.post(inside.community, number)
    if post is None or not isinstance(page, PostShown):
        return NoSuchPost(number)
    if mode is Mode.SEND and page.line.blanks:
        return BlanksFirst(inside.community.community_id, number, page.line.blanks)
    return PostDraft(
        inside.community.community_id,
        mode=mode,
        step=Step.REVIEW,
        content=content_of(post, inside.community.language),
        pillar=post.pillar,
        season=post.season,
        valid_until=post.valid_until.isoformat() if post.valid_until is not None else None,
        post_id=post.id,
        number=number,
    )


async def change_sending(inside: Ask, verb: str, sending_id: int, voice: Voice, posting: PostServices) -> None:
    """Do something to all copies of a sending."""
    done: Any
    match verb:
        case buttons.PIN | buttons.UNPIN:
            done = await posting.sendings.pin(inside.act, sending_id, on=verb == buttons.PIN)
        case buttons.BACK:
            done = await posting.sendings.take_back(inside.act, sending_id)
        case buttons.STOP:
            done = await posting.sendings.cancel(inside.act, sending_id)
        case _:
            await _edit_sending(inside, sending_id, voice, posting)
            return
    await show_page(inside, await told(inside, done, posting), voice)


async def _edit_sending(inside: Ask, sending_id: int, voice: Voice, posting: PostServices) -> None:
    """Change what was sent: the words as they were written, before the sign-off."""
    found = await posting.lists.sent_content(inside.community, sending_id)
    if found is None:
        await show_page(inside, NoSuchPost(None), voice)
        return
    post, sending = found
    draft = PostDraft(
        inside.community.community_id,
        mode=Mode.SENT,
        step=Step.REVIEW,
        content=content_of(post, inside.community.language),
        pillar=sending.pillar,
        post_id=post.id,
        number=post.number,
        sending_id=sending_id,
        audience=Audience.from_facts(sending.audience),
    )
    await posting.talk.begin_from(inside, draft)

"""What came of an act on a post, shown: the answer, or the page of a sending with what was reached."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.content.buttons.shared import ADMIN
from bot.handlers.posts.post_services import PostServices
from bot.rules.general import OnlyInPrivate
from bot.rules.posts.drafts import PostDraft
from bot.rules.posts.post_pages import ChangeRefusedTold, NoSuchPost, SendingStoppedTold, SentShown
from bot.rules.posts.sendings import ChangeBegun, ChangeRefused, NoSuchSending, SendingStopped
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

TRIES, PAUSE = 8, 0.25
"""How often, and after how many seconds, it is looked whether a change has come to all copies. In rooms it mostly has
within a second; the page says what still waits."""


async def do_and_show(
    inside: Ask, draft: PostDraft, posting: PostServices, *, at: datetime | None = None, shelf: bool = False
) -> None:
    """Do what a draft says; a refusal is shown above its panel, which stays."""
    done = await posting.talk.do(inside, draft, at=at, shelf=shelf)
    left = await posting.drafts.find(inside.sender.user_id)
    if left is not None and left.turn == draft.turn:
        await posting.talk.show(inside, draft, anew=inside.panel_id is None, page=done)
        return
    await posting.talk.say(inside, draft, await told(inside, done, posting))


async def show_page(inside: Ask, page: Any, voice: Voice) -> None:
    """Show a page to the one who asked. Where only a reply in the group is possible, it leads into the private chat."""
    await voice.panel(inside, page, instead=OnlyInPrivate(f"{ADMIN}_{inside.community.community_id}"))


async def told(inside: Ask, done: Any, posting: PostServices) -> Any:
    """An outcome with words: the page of the sending for a change that has begun."""
    match done:
        case ChangeBegun():
            return await after_change(inside, done, posting)
        case ChangeRefused():
            return ChangeRefusedTold(done.problem.value)
        case SendingStopped():
            return SendingStoppedTold(inside.community.community_id, done.sending_id, done.gone, done.kept)
        case NoSuchSending():
            return NoSuchPost(None)
        case _:
            return done


async def after_change(inside: Ask, begun: ChangeBegun, posting: PostServices) -> Any:
    """The page of a sending once its copies are changed, or after two seconds."""
    page = await posting.lists.sending(inside.community, begun.sending_id, inside.at)
    for _ in range(TRIES):
        if not isinstance(page, SentShown) or not page.changing:
            break
        await asyncio.sleep(PAUSE)
        page = await posting.lists.sending(inside.community, begun.sending_id, inside.at)
    undoable = begun.kind == "edit"
    return replace(page, audit_id=begun.audit_id) if isinstance(page, SentShown) and undoable else page

"""The conversation about one post: the message itself, its preview as it will look, and the panel below it."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError

from bot.features.posts.drafts import PostDrafts
from bot.features.posts.lists import PostLists
from bot.features.posts.posts import Posts, ToSay, day_of_text
from bot.features.posts.shelf import template_facts
from bot.features.posts.templates import Templates
from bot.handlers.kit.domain import Core
from bot.logs import get_logger
from bot.rules.calendar import zone
from bot.rules.pillars import Pillar
from bot.rules.posting import Content
from bot.rules.posts.drafts import (
    Mode,
    NobodyThere,
    PostAsked,
    PostClosed,
    PostDraft,
    PostLinks,
    PostPillar,
    PostReview,
    PostSeason,
    PostSegment,
    PostUntil,
    PostWhen,
    PostWho,
    PreviewRefused,
    Step,
    WhomShown,
    kind_of,
    quick_times,
)
from bot.rules.segments import BadSegment
from bot.store.tables.posts import Post
from bot.telegram.ask import Ask
from bot.telegram.pacer import HeldError
from bot.telegram.post_calls import send_content
from bot.telegram.post_delivery import problem_of

log = get_logger("posts")


class PostTalk:
    """Shows drafts in private. Whoever gets here was let in by a door."""

    def __init__(self, core: Core, posts: Posts, drafts: PostDrafts, lists: PostLists, templates: Templates) -> None:
        self._db = core.db
        self._out = core.out
        self._voice = core.voice
        self._communities = core.communities
        self._posts = posts
        self._drafts = drafts
        self._lists = lists
        self._templates = templates

    async def begin(self, inside: Ask, draft: PostDraft) -> None:
        """Open a draft and show it in the person's private chat."""
        before = await self._drafts.find(inside.sender.user_id)
        begun = await self._drafts.begin(inside.act, draft)
        self._communities.forget_person(inside.sender.user_id)
        if not (inside.private or inside.can_write):
            return  # the draft waits until they open the private chat
        if before is not None and before.cause != begun.cause:
            await self._take_away(inside, before)
        await self.show(inside, begun, fresh=True)

    async def show(
        self, inside: Ask, draft: PostDraft, *, fresh: bool = False, anew: bool = False, page: Any = None
    ) -> None:
        """Show the draft's panel: where it stands, or `anew` below what was written.

        `fresh`: the post itself changed, so its preview is shown anew too. `page` is shown above what the draft's step
        asks.
        """
        there = in_private(inside, draft, edits=not (fresh or anew))
        below = await self._page(inside, draft) if page is not None else None
        if fresh and page is None and draft.step is not Step.WAIT:
            draft, page, below = await self._show_preview(inside, draft)
        elif fresh:
            await self._take_preview_away(inside, draft)
            draft = replace(draft, preview=())
        shown_page = page if page is not None else await self._page(inside, draft)
        shown = await self._voice.panel(there, shown_page, below=below)
        await self._drafts.shown_in(inside.sender.user_id, shown, draft.preview)
        if shown is not None and draft.message_id is not None and shown != draft.message_id:
            await self._voice.delete_panel(there, draft.message_id)

    async def begin_from(self, inside: Ask, draft: PostDraft) -> None:
        """The same for a post that is there already: a page with its buttons stays where it is."""
        await self.begin(replace(inside, panel_id=None), draft)

    async def preview(self, inside: Ask, draft: PostDraft) -> Any:
        """Show how a post will look, without a draft; why it can't be shown, else None."""
        _, failed, _ = await self.look(inside, draft)
        return failed

    async def say(self, inside: Ask, draft: PostDraft | None, outcome: Any) -> None:
        """Tell what came of a draft, in place of its panel."""
        if draft is None:
            await self._voice.panel(inside, outcome)
            return
        there = in_private(inside, draft, edits=inside.panel_id is not None)
        shown = await self._voice.panel(there, outcome)
        if draft.message_id is not None and shown is not None and shown != draft.message_id:
            await self._voice.delete_panel(there, draft.message_id)

    async def show_page(self, inside: Ask, draft: PostDraft, page: Any) -> None:
        """Show this below what was written, in place of what the draft's step asks."""
        there = in_private(inside, draft, edits=False)
        shown = await self._voice.panel(there, page)
        await self._drafts.shown_in(inside.sender.user_id, shown)
        if shown is not None and draft.message_id is not None:
            await self._voice.delete_panel(there, draft.message_id)

    async def _show_preview(self, inside: Ask, draft: PostDraft) -> tuple[PostDraft, Any, Any]:
        """Send the post to its writer as it will be. What is wrong with it is shown in place of the panel."""
        await self._take_preview_away(inside, draft)
        draft = replace(draft, preview=())
        gathering = draft.album is not None and draft.mode is Mode.NEW and len(draft.content.media) > 0
        if gathering:
            return draft, None, None  # its other parts are on their way: the panel counts them, a button shows it
        return await self.look(inside, draft)

    async def look(self, inside: Ask, draft: PostDraft) -> tuple[PostDraft, Any, Any]:
        """Send the preview; the draft with its messages, and what to show in place of the panel if that failed."""
        made = await self.render(inside, draft.content, await self._post_of(inside, draft))
        if not isinstance(made, Content):
            return draft, made, PostAsked(draft.community_id, editing=True)
        try:
            posted = await send_content(self._out, inside.sender.user_id, made, channel=False)
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            log.info("preview_refused", error=type(error).__name__)
            return draft, PreviewRefused(problem_of(error).value), PostAsked(draft.community_id, editing=True)
        except HeldError:
            return draft, None, None  # the panel offers to show it
        return replace(draft, preview=posted.ids), None, None

    async def show_again(self, inside: Ask, draft: PostDraft) -> None:
        """Show the preview that wasn't shown yet, and the panel below it."""
        await self._take_preview_away(inside, draft)
        draft, page, below = await self.look(inside, replace(draft, preview=()))
        there = in_private(inside, draft, edits=False)
        shown = await self._voice.panel(there, page or await self._page(inside, draft), below=below)
        await self._drafts.shown_in(inside.sender.user_id, shown, draft.preview)
        if shown is not None and draft.message_id is not None:
            await self._voice.delete_panel(there, draft.message_id)

    async def render(self, inside: Ask, content: Content, post: Post | None = None, at: datetime | None = None) -> Any:
        """The content as it is sent at this time, or what is wrong with it."""
        facts = await self._db.read(template_facts, inside.community, at or inside.at, post)
        return await self._templates.render(content, facts)

    async def do(self, inside: Ask, draft: PostDraft, *, shelf: bool = False, at: datetime | None = None) -> Any:
        """Do what the draft says; the outcome. Nothing happens if nobody would get it."""
        how: ToSay | None = None
        if not shelf:
            made = await self.render(inside, draft.content, await self._post_of(inside, draft), at)
            if not isinstance(made, Content):
                return made
            if draft.mode is not Mode.SENT and (nobody := await self.nobody(inside, draft)) is not None:
                return nobody
            how = ToSay(made, draft.audience, at)
        done = await self._posts.finish(inside.act, draft.turn, how)
        self._communities.forget_person(inside.sender.user_id)
        return done

    async def nobody(self, inside: Ask, draft: PostDraft) -> NobodyThere | BadSegment | None:
        """Why it would reach nobody."""
        whom = await self._lists.whom(inside.community, draft.audience, inside.at)
        if not isinstance(whom, WhomShown):
            return whom
        if whom.segment is not None:
            return None if whom.consenting else NobodyThere(private=True)
        return None if whom.rooms else NobodyThere(private=False)

    async def leave(self, inside: Ask) -> PostDraft | None:
        """Give the draft up and take its preview away."""
        left = await self._drafts.close(inside.sender.user_id)
        self._communities.forget_person(inside.sender.user_id)
        if left is not None:
            await self._take_preview_away(inside, left)
        return left

    async def answer_closed(self, ask: Ask) -> None:
        """A press on a draft that isn't open."""
        self._communities.forget_person(ask.sender.user_id)
        await self._voice.answer(ask, PostClosed())

    async def _post_of(self, inside: Ask, draft: PostDraft) -> Post | None:
        return await self._posts.find(inside.community, draft.number) if draft.number is not None else None

    async def _take_away(self, inside: Ask, draft: PostDraft) -> None:
        await self._take_preview_away(inside, draft)
        if draft.message_id is not None and draft.message_id != inside.panel_id:
            await self._voice.delete_panel(in_private(inside, draft, edits=False), draft.message_id)

    async def _take_preview_away(self, inside: Ask, draft: PostDraft) -> None:
        there = in_private(inside, draft, edits=False)
        for message_id in draft.preview:
            await self._voice.delete_panel(there, message_id)

    async def _page(self, inside: Ask, draft: PostDraft) -> Any:
        """What the draft's step asks."""
        shop = draft.community_id
        pages: dict[Step, Callable[[], Coroutine[Any, Any, Any]]] = {
            Step.REVIEW: lambda: self._review(inside, draft),
            Step.WHO: lambda: self._who(inside),
            Step.PILLAR: lambda: self._pillar(inside),
        }
        if draft.step in pages:
            return await pages[draft.step]()
        simple: dict[Step, Any] = {
            Step.WAIT: PostAsked(shop, editing=bool(draft.content.text or draft.content.media or draft.content.poll)),
            Step.AT: PostWhen(shop, quick_times(inside.at, inside.community.timezone)),
            Step.SEGMENT: PostSegment(shop),
            Step.LINKS: PostLinks(shop, tuple(button.text for button in draft.content.buttons)),
            Step.SEASON: PostSeason(shop),
            Step.UNTIL: PostUntil(shop),
        }
        return simple[draft.step]

    async def _review(self, inside: Ask, draft: PostDraft) -> PostReview:
        persona = await self._lists.facts(inside.community)
        whom = await self._lists.whom(inside.community, draft.audience, inside.at)
        until = day_of_text(draft.valid_until)
        return PostReview(
            community_id=draft.community_id,
            mode=draft.mode,
            kind=kind_of(draft.content),
            media=len(draft.content.media),
            whom=whom if isinstance(whom, WhomShown) else WhomShown(),
            pillar=draft.pillar,
            off=persona.is_off(draft.pillar),
            links=tuple(button.text for button in draft.content.buttons),
            number=draft.number,
            season=draft.season,
            valid_until=datetime.combine(until, time(12), zone(inside.community.timezone)) if until else None,
            seen=bool(draft.preview),
        )

    async def _who(self, inside: Ask) -> PostWho:
        return PostWho(inside.community.community_id, await self._lists.rooms(inside.community))

    async def _pillar(self, inside: Ask) -> PostPillar:
        return PostPillar(inside.community.community_id, await self.pillars(inside))

    async def pillars(self, inside: Ask) -> tuple[str, ...]:
        """Pillars to choose from: the shop's own with shares first, then the others that every shop begins with."""
        persona = await self._lists.facts(inside.community)
        return tuple(dict.fromkeys((*persona.pillars, *(pillar.value for pillar in Pillar))))


def in_private(inside: Ask, draft: PostDraft, *, edits: bool) -> Ask:
    """The same ask in the person's private chat, where drafts are shown. `edits`: the panel that stands is edited."""
    panel_id = draft.message_id if edits else None
    if inside.private:
        return replace(inside, panel_id=panel_id)
    return replace(
        inside,
        chat_id=inside.sender.user_id,
        group=None,
        press_id=None,
        thread_id=None,
        forum=False,
        ephemeral_id=None,
        panel_id=panel_id,
        panel_ephemeral_id=None,
    )

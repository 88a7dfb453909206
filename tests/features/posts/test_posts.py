"""Posts as staff make them: once for an update, one number each, changed, deleted and brought back."""

import asyncio
from dataclasses import replace

from bot.features.posts import persona as persona_cases
from bot.features.posts import posts as post_cases
from bot.features.posts import shelf_acts
from bot.features.posts.drafts import PostDrafts
from bot.features.posts.lists import PostLists
from bot.features.posts.posts import NewPost, Posts, ToSay
from bot.features.posts.shelf_acts import Shelving
from bot.rules.act import Act
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.posting import Content
from bot.rules.posts.audience import Audience
from bot.rules.posts.drafts import PostChanged, PostClosed, PostDraft, PostSent, PostShelved, Step
from bot.rules.posts.persona import PillarShare
from bot.rules.posts.post_pages import A_PAGE, NoSuchPost, PostDeleted, PostShelf, SentOnceStays
from bot.rules.posts.sendings import SendingPolicy
from bot.store.engine.db import Database
from tests.features.scene import Causes, act_of, query, shop, undoing

HELLO = Content("Hello")
NOW = ToSay(HELLO, Audience.everywhere())


async def test_one_number_each(db: Database) -> None:
    """Ten posts at once get ten numbers; the same update gets its own answer again."""
    place, causes, posts = await shop(db), Causes(), Posts(db, SendingPolicy())
    acts = [act_of(place, cause=causes.next()) for _ in range(10)]
    made = await asyncio.gather(*(posts.shelve(act, NewPost(HELLO)) for act in (*acts, *acts)))
    numbers = [one.number for one in made if isinstance(one, PostShelved)]
    assert sorted(numbers[:10]) == list(range(1, 11))
    assert numbers[:10] == numbers[10:]
    assert await query(db, "SELECT count(*) FROM post") == [(10,)]


async def test_a_draft_is_done_once(db: Database) -> None:
    """Presses that come at once send one post; the first press that comes again hears the same."""
    place, causes, posts, drafts = await shop(db), Causes(), Posts(db, SendingPolicy()), PostDrafts(db)
    draft = PostDraft(place.community_id, step=Step.REVIEW, content=HELLO)
    begun = await drafts.begin(act_of(place, cause=causes.next()), draft)
    acts = [act_of(place, cause=causes.next()) for _ in range(5)]
    done = await asyncio.gather(*(posts.finish(act, begun.turn, NOW) for act in acts))
    sent = [one for one in done if isinstance(one, PostSent)]
    assert len(sent) == 1
    assert done.count(PostClosed()) == 4
    again = await posts.finish(acts[done.index(sent[0])], begun.turn, NOW)
    assert again == sent[0]
    assert await query(db, "SELECT count(*) FROM sending") == [(1,)]


async def test_a_draft_that_changed_meanwhile(db: Database) -> None:
    """A press on what was shown before a change does nothing."""
    place, causes, posts, drafts = await shop(db), Causes(), Posts(db, SendingPolicy()), PostDrafts(db)
    begun = await drafts.begin(act_of(place, cause=causes.next()), PostDraft(place.community_id, content=HELLO))
    changed = await drafts.change(act_of(place, cause=causes.next()), None, lambda old: replace(old, pillar="tips"))
    assert changed is not None
    assert changed.turn == begun.turn + 1
    assert await posts.finish(act_of(place, cause=causes.next()), begun.turn, NOW) == PostClosed()
    assert await drafts.find(place.owner_id) == changed


async def test_changed_and_put_back(db: Database) -> None:
    """A change keeps what was there; undo puts it back unless it was changed again."""
    place, causes, posts = await shop(db), Causes(), Posts(db, SendingPolicy())

    def act() -> Act:
        return act_of(place, cause=causes.next())

    await posts.shelve(act(), NewPost(HELLO, "tips"))
    first = await db.write(post_cases.change, act(), 1, NewPost(Content("Better"), "care", "winter"))
    second = await db.write(post_cases.change, act(), 1, NewPost(Content("Best"), "care"))
    assert isinstance(first, PostChanged)
    assert isinstance(second, PostChanged)
    undo = undoing(db)
    assert isinstance(await undo.undo(act(), first.audit_id), TooLateToUndo)
    assert isinstance(await undo.undo(act(), second.audit_id), Undone)
    assert isinstance(await undo.undo(act(), first.audit_id), Undone)
    assert await query(db, "SELECT pillar, season FROM post") == [("tips", None)]
    assert await db.write(post_cases.change, act(), 2, NewPost(HELLO)) == NoSuchPost(2)


async def test_deleted_and_brought_back(db: Database) -> None:
    """A post that was never sent goes and comes back; one that was sent stays."""
    place, causes, posts, shelf = await shop(db), Causes(), Posts(db, SendingPolicy()), Shelving(db)

    def act() -> Act:
        return act_of(place, cause=causes.next())

    await posts.shelve(act(), NewPost(HELLO, "tips"))
    gone = await shelf.delete(act(), 1)
    assert isinstance(gone, PostDeleted)
    await posts.say(act(), NewPost(Content("Next")), NOW)  # it gets the number that is free
    assert isinstance(await undoing(db).undo(act(), gone.audit_id), Undone)
    assert await query(db, "SELECT number, pillar FROM post ORDER BY number") == [(1, None), (2, "tips")]
    assert await shelf.delete(act(), 1) == SentOnceStays(place.community_id, 1)
    off = await shelf.put(act(), 2, on=False)
    assert isinstance(off, PostShelf)
    assert isinstance(await undoing(db).undo(act(), off.audit_id), Undone)
    assert await db.read(lambda rx: post_cases.by_number(rx, place.community_id, 2).on_shelf)  # type: ignore[union-attr]
    assert shelf_acts.DELETED == "post.deleted"


async def test_pages(db: Database) -> None:
    """A list goes on where a page ends, and holds only the shop's own."""
    place, causes, posts, lists = await shop(db), Causes(), Posts(db, SendingPolicy()), PostLists(db)
    for _ in range(A_PAGE + 2):
        await posts.say(act_of(place, cause=causes.next()), NewPost(HELLO), NOW)
    first = await lists.posts(place)
    assert [line.number for line in first.lines] == list(range(A_PAGE + 2, 2, -1))
    second = await lists.posts(place, first.older)
    assert ([line.number for line in second.lines], second.older, second.newer) == ([2, 1], None, True)
    sent = await lists.sent(place)
    assert len(sent.lines) == A_PAGE
    assert len((await lists.sent(place, sent.older)).lines) == 2


async def test_the_persona_at_once(db: Database) -> None:
    """Two changes at once both stand; a shop without a row has the shares of the beginning."""
    place, causes = await shop(db), Causes()
    personas = persona_cases.Personas(db)
    assert sum((await personas.facts(place.community_id)).pillars.values()) == 100
    wishes = [{"notes": "warm"}, {"emoji": "🌸 ✨"}, {"sign_off": "See you"}, {"name": "Lumi"}]
    await asyncio.gather(*(personas.change(act_of(place, cause=causes.next()), wish) for wish in wishes))
    await personas.share_out(act_of(place, cause=causes.next()), (PillarShare("tips", 100),))
    facts = await personas.facts(place.community_id)
    assert (facts.notes, facts.emoji, facts.sign_off, facts.name) == ("warm", ("🌸", "✨"), "See you", "Lumi")
    assert facts.pillars == {"tips": 100}

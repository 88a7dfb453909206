"""The starter shelf in a shop: stocked once, read in its language, filled in, and undone."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.content.starter import starter_posts
from bot.content.template_values import values_for
from bot.features.posts.blanks import Blanks
from bot.features.posts.shelf import (
    blanks_of,
    content_of,
    open_blanks,
    starter_of,
    stock_shelf,
    take_over,
    template_facts,
)
from bot.features.posts.templates import Templates
from bot.features.streams.plans import StreamPlans
from bot.outside.owner_templates import OwnerTemplates
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.place import Place
from bot.rules.posting import Content, Poll
from bot.rules.posts.blanks import (
    BlankAsked,
    BlankPolicy,
    BlankPosts,
    BlankProblem,
    BlanksClosed,
    BlanksFilled,
    BlanksLeft,
)
from bot.rules.posts.templates import NoStreamToName, TemplatePolicy
from bot.rules.streams.streams import NewStream, StreamPolicy
from bot.rules.words import Language
from bot.store.contents import content_to_facts
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables.posts import Persona, Post
from tests.features.scene import NOON, OWNER, Causes, act_of, days, query, shop, undo

ALL = 40
LIST_LENGTH = 12
"""Starter posts with blanks."""


async def stocked(db: Database) -> Place:
    """A shop with the starter shelf."""
    place = await shop(db)
    await db.write(stock_shelf, place.community_id, NOON, OWNER.user_id)
    return place


async def post_of(db: Database, place: Place, key: str) -> Post:
    """The shop's post of this starter post."""

    def find(session: Session) -> Post:
        found = session.execute(
            select(Post).where(col(Post.community_id) == place.community_id, col(Post.starter) == key)
        ).scalar_one()
        session.expunge(found)
        return found

    return await db.read(find)


async def test_a_shelf_is_stocked_once(db: Database) -> None:
    """Forty posts with numbers of their own, those with blanks off the shelf; a second time nothing comes new."""
    place = await shop(db)

    assert await db.write(stock_shelf, place.community_id, NOON) == ALL
    assert await db.write(stock_shelf, place.community_id, NOON) == 0
    rows = await query(db, "SELECT number, starter, pillar, on_shelf FROM post ORDER BY number")
    assert [row[0] for row in rows] == list(range(1, ALL + 1))
    assert {row[1] for row in rows} == set(starter_posts(Language.KO))
    assert sum(not row[3] for row in rows) == LIST_LENGTH


async def test_two_stock_the_shelf_at_once(db: Database) -> None:
    """Two of the staff begin together: one of them fills the shelf."""
    place = await shop(db)

    came = await asyncio.gather(*(db.write(stock_shelf, place.community_id, NOON) for _ in range(4)))

    assert sorted(came) == [0, 0, 0, ALL]


async def test_what_was_there_keeps_its_number(db: Database) -> None:
    """Posts of the shop's own keep their numbers, and a starter post that was changed isn't put there again."""
    place = await shop(db)

    def put(tx: Tx) -> None:
        own = Post(community_id=place.community_id, number=7, made_at=NOON, content={"text": "Hi"})
        changed = Post(
            community_id=place.community_id, number=8, starter="tips-01", made_at=NOON, content={"text": "Ours"}
        )
        tx.add_all([own, changed])

    await db.write(put)

    assert await db.write(stock_shelf, place.community_id, NOON) == ALL - 1
    assert (await query(db, "SELECT min(number), max(number), count(*) FROM post"))[0] == (7, 8 + ALL - 1, ALL + 1)
    assert content_of(await post_of(db, place, "tips-01"), Language.KO) == Content("Ours")


async def test_words_follow_the_shops_language(db: Database) -> None:
    """A post that nobody changed is read in the language that is asked for; one that staff took over stays as it is."""
    place = await stocked(db)
    post = await post_of(db, place, "questions-01")

    for language in Language:
        assert content_of(post, language) == starter_posts(language)["questions-01"].content
    taken = take_over(post, Language.ZH)
    assert taken.poll is not None
    assert content_of(post, Language.EN) == taken
    own = Content(poll=Poll("Which?", ("This", "That"), several=True))
    post.content = content_to_facts(own)
    assert content_of(post, Language.EN) == own
    assert (take_over(post, Language.KO), starter_of(post, Language.KO) is None) == (own, False)


async def test_what_a_template_is_told(db: Database) -> None:
    """The facts are the shop's: its persona, its season by its zone, and the post's blanks with what they ask for."""
    place = await stocked(db)

    def dress(tx: Tx) -> None:
        tx.add(Persona(community_id=place.community_id, emoji="🌙 🎁", sign_off="— 루미", pillars={}))

    await db.write(dress)
    post = await post_of(db, place, "arrivals-01")
    post.blanks = {"item": "니트"}
    facts = await db.read(template_facts, place, NOON, post)

    assert (facts.persona, facts.shop) == (place.persona, "Silk room")
    assert (facts.sign_off, facts.emoji) == ("— 루미", ("🌙", "🎁"))
    assert (facts.season, facts.day, facts.stream) == ("autumn", date(2026, 11, 2), None)
    assert facts.blanks == {"item": "니트", "detail": ""}
    assert facts.labels["detail"] == "어떤 상품인지 한 줄로"
    assert [blank.name for blank in open_blanks(post, Language.KO)] == ["detail"]
    assert [blank.name for blank in blanks_of(post, Language.KO)] == ["item", "detail"]
    sydney = await db.read(template_facts, replace(place, timezone="Australia/Sydney"), NOON)
    assert (sydney.season, sydney.blanks) == ("spring", {})


async def test_the_next_stream_is_the_one_that_hasnt_begun(db: Database, causes: Causes) -> None:
    """Of two streams the nearer is named, of one that began the other; a countdown renders with it."""
    place = await stocked(db)
    plans = StreamPlans(db, StreamPolicy())
    for title, hours in (("Later", 30), ("Sooner", 8)):
        await plans.plan(act_of(place, cause=causes.next()), NewStream(title, NOON + timedelta(hours=hours)))

    post = await post_of(db, place, "countdown-01")
    for at, named in ((NOON, "Sooner"), (NOON + timedelta(hours=8), "Later"), (NOON + timedelta(hours=31), None)):
        facts = await db.read(template_facts, place, at, post)
        assert facts.stream == named
    policy = TemplatePolicy()
    made = await Templates(OwnerTemplates(policy), values_for, policy).render(
        content_of(post, Language.KO), await db.read(template_facts, place, NOON, post)
    )
    assert isinstance(made, Content)
    assert made.text.startswith("<b>Sooner</b>, 곧 만나요 📺")
    gone = await Templates(OwnerTemplates(policy), values_for, policy).render(
        content_of(post, Language.KO), await db.read(template_facts, place, NOON + timedelta(hours=31), post)
    )
    assert gone == NoStreamToName(1)


class Filler:
    """The owner, filling blanks."""

    def __init__(self, db: Database, place: Place, causes: Causes) -> None:
        self.blanks = Blanks(db, BlankPolicy())
        self._place = place
        self._causes = causes
        self.at = NOON

    def act(self, cause: str | None = None) -> Any:
        """Their next act, or one that comes again."""
        return act_of(self._place, at=self.at, cause=cause or self._causes.next())

    async def types(self, text: str | None, cause: str | None = None) -> Any:
        """They write an answer."""
        return await self.blanks.answer(self.act(cause), text)


async def test_blanks_are_asked_for_one_after_another(db: Database, causes: Causes) -> None:
    """Each blank has its question with an example; the last answer puts the post on the shelf for 28 days."""
    place = await stocked(db)
    owner = Filler(db, place, causes)
    listed = await owner.blanks.look(owner.act())
    assert len(listed.lines) == LIST_LENGTH
    assert all(line.until is None for line in listed.lines)
    number = (await post_of(db, place, "arrivals-01")).number

    asked = await owner.blanks.begin(owner.act(), number)
    assert isinstance(asked, BlankAsked)
    assert (asked.label, asked.like, asked.nth, asked.of) == ("새로 들어온 상품", "아이보리 니트 가디건", 1, 2)
    assert asked.post.splitlines()[1:3] == ["[새로 들어온 상품]", "[어떤 상품인지 한 줄로]"]
    asked = await owner.types("  <b>실크</b>   스카프 ")
    assert (asked.nth, asked.post.splitlines()[1]) == (2, "<b>실크</b> 스카프")
    filled = await owner.types("부드러워요\n\n가벼워요")

    assert isinstance(filled, BlanksFilled)
    assert (filled.until, filled.waiting) == (date(2026, 11, 29), LIST_LENGTH - 1)
    post = await post_of(db, place, "arrivals-01")
    assert post.blanks == {"item": "<b>실크</b> 스카프", "detail": "부드러워요\n가벼워요"}
    assert (post.on_shelf, post.valid_until) == (True, filled.until)
    lines = {line.number: line.until for line in (await owner.blanks.look(owner.act())).lines}
    assert lines[number] == filled.until
    owner.at = days(28)
    lines = {line.number: line.until for line in (await owner.blanks.look(owner.act())).lines}
    assert lines[number] is None


async def test_answers_that_dont_fit(db: Database, causes: Causes) -> None:
    """No words, too many of them, too many lines: the same question again with what was wrong, and nothing is kept."""
    place = await stocked(db)
    owner = Filler(db, place, causes)
    await owner.blanks.begin(owner.act(), (await post_of(db, place, "arrivals-01")).number)

    for text, problem, most in (
        (None, BlankProblem.NO_TEXT, 4),
        (" \n ", BlankProblem.NO_TEXT, 4),
        ("가" * 201, BlankProblem.TOO_LONG, 200),
        ("a\nb\nc\nd\ne", BlankProblem.TOO_MANY_LINES, 4),
    ):
        asked = await owner.types(text)
        assert (asked.nth, asked.problem, asked.most) == (1, problem, most)
    assert (await post_of(db, place, "arrivals-01")).blanks == {}


async def test_an_answer_that_comes_again_is_taken_once(db: Database, causes: Causes) -> None:
    """An update that is delivered again isn't taken for the next blank's answer, and the last one answers the same."""
    place = await stocked(db)
    owner = Filler(db, place, causes)
    await owner.blanks.begin(owner.act(), (await post_of(db, place, "arrivals-01")).number)
    asked = await owner.types("Scarf", "42:900")

    again = await owner.types("Scarf", "42:900")
    assert again == asked
    filled = await owner.types("Soft", "42:901")
    assert await owner.types("Soft", "42:901") == filled
    assert (await query(db, "SELECT count(*) FROM audit_entry WHERE act = 'blanks.filled'"))[0][0] == 1
    assert isinstance(await owner.types("Soft"), BlanksClosed)


async def test_filling_is_taken_back(db: Database, causes: Causes) -> None:
    """*Undo* puts the post back as it was, unless it was filled anew since."""
    place = await stocked(db)
    owner = Filler(db, place, causes)
    number = (await post_of(db, place, "care-04")).number
    await owner.blanks.begin(owner.act(), number)
    first = await owner.types("help@silk.example")
    asked = await owner.blanks.begin(owner.act(), number)
    assert isinstance(asked, BlankAsked)
    assert asked.before == "help@silk.example"
    kept = await owner.blanks.keep(owner.act(), None)
    assert isinstance(kept, BlanksFilled)
    await owner.blanks.begin(owner.act(), number)
    owner.at = NOON + timedelta(days=1)
    second = await owner.types("@silkhelp")

    told = await undo(db, place, OWNER.user_id, NOON, causes.next(), first.audit_id)
    assert isinstance(told, TooLateToUndo)
    told = await undo(db, place, OWNER.user_id, NOON, causes.next(), second.audit_id)
    assert isinstance(told, Undone)
    assert (await post_of(db, place, "care-04")).blanks == {"contact": "help@silk.example"}
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), kept.audit_id), Undone)
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), first.audit_id), Undone)
    post = await post_of(db, place, "care-04")
    assert (post.blanks, post.on_shelf, post.valid_until) == ({}, False, None)


async def test_a_walk_is_given_up(db: Database, causes: Causes) -> None:
    """Left, or pressed on from an older message, it changes nothing; a post without blanks opens none."""
    place = await stocked(db)
    owner = Filler(db, place, causes)
    number = (await post_of(db, place, "care-04")).number
    await owner.blanks.begin(owner.act(), number)
    await owner.types("help@silk.example")
    await owner.blanks.begin(owner.act(), number)
    await owner.blanks.shown_in(OWNER.user_id, 50)

    assert isinstance(await owner.blanks.keep(owner.act(), 49), BlanksClosed)
    assert isinstance(await owner.blanks.leave(OWNER.user_id), BlanksLeft)
    assert await owner.blanks.leave(OWNER.user_id) is None
    assert await owner.blanks.find(OWNER.user_id) is None
    tips = (await post_of(db, place, "tips-01")).number
    for nothing in (tips, 999):
        assert isinstance(await owner.blanks.begin(owner.act(), nothing), BlanksClosed)
    assert isinstance(await owner.blanks.keep(owner.act(), None), BlanksClosed)


async def test_a_shop_fills_its_own(db: Database, causes: Causes) -> None:
    """Numbers are a shop's own: another shop's staff fill theirs, and an open walk of one shop answers for no other."""
    place, other = await stocked(db), await shop(db, chat_id=-1002)
    here, there = Filler(db, place, causes), Filler(db, other, causes)
    listed = await there.blanks.look(there.act())
    assert isinstance(listed, BlankPosts)
    assert len(listed.lines) == LIST_LENGTH
    await here.blanks.begin(here.act(), (await post_of(db, place, "care-04")).number)

    assert isinstance(await there.types("help@silk.example"), BlanksClosed)
    assert (await post_of(db, other, "care-04")).blanks == {}

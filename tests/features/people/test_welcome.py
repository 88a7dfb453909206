"""Questions at the welcome: asked once, of newcomers only, and each answer is a tag."""

import json
from datetime import timedelta
from typing import Any

from bot.features.people.joining import Going
from bot.features.people.welcome import WelcomeQuestions
from bot.rules.act import Sender
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.people.welcome import (
    AllAsked,
    NewAnswer,
    NewQuestion,
    NextAsked,
    QuestionMade,
    QuestionPolicy,
    QuestionRemoved,
    QuestionUnknown,
    TooManyQuestions,
)
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.rules.tags import Tagging, TagOrigin
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.fan_tags import set_tag
from bot.store.members import standing
from tests.features.people.test_joining import come, door
from tests.features.scene import NOON, OWNER, Causes, act_by, act_of, fan, give, privacy, query, shop, undo

POLICY = QuestionPolicy()
CLOTH = NewQuestion("What do you like?", (NewAnswer("Silk", "silk"), NewAnswer("Wool", "knits")))
SIZE = NewQuestion("Which size?", (NewAnswer("S", "S"), NewAnswer("M", "M"), NewAnswer("No idea", "silk")))


def questions(db: Database) -> WelcomeQuestions:
    """The use cases."""
    return WelcomeQuestions(db, POLICY)


async def ask(db: Database, place: Place, causes: Causes, *wishes: NewQuestion) -> list[Any]:
    """The owner adds questions."""
    return [await questions(db).make(act_by(place, OWNER.user_id, NOON, causes.next()), wish) for wish in wishes]


async def picks(db: Database, place: Place, causes: Causes, sender: Sender, question: int, choice: int | None) -> Any:
    """A newcomer presses an answer, or skips."""
    return await questions(db).answer(act_of(place, sender, NOON, causes.next()), question, choice)


async def tags(db: Database, number: int) -> list[tuple[str, str]]:
    """A fan's tags, and how they came by them."""
    sql = (
        "SELECT t.tag, t.origin FROM fan_tag t JOIN member m ON m.id = t.member_id "
        "WHERE m.user_id = :fan ORDER BY t.tag_key"
    )
    return [(tag, origin) for tag, origin in await query(db, sql, fan=fan(number).user_id)]


async def welcomes(db: Database) -> list[dict[str, Any]]:
    """Welcomes that are promised."""
    rows = await query(db, "SELECT facts FROM outbox WHERE act = 'tell' ORDER BY id")
    found = [json.loads(facts) if isinstance(facts, str) else facts for (facts,) in rows]
    return [one for one in found if "joining.Welcome" in json.dumps(one)]


async def test_a_newcomer_is_asked_one_question_after_the_other(db: Database, causes: Causes) -> None:
    """The first comes with the welcome; each answer is a tag, a skipped one is none, and then all is asked."""
    place = await shop(db)
    await ask(db, place, causes, CLOTH, SIZE)
    assert await come(db, place, 1)
    (welcome,) = await welcomes(db)
    assert "What do you like?" in json.dumps(welcome)
    second = await picks(db, place, causes, fan(1), 1, 1)
    assert isinstance(second, NextAsked)
    assert (second.question.text, second.question.nth, second.question.of, second.thanks) == ("Which size?", 2, 2, True)
    assert await picks(db, place, causes, fan(1), 2, None) == AllAsked(place.community_id, 1)
    assert await tags(db, 1) == [("knits", "welcome")]


async def test_a_new_answer_replaces_the_tag_of_that_question(db: Database, causes: Causes) -> None:
    """The tag of another question stays, and so does one that staff gave."""
    place = await shop(db)
    await ask(db, place, causes, CLOTH, SIZE)
    await come(db, place, 1)
    await picks(db, place, causes, fan(1), 1, 0)
    await picks(db, place, causes, fan(1), 2, 2)
    assert await tags(db, 1) == [("silk", "welcome")]
    again = await questions(db).begin(act_of(place, fan(1), NOON, causes.next()), again=True)
    assert isinstance(again, NextAsked)
    assert again.question.nth == 1
    await picks(db, place, causes, fan(1), 1, 1)
    assert await tags(db, 1) == [("knits", "welcome"), ("silk", "welcome")]
    await picks(db, place, causes, fan(1), 2, 0)
    assert await tags(db, 1) == [("knits", "welcome"), ("S", "welcome")]
    await db.write(_tag, place, "wool")
    await picks(db, place, causes, fan(1), 1, 0)
    assert await tags(db, 1) == [("S", "welcome"), ("silk", "welcome"), ("wool", "staff")]


def _tag(tx: Tx, place: Place, tag: str) -> None:
    member = standing(tx, place.community_id, fan(1), NOON)
    set_tag(tx, place.community_id, member.member_id, Tagging(tag, TagOrigin.STAFF, OWNER.user_id), NOON)


async def test_members_of_before_are_asked_nothing(db: Database, causes: Causes) -> None:
    """Nor can they answer by a forged press; nor who comes back; nor an answer that isn't there."""
    place = await shop(db)
    await give(db, place, fan(1), 0)
    await ask(db, place, causes, CLOTH)
    assert await picks(db, place, causes, fan(1), 1, 0) is None
    assert await questions(db).begin(act_of(place, fan(1), NOON, causes.next()), again=False) is None
    await come(db, place, 2)
    await door(db).go(Going(place, -1001, fan(2).user_id, NOON + timedelta(minutes=1)))
    await come(db, place, 2, NOON + timedelta(days=9))
    assert len(await welcomes(db)) == 1
    assert await picks(db, place, causes, fan(2), 1, 7) is None
    assert await picks(db, place, causes, fan(2), 99, 0) is None
    assert await tags(db, 1) == await tags(db, 2) == []
    other = await shop(db, fan(90), chat_id=-2001)
    assert await picks(db, other, causes, fan(90), 1, 0) is None


async def test_staff_add_and_remove_questions(db: Database, causes: Causes) -> None:
    """Three at most; a removed one is skipped, and its tags stay; both can be undone while nobody has answered."""
    place = await shop(db)
    made = await ask(db, place, causes, CLOTH, SIZE, CLOTH, SIZE)
    assert [type(one) for one in made] == [QuestionMade, QuestionMade, QuestionMade, TooManyQuestions]
    assert [one.left for one in made[:3]] == [2, 1, 0]
    await come(db, place, 1)
    await picks(db, place, causes, fan(1), 1, 0)
    use = questions(db)
    gone = await use.remove(act_by(place, OWNER.user_id, NOON, causes.next()), 2)
    assert isinstance(gone, QuestionRemoved)
    assert await use.remove(act_by(place, OWNER.user_id, NOON, causes.next()), 2) == QuestionUnknown(2)
    after = await questions(db).begin(act_of(place, fan(1), NOON, causes.next()), again=False)
    assert isinstance(after, NextAsked)
    assert (after.question.question_id, after.question.nth, after.question.of) == (3, 2, 2)
    late = await undo(db, place, OWNER.user_id, NOON, causes.next(), made[0].audit_id)
    assert isinstance(late, TooLateToUndo)
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), made[2].audit_id), Undone)
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), gone.audit_id), Undone)
    shown = await use.list_all(place, Role.OWNER)
    assert [(line.number, [one.fans for one in line.answers]) for line in shown.lines] == [(1, [1, 0]), (2, [0, 0, 0])]


async def test_deleted_data_takes_the_answers_along(db: Database, causes: Causes) -> None:
    """Nothing is left of what a fan answered."""
    place = await shop(db)
    await ask(db, place, causes, CLOTH)
    await come(db, place, 1)
    await picks(db, place, causes, fan(1), 1, 0)
    await privacy(db).delete(place, fan(1).user_id, NOON)
    assert await query(db, "SELECT count(*) FROM welcome_answer") == [(0,)]
    assert await query(db, "SELECT count(*) FROM fan_tag") == [(0,)]

"""What fans make of a message is heard over the real bot: presses, votes, reactions, replies, and who goes away."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.rules.wears import POST, wears_of
from bot.store.shown import ShownMessage, record_shown
from bot.store.tables import FanGroup
from bot.telegram.ear import Gathered, Heeded, Vote, sign_in, vote_in
from sandbox import Chat, Message, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.streams.test_streams import asks_to_be_reminded
from tests.features.scene import query

CHAT = {"id": -1001, "type": "supergroup"}
PRIVATE = {"id": 7, "type": "private"}
ANA = {"id": 7, "is_bot": False, "first_name": "Ana"}
OURS = {"message_id": 5, "chat": CHAT, "from": {"id": 42, "is_bot": True, "first_name": "Encore"}}


def said(**more: Any) -> dict[str, Any]:
    """A message in the group."""
    return {"message": {"message_id": 9, "chat": CHAT, "from": ANA, "date": 100, **more}}


@pytest.mark.parametrize(
    ("update", "to"),
    [
        (said(text="lovely", reply_to_message=OURS), 5),
        (said(text="/checkin", reply_to_message=OURS), None),
        (said(text="lovely", reply_to_message={**OURS, "from": ANA}), None),
        (said(text="lovely", reply_to_message={"message_id": 5}), None),
        (said(text="lovely", reply_to_message="?"), None),
        (said(text="lovely", reply_to_message={**OURS, "message_id": "5"}), None),
        (said(text="lovely"), None),
        (said(sticker={}, chat=PRIVATE, reply_to_message=OURS), 5),
        ({"callback_query": {"from": ANA, "message": OURS}}, 5),
        ({"callback_query": {"from": ANA, "message": {**OURS, "message_id": 0}}}, None),  # a whisper
        ({"callback_query": {"from": ANA, "message": {**OURS, "chat": PRIVATE}}}, 5),
        ({"message_reaction": {"chat": CHAT, "message_id": 5, "user": ANA, "new_reaction": [{}]}}, 5),
        ({"message_reaction": {"chat": PRIVATE, "message_id": 5, "user": ANA, "new_reaction": [{}]}}, 5),
    ],
)
def test_what_answers_a_message(update: dict[str, Any], to: int | None) -> None:
    """A press, a reaction, or a reply with words of one's own to a bot's message; commands and whispers are none."""
    sign = sign_in(update)
    assert sign is not None
    assert sign.to == to


@pytest.mark.parametrize(
    "update",
    [
        said(text="hello", chat=PRIVATE),
        {"message_reaction": {"chat": CHAT, "message_id": 5, "user": ANA, "new_reaction": []}},
        {"message_reaction": {"chat": PRIVATE, "message_id": 5, "new_reaction": [{}]}},
        {"callback_query": {"from": ANA, "inline_message_id": "1"}},
        {"callback_query": {"from": ANA, "message": {"chat": PRIVATE, "message_id": 0}}},
    ],
)
def test_what_answers_nothing(update: dict[str, Any]) -> None:
    """A reaction that is taken back, an inline card's press and plain words in private are nothing to the ear."""
    assert sign_in(update) is None


@pytest.mark.parametrize(
    ("vote", "heard"),
    [
        ({"poll_id": "7", "user": ANA, "option_ids": [0]}, Vote("7", 7)),
        ({"poll_id": "7", "user": ANA, "option_ids": []}, None),
        ({"poll_id": "7", "voter_chat": CHAT, "option_ids": [0]}, None),
        ({"poll_id": "7", "voter_chat": CHAT, "user": ANA, "option_ids": [0]}, None),
        ({"poll_id": 7, "user": ANA, "option_ids": [0]}, None),
        ({"poll_id": "7", "user": {**ANA, "is_bot": True}, "option_ids": [0]}, None),
        ("?", None),
    ],
)
def test_what_is_a_vote(vote: Any, heard: Vote | None) -> None:
    """A person's own vote; one that is taken back, or a channel's, is none."""
    assert vote_in({"poll_answer": vote}) == heard


async def answers(stage: Stage) -> list[tuple[Any, ...]]:
    """What was shown, how many answered it, and how many were lost by it."""
    await stage.settled()
    await stage.app.ear.write_down()
    return await query(stage.app.db, "SELECT kind, answers, lost FROM shown WHERE wears IS NOT NULL ORDER BY id")


async def members(stage: Stage, *names: str) -> list[Any]:
    """Fans whom the shop knows."""
    people = [stage.fan(name) for name in names]
    for person in people:
        await stage.ask(person, "/checkin")
    return people


async def poll_in(stage: Stage, chat: Chat, *, anonymous: bool) -> Message:
    """A poll of the bot's, written down as a post is."""
    sent: Any = await stage.app.engine.out.call(
        "sendPoll",
        chat_id=chat.id,
        question="Which silk?",
        options=[{"text": "Rose"}, {"text": "Sage"}],
        is_anonymous=anonymous,
    )
    wears = wears_of(POST, "questions")
    shown = ShownMessage(chat.id, sent["message_id"], POST, 1, wears=wears, poll_id=sent["poll"]["id"])
    await stage.app.db.write(record_shown, 1, shown, stage.app.clock.now())
    return next(one for one in stage.telegram.messages(chat) if one.message_id == sent["message_id"])


async def test_a_fan_answers_once(play: Play) -> None:
    """Ana claims, claims again, reacts and replies: one answer. Ben only reacts, Cho is unknown to the shop."""
    stage = await play(language="en")
    ana, ben = await members(stage, "Ana", "Ben")
    cho = stage.fan("Cho")
    card = await stage.drop()
    for _ in range(3):
        await ana.presses(card, "claim:").answered(10)
    ana.reacts(card, "👍")
    ana.says(stage.group, "lovely", reply_to=card)
    ben.reacts(card, "👍")
    ben.reacts(card, None)
    cho.reacts(card, "👍")
    assert await answers(stage) == [("drop", 2, 0)]
    assert await answers(stage) == [("drop", 2, 0)]
    ben.says(stage.group, "me too", reply_to=card)
    stage.telegram.clock.advance(timedelta(days=1, seconds=2).total_seconds())
    (late,) = await members(stage, "Dee")
    late.reacts(card, "👍")
    assert await answers(stage) == [("drop", 2, 0)]
    assert stage.app.meters.answers == 2


async def test_votes_find_their_poll(play: Play) -> None:
    """A vote in a group is an answer and a sign of life; taken back it stays one. A channel's votes have no names."""
    stage = await play(language="en")
    ana, ben = await members(stage, "Ana", "Ben")
    await stage.app.ear.write_down()
    poll = await poll_in(stage, stage.group, anonymous=False)
    stage.telegram.clock.advance(60)
    ana.votes(poll, "Rose")
    ana.votes(poll)
    ana.votes(poll, "Sage")
    assert await answers(stage) == [("post", 1, 0)]
    (room,) = await stage.app.db.read(lambda rx: rx.execute(select(FanGroup)).scalars().all())
    assert room.heard_at is not None
    assert stage.app.clock.now() - room.heard_at < timedelta(seconds=30)
    channel = stage.telegram.add_channel("Silk news", stage.owner)
    stage.owner.adds(stage.bot, channel, Rights.full())
    await stage.settled()
    anonymous = await poll_in(stage, channel, anonymous=True)
    ben.joins(channel)
    ben.votes(anonymous, "Rose")
    assert await answers(stage) == [("post", 1, 0), ("post", 0, 0)]


async def test_a_failure_halfway_counts_nobody_twice(play_sqlite: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database goes away between two chunks: what was written stays, the rest follows a minute later."""
    stage = await play_sqlite(language="en")
    fans = await members(stage, "Ana", "Ben", "Cho")
    await stage.app.ear.write_down()
    card = await stage.drop()
    for fan in fans:
        fan.reacts(card, "👍")
    await stage.settled()
    write, calls = stage.app.db.write, 0

    async def sometimes_away(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OperationalError("", None, Exception())
        return await write(*args)

    with monkeypatch.context() as patch:
        patch.setattr("bot.telegram.ear.CHUNK", 1)
        patch.setattr(stage.app.db, "write", sometimes_away)
        await stage.app.ear.write_down()
        await stage.app.ear.write_down()
    assert calls > 3
    assert await answers(stage) == [("drop", 3, 0)]


async def test_a_stop_writes_answers_down(play_sqlite: Play) -> None:
    """A stop loses no answer, and the updates that come again after a start count nobody twice."""
    stage = await play_sqlite(language="en")
    (ana,) = await members(stage, "Ana")
    card = await stage.drop()
    ana.reacts(card, "👍")
    await stage.settled()
    await stage.stop()
    stage.start_again()
    await stage.settled()
    ana.says(stage.group, "again", reply_to=card)
    assert await answers(stage) == [("drop", 1, 0)]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood fills no more than its share of memory, and what couldn't be written keeps its first instant."""
    monkeypatch.setattr("bot.telegram.ear.MOST", 3)
    gathered, older = Gathered(), Gathered()
    for number in range(10):
        gathered.answer(Heeded(-1001, number, 7), 100 + number)
        gathered.vote(Vote(str(number), 7), 100)
    assert (len(gathered.answers), len(gathered.votes)) == (3, 3)
    older.answer(Heeded(-1001, 0, 7), 50)
    gathered.put_back(older)
    assert gathered.answers[Heeded(-1001, 0, 7)] == 50


async def test_who_goes_within_an_hour(play: Play) -> None:
    """Leaving after a drop, blocking after a reminder, and switching reminders off are counted beside the message."""
    stage = await play(language="en")
    ana, ben, cho = await members(stage, "Ana", "Ben", "Cho")
    await stage.ask(stage.owner, '/newstream title="Silk" at=+30m remind=10m')
    for person in (ana, ben, cho):
        await asks_to_be_reminded(stage, person)
    stage.telegram.clock.advance(21 * 60)
    for person in (ana, ben, cho):
        await person.waits_for(stage.bot, lambda m: "about to start" in m.text, timeout=10)
    await stage.all_sent()
    ana.blocks(stage.bot)
    settings = ben.says(stage.bot, "/settings")
    panel = await ben.waits_for(stage.bot, lambda m: "settings:reminders" in str(m.buttons), timeout=10, after=settings)
    await ben.taps(panel, "settings:reminders:off").answered(10)
    await stage.settled()
    lost = "SELECT chat_id, lost FROM shown WHERE kind = 'reminders.Reminder' ORDER BY chat_id"
    expected = [(ana.id, 1), (ben.id, 1), (cho.id, 0)]
    assert await query(stage.app.db, lost) == sorted(expected)
    await stage.drop()
    await stage.all_sent()  # the card is written down as shown
    cho.leaves(stage.group)
    assert ("drop", 0, 1) in await answers(stage)

"""What people can mistype, forge and pretend: each gets one kind answer in their language, and nothing changes."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.rules.coupons.campaigns import CampaignMade, NewCampaign
from bot.rules.place import Place
from sandbox import Chat, Message, Person, Rights
from sandbox.patience import patience
from tests import hostile
from tests.bot.bad_lines import FAN_LINES, FORGED, FORGED_BY_STAFF, STAFF_LINES, UNDERSTOOD
from tests.bot.conftest import Play, Stage, is_card
from tests.bot.hostile_words import LONG, SQL
from tests.bot.speech import HAN, HANGUL, said_since, speaks
from tests.features.scene import act_by, everything, query

LANGUAGES = ("ko", "zh", "en")
FAILURES = frozenset(
    {"handler_failed", "update_failed", "send_failed", "whisper_refused", "private_refused", "reply_refused"}
)


MEMORY = ("note", "activity", "active_day", "room_activity", "shown")


@dataclass
class Trial:
    """A stage on which nothing may change any more, and what happened on it."""

    stage: Stage
    fan: Person
    card: Message
    foreign_campaign: int
    foreign_act: int
    logs: list[Any]
    before: dict[str, Any]

    async def unchanged(self, what: object) -> None:
        """Every table but those that remember who was seen and what was said is as it was."""
        now = await snapshot(self.stage)
        assert now == self.before, what

    async def answered_once(self, person: Person, chat: Chat, text: str) -> str:
        """Say it; the one answer that comes."""
        mark = len(self.stage.telegram.calls)
        said = person.says(chat, text)
        answer = await person.waits_for(
            chat,
            lambda m: m.sender is self.stage.bot and (chat.kind == "private" or m.only_for is person),
            timeout=10,
            after=said,
        )
        await self.stage.all_sent()
        assert len(said_since(self.stage.telegram, mark)) == 1, text
        return answer.text

    async def pressed_once(self, person: Person, data: str) -> str:
        """Forge a press; the one answer that comes."""
        mark = len(self.stage.telegram.calls)
        answer = await person.forges(self.stage.group, self.card, data).answered(10)
        await self.stage.all_sent()
        assert len(said_since(self.stage.telegram, mark)) == 1, data
        return answer.text


async def snapshot(stage: Stage) -> dict[str, Any]:
    """All rows but those of people, of promised messages, of what is remembered, and of presses that came too fast."""
    rows = await everything(stage.app.db)
    rows["fan_group"] = await query(stage.app.db, "SELECT chat_id, title, is_home, topic_id, left_at FROM fan_group")
    return {table: rows[table] for table in rows if table not in {"person", "outbox", "sighting", *MEMORY}}


async def planned(stage: Stage, shops: int) -> None:
    """Wait until the clock has planned the week of so many shops."""
    async with patience(10):
        while await query(stage.app.db, "SELECT count(*) FROM week WHERE planned_until IS NOT NULL") != [(shops,)]:
            await asyncio.sleep(0.01)


async def make(stage: Stage, place: Place, cause: str, **wish: Any) -> CampaignMade:
    """A campaign that somebody else made."""
    act = act_by(place, 1, stage.app.clock.now(), f"test:{cause}")
    made = await stage.app.dispatcher["coupons"].campaigns.make(act, NewCampaign("Scarf", 5, **wish))
    assert isinstance(made, CampaignMade)
    return made


@pytest.fixture
async def trial(play_sqlite: Play) -> AsyncIterator[Trial]:
    """A Korean shop with a drop and a fan who has checked in, and another shop beside it."""
    stage = await play_sqlite(open=True)
    with capture_logs() as logs:
        mei = stage.telegram.add_user("Mei", language="zh")
        other = stage.telegram.add_group("Tea room", creator=mei)
        mei.adds(stage.bot, other, Rights.full())
        await mei.waits_for(other, lambda m: m.sender is stage.bot, timeout=10)
        here = await stage.app.communities.group(stage.group.id)
        there = await stage.app.communities.group(other.id)
        assert here is not None
        assert there is not None
        foreign = await make(stage, there.place, "foreign")
        foreign_card = await mei.waits_for(other, is_card, timeout=10)
        await make(stage, here.place, "own", shared_code="SILK20")
        card = await stage.owner.waits_for(stage.group, is_card, timeout=10)
        fan = stage.fan("Ana")
        await stage.ask(fan, "/checkin")
        await stage.ask(fan, "/me")  # the first one makes the shop code
        await stage.settled()
        await planned(stage, 2)
        data = foreign_card.buttons[0].callback_data or ""
        number = int(data.partition(":")[2])
        yield Trial(stage, fan, card, number, foreign.audit_id, logs, await snapshot(stage))
    assert [line for line in logs if line["event"] in FAILURES] == []
    refused = [call.method for call in stage.telegram.calls if call.status != HTTPStatus.OK]
    assert refused == ["deleteEphemeralMessage"]  # the probe at the start, with ids of nobody


def without(text: str, typed: str) -> str:
    """An answer without what it repeats of the question, to look at its own script."""
    return "".join(c for c in text if c not in typed) if HANGUL.search(typed) or HAN.search(typed) else text


async def test_staff_mistype(trial: Trial) -> None:
    """Every mistyped staff command gets one sentence in its reader's language and does nothing."""
    owner = trial.stage.owner
    for (name, line), language in zip(STAFF_LINES, itertools.cycle(LANGUAGES), strict=False):
        owner.language = language
        text = f"/{name} {line}".strip()
        answer = await trial.answered_once(owner, trial.stage.group, text)
        assert speaks(without(answer, line), language), (text, answer)
        assert len(answer) < 1000
        await trial.unchanged(text)


async def test_fans_write_too_much(trial: Trial) -> None:
    """Whatever stands after a fan's command harms nothing."""
    for (name, line), language in zip(FAN_LINES, itertools.cycle(LANGUAGES), strict=False):
        trial.fan.language = language
        text = f"/{name} {line}".strip()
        answer = await trial.answered_once(trial.fan, trial.stage.group, text)
        assert speaks(answer, language), (text, answer)
        await trial.unchanged(text)


async def test_forged_presses(trial: Trial) -> None:
    """Data that we never wrote, or that belongs to another shop, gets one alert and does nothing."""
    data = [*FORGED, f"claim:{trial.foreign_campaign}", f"undo:{trial.foreign_act}"]
    for one, language in zip(data, itertools.cycle(LANGUAGES), strict=False):
        trial.fan.language = language
        answer = await trial.pressed_once(trial.fan, one)
        assert speaks(answer, language), (one, answer)
        await trial.unchanged(one)
    for one in (*FORGED_BY_STAFF, f"undo:{trial.foreign_act}"):
        answer = await trial.pressed_once(trial.stage.owner, one)
        assert speaks(answer, "ko"), (one, answer)
        await trial.unchanged(one)


async def test_fans_try_staff_commands(trial: Trial) -> None:
    """A fan's staff command is refused kindly, in the group and in private."""
    trial.fan.starts(trial.stage.bot)
    await trial.fan.waits_for(trial.stage.bot, lambda m: m.sender is trial.stage.bot, timeout=10)
    private = trial.stage.telegram.private(trial.stage.bot, trial.fan)
    lines = (
        *("/newcoupon title=Mine stock=5", "/coupon 1 cancel", "/redeem SILK20 @ana", "/setup shop=Mine", "/undo"),
        *("/newstream title=Mine at=20:00", "/golive", "/delay 15m", "/cancelstream", "/endlive"),
    )
    for text in lines:
        for chat in (trial.stage.group, private):
            answer = await trial.answered_once(trial.fan, chat, text)
            assert "for the shop's staff" in answer
            await trial.unchanged(text)


async def test_hostile_names(trial: Trial) -> None:
    """People may be called anything that Telegram lets through."""
    names = [name[:64] for name in hostile.NAMES if name.strip()] + ["%s%n", SQL, "/checkin"]
    for name in names:
        fan = trial.stage.telegram.add_user(name, language="ko")
        fan.joins(trial.stage.group)
        assert speaks((await trial.stage.whisper(fan)).text, "ko"), name
        await trial.stage.settled()
        for text in ("/checkin", "/me", "/top", "/help"):
            answer = await trial.answered_once(fan, trial.stage.group, text)
            assert speaks(answer, "ko"), (name, answer)
    assert (await trial.stage.books()).held_by_fans == 5 * (len(names) + 1)


async def test_who_speaks_for_others(trial: Trial) -> None:
    """An anonymous administrator steers but earns nothing; a channel does neither; a linked one's posts are news."""
    stage = trial.stage
    channel = stage.telegram.add_channel("Silk news", stage.owner, linked=stage.group)
    channel.posts("Tonight at eight")
    await stage.settled()
    trial.before = await snapshot(stage)  # the first post told that the two are linked
    mark = len(stage.telegram.calls)
    for text in ("/checkin", "출석", "/newcoupon title=Scarf stock=5"):
        channel.posts(text)
    await stage.all_sent()
    assert said_since(stage.telegram, mark) == []
    await trial.unchanged("a linked channel's posts")

    answers = []
    for text in ("/checkin", "/me", "/newcoupon title=Scarf stock=5", "/undo"):
        said = channel.speaks_in(stage.group, text)
        answers.append((await public_answer(stage, said)).text)
    for text in ("/checkin", "/me", "/top"):
        said = stage.owner.says_as_admin_anonymously(stage.group, text)
        answers.append((await public_answer(stage, said)).text)
    assert all(speaks(text, "ko") for text in answers)
    assert len(said_since(stage.telegram, mark)) == len(answers)
    await trial.unchanged("those who speak for others")

    said = stage.owner.says_as_admin_anonymously(stage.group, "/newcoupon title=Hat stock=5")
    made = await public_answer(stage, said)
    assert "Hat" in made.text
    said = stage.owner.says_as_admin_anonymously(stage.group, "/undo")
    assert "Hat" in (await public_answer(stage, said)).text
    said = stage.owner.says_as_admin_anonymously(stage.group, "/setup coin=petals")
    assert "petals" not in (await public_answer(stage, said)).text


async def public_answer(stage: Stage, said: Message) -> Message:
    """The reply in the group to a message of somebody who can't be whispered to."""
    return await stage.owner.waits_for(
        stage.group, lambda m: m.sender is stage.bot and m.reply_to is said, timeout=10, after=said
    )


async def test_what_is_not_for_us(trial: Trial) -> None:
    """Another bot's commands, small talk, edits, captions and unknown commands in the group are left alone."""
    stage, fan = trial.stage, trial.fan
    mark = len(stage.telegram.calls)
    for text in ("/checkin@other_bot", "/unknown", "/check in", "/", "//", "/checkin!", "hello", "출석 하자", LONG):
        fan.says(stage.group, text)
    fan.edits(fan.says(stage.group, "chekin"), "/checkin")
    await stage.all_sent()
    assert said_since(stage.telegram, mark) == []
    await trial.unchanged("what is not for us")
    assert "Already in" in await trial.answered_once(fan, stage.group, "/checkin@Encore_Test_Bot")
    assert "Already in" in await trial.answered_once(fan, stage.group, "/CheckIn")


async def test_what_is_odd_but_understood(trial: Trial) -> None:
    """Phones' quotes, full-width signs and digits, any order and case are read as they are meant."""
    trial.stage.owner.language = "en"
    for line, title, stock in UNDERSTOOD:
        answer = (await trial.stage.ask(trial.stage.owner, f"/newcoupon {line}")).text
        assert title in answer, line
        assert f"{stock:,} coupons" in answer, line
    (count,) = (len(rows) for table, rows in (await snapshot(trial.stage)).items() if table == "campaign")
    assert count == len(UNDERSTOOD) + 2

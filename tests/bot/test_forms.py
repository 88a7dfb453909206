"""Forms through the real bot: times in three languages by line and by panel, the evening's hour, nearest commands."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.store.tables import AuditEntry, Campaign, Community, Stream
from tests.bot.conftest import Play, Stage, is_card
from tests.bot.staff.test_admin import opens_panel, taps, types


async def in_seoul(play: Play, language: str = "en") -> Stage:
    """A shop in Seoul at Monday noon, 2 November 2026, whose owner reads this language."""
    stage = await play(language=language)
    stage.owner.language = language
    await stage.ask(stage.owner, "/setup timezone=KST")
    return stage


async def acts_of(stage: Stage) -> list[tuple[str, bool]]:
    """The audit log: each act, and whether it was taken back."""
    rows = await stage.app.db.read(
        lambda rx: list(rx.execute(select(col(AuditEntry.act), col(AuditEntry.undone_at)).order_by(col(AuditEntry.id))))
    )
    return [(act, undone is not None) for act, undone in rows]


async def hours_of(stage: Stage, column: Any) -> list[str]:
    """The instants in a column, as day and hour in UTC."""
    rows = await stage.app.db.read(lambda rx: list(rx.execute(select(column)).scalars()))
    return [f"{at:%d %H:%M}" for at in rows if at is not None]


@pytest.mark.parametrize(
    ("language", "said", "above", "label"),
    [
        ("en", "tomorrow 9:00", "If you meant the evening", "9 PM"),
        ("ko", "내일 9시", "저녁이라면", "오후 9:00"),
        ("zh", "明天9点", "要是晚上", "晚上 9 点"),
    ],
)
async def test_the_evening_is_one_tap_away(play_sqlite: Play, language: str, said: str, above: str, label: str) -> None:
    """A bare nine is the morning's; the button takes the act back and does it for the evening, once, and is gone."""
    stage = await in_seoul(play_sqlite, language)
    answer = await stage.ask(stage.owner, f"/newstream at={said} title=Silk")
    assert above in answer.text
    assert await hours_of(stage, col(Stream.first_at)) == ["03 00:00"]
    (data,) = (button.callback_data or "" for button in answer.buttons if label in button.text)
    await stage.owner.presses(answer, label).answered(10)
    await stage.settled()
    assert await hours_of(stage, col(Stream.first_at)) == ["03 00:00", "03 12:00"]
    assert not [button for button in answer.buttons if label in button.text]
    await stage.owner.forges(stage.group, answer, data).answered(10)  # an app that still shows the button
    await stage.settled()
    assert [act for act in await acts_of(stage) if act[0].startswith("stream")] == [
        ("stream.made", True),
        ("stream.made.undone", False),
        ("stream.made", False),
    ]


async def test_the_other_hour_of_a_drop(play: Play) -> None:
    """A drop's end is changed by the tap; a forged number, or one without a doubt, changes nothing."""
    stage = await in_seoul(play)
    answer = await stage.ask(stage.owner, "/newcoupon title=Silk, stock=5장, closes=내일 9시, price=30 코인")
    assert await hours_of(stage, col(Campaign.closes)) == ["03 00:00"]
    await stage.owner.presses(answer, "9 PM").answered(10)
    await stage.settled()
    assert (await hours_of(stage, col(Campaign.closes)))[-1] == "03 12:00"
    for forged in ("hour:", "hour:x", "hour:99", "hour:3"):
        await stage.owner.forges(stage.group, answer, forged).answered(10)
    await stage.settled()
    made = [act for act in await acts_of(stage) if act[0] == "campaign.made"]
    assert made == [("campaign.made", True), ("campaign.made", False)]


@pytest.mark.parametrize(
    ("language", "stays"),
    [("en", "it stays at the first time"), ("ko", "처음 잡은 시간 그대로"), ("zh", "还是原来的时间")],
)
async def test_an_evening_that_is_refused_leaves_the_act(play_sqlite: Play, language: str, stays: str) -> None:
    """Where the evening's hour makes no sense the first act stays: nothing is taken back, and that is said."""
    stage = await in_seoul(play_sqlite, language)
    answer = await stage.ask(stage.owner, "/newcoupon title=Silk stock=5 opens=tomorrow 9:00 closes=tomorrow 11:30")
    assert await hours_of(stage, col(Campaign.opens)) == ["03 00:00"]

    tap = stage.owner.presses(answer, "🌙")
    await tap.answered(10)
    await stage.owner.waits_for(stage.group, lambda m: stays in m.text, timeout=10)

    assert await hours_of(stage, col(Campaign.opens)) == ["03 00:00"]
    assert [act for act in await acts_of(stage) if act[0].startswith("campaign")] == [("campaign.made", False)]
    await stage.owner.presses(answer, "🌙").answered(10)
    await stage.settled()
    assert [act for act in await acts_of(stage) if act[0].startswith("campaign")] == [("campaign.made", False)]


async def test_an_act_that_cant_be_taken_back_stays_alone(play_sqlite: Play) -> None:
    """Once a coupon of the drop is claimed its hour can't be changed, and no second drop is made."""
    stage = await in_seoul(play_sqlite)
    answer = await stage.ask(stage.owner, "/newcoupon title=Silk stock=5 closes=tomorrow 9:00")
    card = await stage.owner.waits_for(stage.group, is_card, timeout=10)
    await stage.fan("Ana").presses(card, "claim").answered(10)
    await stage.owner.presses(answer, "9 PM").answered(10)
    await stage.settled()
    assert await hours_of(stage, col(Campaign.closes)) == ["03 00:00"]


async def test_an_hour_that_nobody_doubts_has_no_button(play_sqlite: Play) -> None:
    """With a word for the part of the day, or two digits, the hour is certain."""
    stage = await in_seoul(play_sqlite)
    for said in ("tomorrow 9pm", "내일 21시", "09:00", "明天早上9点", "+3h"):
        answer = await stage.ask(stage.owner, f"/newstream title=Silk at={said}")
        assert "evening" not in answer.text, said


@pytest.mark.parametrize(
    ("language", "line", "heard"),
    [
        ("ko", "/newstream title=Silk at=오늘 9시", "벌써 지난 시각"),
        ("zh", "/newstream title=Silk at=今天早上9点", "已经过啦"),
        ("en", "/newstream title=Silk at=today 9am", "has already passed"),
        ("ko", "/newstream title=Silk at=내일", "몇 시예요"),
        ("zh", "/newstream title=Silk at=明天", "几点"),
        ("en", "/newstream title=Silk at=tomorrow", "what time that day"),
        ("ko", "/newstream title=Silk", "시작 항목이 빠졌어요"),
        ("zh", "/newstream title=Silk", "还差“开播时间”"),
        ("ko", "/delay", "새 시작 항목이 빠졌어요"),
        ("zh", "/delay", "还差“新时间”"),
        ("ko", "/newcoupon stock=5", "실크 스카프"),
        ("zh", "/newcoupon stock=5", "真丝丝巾"),
    ],
)
async def test_a_refusal_speaks_the_readers_language(play_sqlite: Play, language: str, line: str, heard: str) -> None:
    """A named day is never moved, a day alone asks for its hour, and fields are called by their names."""
    stage = await in_seoul(play_sqlite, language)
    answer = await stage.ask(stage.owner, line)
    assert heard in answer.text


async def test_a_delay_in_words(play_sqlite: Play) -> None:
    """Lengths and instants of three languages move a live."""
    stage = await in_seoul(play_sqlite)
    await stage.ask(stage.owner, "/newstream title=Silk at=2시간 뒤")
    for said in ("15분", "1小时30分", "in 2 hours", "내일 저녁 8시 반"):
        answer = await stage.ask(stage.owner, f"/delay {said}")
        assert "now starts" in answer.text, (said, answer.text)
    answer = await stage.ask(stage.owner, "/delay 모레 9시")
    await stage.owner.presses(answer, "9 PM").answered(10)
    await stage.settled()
    assert (await acts_of(stage))[-1] == ("stream.delayed", False)


async def test_the_panel_takes_the_same_times(play_sqlite: Play) -> None:
    """A typed time is read in words, its evening is a tap away, and what is done is what was shown."""
    stage = await in_seoul(play_sqlite)
    stage.owner.starts(stage.bot)
    panel = await opens_panel(stage, stage.owner)
    await taps(stage, stage.owner, panel, "Coupons", "Nothing is running")
    await taps(stage, stage.owner, panel, "New drop", "What's the coupon called")
    panel = await types(stage, stage.owner, panel, "Silk", "How many coupons")
    panel = await types(stage, stage.owner, panel, "50장", "Nothing has happened yet")
    await taps(stage, stage.owner, panel, "Until", "")
    panel = await types(stage, stage.owner, panel, "내일", "What time on")
    panel = await types(stage, stage.owner, panel, "내일 9시", "If you meant the evening")
    await taps(stage, stage.owner, panel, "🌙", "closes=2026-11-03T21:00")
    assert "evening" not in panel.text
    await taps(stage, stage.owner, panel, "Put it up", "Where next?")
    assert await hours_of(stage, col(Campaign.closes)) == ["03 12:00"]


async def test_a_delay_by_the_panel(play_sqlite: Play) -> None:
    """The new start is kept with its day, and its evening is a tap away."""
    stage = await in_seoul(play_sqlite)
    await stage.ask(stage.owner, "/newstream title=Silk at=+2h")
    stage.owner.starts(stage.bot)
    panel = await opens_panel(stage, stage.owner)
    await taps(stage, stage.owner, panel, "Lives", "#1 Silk")
    await taps(stage, stage.owner, panel, "#1", "Planned")
    await taps(stage, stage.owner, panel, "Start later", "By how long")
    panel = await types(stage, stage.owner, panel, "내일 9시", "/delay 2026-11-03 9:00 #1")
    await taps(stage, stage.owner, panel, "🌙", "/delay 2026-11-03T21:00 #1")
    await taps(stage, stage.owner, panel, "Move the start", "Where next?")
    assert (await acts_of(stage))[-1] == ("stream.delayed", False)


async def test_a_mistyped_command_is_offered(play_sqlite: Play) -> None:
    """In private and, where it is surely ours, in the group; to each what they may do; other bots' are left alone."""
    stage = await in_seoul(play_sqlite)
    ana = stage.fan("Ana")
    for typed, line in (
        ("/delay15m", "/delay 15m"),
        ('/newcopon title="Silk" stock=3', '/newcoupon title="Silk" stock=3'),
    ):
        answer = await stage.ask(stage.owner, typed)
        assert line in answer.text
    assert "/checkin" in (await stage.ask(ana, "/chekin")).text
    for other in ("/newcopon", "/stats", "/delay15m", "/play song", "/newcopon@other_bot"):
        ana.says(stage.group, other)
    await stage.all_sent()
    assert not [m for m in stage.group.messages if m.only_for is ana and "newcoupon" in m.text]
    ana.starts(stage.bot)
    await stage.settled()
    said = ana.says(stage.bot, "/coupns")
    await ana.waits_for(stage.bot, lambda m: "/coupons" in m.text, timeout=10, after=said)


@pytest.mark.parametrize(
    ("said", "zone"),
    [("asia/seoul", "Asia/Seoul"), ("Beijing", "Asia/Shanghai"), ("KST", "Asia/Seoul"), ("UTC+9", "Asia/Seoul")],
)
async def test_a_zone_in_one_line(play_sqlite: Play, said: str, zone: str) -> None:
    """The line takes what the panel takes."""
    stage = await in_seoul(play_sqlite)
    await stage.ask(stage.owner, "/setup timezone=Europe/London")
    await stage.ask(stage.owner, f"/setup timezone={said}")
    found = await stage.app.db.read(lambda rx: rx.execute(select(col(Community.timezone))).scalar_one())
    assert found == zone


async def test_a_fan_changes_no_hour(play_sqlite: Play) -> None:
    """Who may not take an act back may not change its hour either."""
    stage = await in_seoul(play_sqlite)
    answer = await stage.ask(stage.owner, "/newstream title=Silk at=tomorrow 9:00")
    forged = next(data for button in answer.buttons if (data := button.callback_data or "").startswith("hour:"))
    await stage.fan("Ana").forges(stage.group, answer, forged).answered(10)
    await stage.settled()
    assert (await acts_of(stage))[-1] == ("stream.made", False)

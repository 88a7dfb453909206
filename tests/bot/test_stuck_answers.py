"""An answer that can't leave stops nobody: what was asked for is done, and the person's next updates go on."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlmodel import col
from structlog.testing import capture_logs

from bot.handlers.kit import errors
from bot.store.messages.payloads import TELL
from bot.store.tables import Coupon, Inbox, Outbox
from bot.telegram import late_answers as afterwards
from bot.telegram.pacer import HeldError
from sandbox import Chat, Document, Message, Person
from tests.bot.conftest import Play, Stage
from tests.bot.counting import count, until
from tests.bot.speech import code_in
from tests.features.scene import query
from tests.who_may import act
from tests.who_may_samples import World, command_samples, link_samples, press_samples, set_world

ANSWERS = (
    "sendMessage",
    "sendPhoto",
    "sendDocument",
    "editMessageText",
    "editEphemeralMessageText",
    "answerCallbackQuery",
    "answerInlineQuery",
    "deleteMessage",
)
"""Calls by which somebody is answered."""
LONG = 600
"""Seconds for which Telegram takes no more of them."""
AT_ONCE = 8.0
"""Seconds that count as at once on a busy machine: far less than any pause that an update in the inbox makes twice."""


def hold(stage: Stage, chat: Chat | None = None, seconds: int = LONG, *, only: tuple[str, ...] = ANSWERS) -> None:
    """Let Telegram refuse each kind of answer for so long, everywhere or in one chat."""
    for method in only:
        stage.telegram.faults.too_many(method, retry_after=seconds, chat=chat, times=None if seconds == LONG else 1)


@contextmanager
def nobody_waits() -> Iterator[None]:
    """Make sure that meanwhile no update is put back into the inbox, and that nothing met a bug."""
    with capture_logs() as logs:
        yield
    bad = {"update_waits", "handler_failed", "update_failed", "asked_in_vain"}
    assert [line for line in logs if line["event"] in bad] == []


def private(stage: Stage, person: Person) -> Chat:
    """The person's chat with the bot."""
    return stage.telegram.private(stage.bot, person)


async def opens(stage: Stage, person: Person, text: str) -> Message:
    """Say something in private; the panel that answers it."""
    said = person.says(stage.bot, text)
    return await person.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)


async def begun(stage: Stage, person: Person) -> None:
    """Open the private chat."""
    said = person.starts(stage.bot)
    await person.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)
    await stage.settled()


async def promised(stage: Stage) -> int:
    """Answers that wait in the outbox."""
    return await count(stage, Outbox, col(Outbox.act) == TELL)


async def tried(world: World, text: str, *, presses: bool, places: tuple[str, ...]) -> None:
    """Say or press something, as the owner and as a fan; each is done at once."""
    for role in ("fan", "owner"):
        for place in places:
            act(world, role, place, text, presses=presses)
    began = time.monotonic()
    await world.stage.settled(60)
    assert time.monotonic() - began < AT_ONCE, text


async def test_everything_while_no_answer_leaves(play: Play) -> None:
    """Every command, button and link, in the group and in private, and an inline query: none of them waits."""
    world = await set_world(play)
    stage = world.stage
    presses, links, commands = await press_samples(world), await link_samples(world), command_samples(world)
    await stage.all_sent()
    fan = world.people["fan"]
    hold(stage)
    with nobody_waits():
        for sample in presses:
            await tried(world, sample.text_in("home"), presses=True, places=("home", "private"))
        for sample in links:
            await tried(world, sample.text, presses=False, places=("private",))
        for sample in commands:
            await tried(world, sample.text, presses=False, places=("home", "private"))
        fan.asks_inline(stage.bot, "", stage.group)
        await stage.settled()
        before = (await stage.books()).held_by_fans
        newcomer = stage.fan("Newcomer")
        for _ in range(3):
            newcomer.says(stage.group, "/me")
        newcomer.says(stage.group, "/checkin")
        await stage.settled(AT_ONCE)
        assert (await stage.books()).held_by_fans == before + 5
    await until(stage, lambda: count(stage, Inbox), 0)


async def test_a_stuck_panel_doesnt_cost_the_last_coupon(play: Play) -> None:
    """A fan's private panel is held for ten minutes; the tap that follows is in time all the same."""
    stage = await play(language="en")
    ana = stage.fan("Ana")
    await begun(stage, ana)
    await stage.ask(ana, "/checkin")
    card = await stage.drop("title=Scarf stock=1")
    panel = await opens(stage, ana, "/settings")
    hold(stage, private(stage, ana))
    with nobody_waits():
        ana.presses(panel, "settings:hidden:on")
        ana.presses(panel, "settings:reminders:off")
        assert code_in((await ana.presses(card, "claim").answered(AT_ONCE)).text)
    assert await count(stage, Coupon, col(Coupon.member_id).is_not(None)) == 1
    ((hidden,),) = await query(stage.app.db, f"SELECT hidden FROM member WHERE user_id = {ana.id}")  # noqa: S608  # an id
    assert hidden
    await until(stage, lambda: count(stage, Inbox), 0)


async def test_the_newest_panel_is_told_when_the_gate_opens(play: Play) -> None:
    """Of three presses whose panels were held the last one's is told, once, and what it shows works."""
    stage = await play(language="en")
    ana = stage.fan("Ana")
    await begun(stage, ana)
    panel = await opens(stage, ana, "/settings")
    hold(stage, private(stage, ana), 3, only=("editMessageText",))
    with nobody_waits():
        pressed = [ana.presses(panel, f"settings:language:{language}") for language in ("ko", "en", "zh")]
        await stage.settled()
        assert await promised(stage) == 1
    told = await ana.waits_for(
        stage.bot, lambda m: m.sender is stage.bot and bool(m.buttons), timeout=15, after=pressed[-1]
    )
    assert "中文" in str(told.buttons)
    await until(stage, lambda: promised(stage), 0)
    ana.presses(told, "settings:language:en")
    await ana.waits_for(stage.bot, lambda m: m is told and "Language" in m.text, timeout=10)
    after = [m for m in ana.sees(private(stage, ana)) if m.seq > panel.seq and m.sender is stage.bot]
    assert after == [told]


async def test_a_form_goes_on_in_the_panel_that_comes_late(play: Play) -> None:
    """A half-filled form of `/admin` is answered in the promised message; the old one went out of date meanwhile."""
    stage = await play(language="en")
    await begun(stage, stage.owner)
    panel = await opens(stage, stage.owner, "/admin")
    await stage.owner.presses(panel, "Coupons").answered(10)
    await stage.settled()
    await stage.owner.presses(panel, "New drop").answered(10)
    await stage.settled()
    hold(stage, private(stage, stage.owner), 3, only=("sendMessage",))
    with nobody_waits():
        said = stage.owner.says(stage.bot, "Silk scarf")
        await stage.settled()
    late = await stage.owner.waits_for(
        stage.bot, lambda m: m.sender is stage.bot and "How many" in m.text, timeout=15, after=said
    )
    stage.owner.presses(late, "20")
    await stage.owner.waits_for(stage.bot, lambda m: m is late and "How many: 20" in m.text, timeout=10)
    assert "Silk scarf" in late.text


async def test_the_set_up_goes_on_in_the_panel_that_comes_late(play_sqlite: Play) -> None:
    """The same of `/setup`, whose step was answered by a word."""
    stage = await play_sqlite(language="en")
    await begun(stage, stage.owner)
    panel = await opens(stage, stage.owner, "/setup")
    await stage.owner.presses(panel, "setup:skip:language").answered(10)
    await stage.settled()
    hold(stage, private(stage, stage.owner), 3, only=("sendMessage",))
    with nobody_waits():
        said = stage.owner.says(stage.bot, "뉴욕")
        await stage.settled()
    late = await stage.owner.waits_for(
        stage.bot, lambda m: m.sender is stage.bot and "Step 3 of 6" in m.text, timeout=15, after=said
    )
    stage.owner.presses(late, "setup:skip:shop")
    await stage.owner.waits_for(stage.bot, lambda m: m is late and "Step 4 of 6" in m.text, timeout=10)


async def test_a_button_comes_with_the_answer_that_comes_late(play_sqlite: Play) -> None:
    """The evening's hour stands below the promised answer as below one that leaves at once, and works."""
    stage = await play_sqlite(language="en")
    await begun(stage, stage.owner)
    hold(stage, private(stage, stage.owner), 3, only=("sendMessage",))
    with nobody_waits():
        said = stage.owner.says(stage.bot, "/newstream at=tomorrow 9:00 title=Silk")
        await stage.settled()
        assert await promised(stage) == 1
    late = await stage.owner.waits_for(
        stage.bot, lambda m: m.sender is stage.bot and "evening" in m.text, timeout=15, after=said
    )
    await stage.owner.presses(late, "🌙").answered(10)
    await stage.settled()
    assert await query(stage.app.db, "SELECT count(*) FROM audit_entry WHERE undone_at IS NOT NULL") == [(1,)]


async def test_who_is_in_no_shop_hears_within_two_minutes_or_not(play_sqlite: Play) -> None:
    """There is no outbox for them: a short wait is waited for in memory, a long one is given up with a line."""
    stage = await play_sqlite(language="en")
    stranger = stage.telegram.add_user("Stranger")
    hold(stage, private(stage, stranger), 3, only=("sendMessage",))
    with nobody_waits():
        said = stranger.starts(stage.bot, "coupons_9")
        await stage.settled(AT_ONCE)
        await until(stage, lambda: count(stage, Inbox), 0)
    heard = await stranger.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=15, after=said)
    assert "whose fan you are" in heard.text
    another = stage.telegram.add_user("Another")
    hold(stage, private(stage, another), only=("sendMessage",))
    with capture_logs() as logs:
        another.starts(stage.bot, "coupons_9")
        await stage.settled(AT_ONCE)
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["answer_dropped"]


async def test_no_more_wait_in_memory_than_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound they are dropped, and what is over its time is said no more."""
    monkeypatch.setattr(afterwards, "MOST", 1)
    said: list[int] = []

    async def say() -> None:
        said.append(1)
        raise HeldError("private", 0.0)

    held = HeldError("private", 0.0)
    monkeypatch.setattr(afterwards, "WITHIN", 0.5)
    waiting = afterwards.LateAnswers()
    with capture_logs() as logs:
        waiting.retry(say, held)
        waiting.retry(say, held)
        await asyncio.sleep(1.5)
    assert said == [1]
    assert [line["event"] for line in logs] == ["answer_dropped", "answer_dropped"]


@pytest.mark.parametrize("wait", ["long", "short"])
async def test_what_telegram_must_be_asked_for_waits_a_little(
    play_sqlite: Play, monkeypatch: pytest.MonkeyPatch, wait: str
) -> None:
    """A file that can't be fetched: told at once if Telegram says ten minutes, else after a while."""
    stage = await play_sqlite(language="en")
    monkeypatch.setattr(errors, "ASKED_WITHIN", 60.0 if wait == "long" else 3.0)
    if wait == "long":
        stage.telegram.faults.too_many("getFile", retry_after=LONG, times=None)
    else:
        stage.telegram.faults.error("getFile", times=None)
    codes = Document("codes.csv", b"code\nSILK-1\nSILK-2\n", "text/csv")
    said = stage.owner.says(stage.group, "/newcoupon title=Scarf", document=codes)
    assert "Telegram isn't answering" in (await stage.whisper(stage.owner, after=said)).text
    assert "your card" in (await stage.ask(stage.owner, "/me")).text
    await until(stage, lambda: count(stage, Inbox), 0)


async def test_a_file_that_comes_in_the_end(play_sqlite: Play) -> None:
    """A passing trouble within that time is waited for, as ever."""
    stage = await play_sqlite(language="en")
    stage.telegram.faults.error("getFile", times=6)
    codes = Document("codes.csv", b"code\nSILK-1\nSILK-2\n", "text/csv")
    said = stage.owner.says(stage.group, "/newcoupon title=Scarf", document=codes)
    assert "Scarf" in (await stage.whisper(stage.owner, after=said)).text


async def test_a_goodbye_that_cant_be_said(play_sqlite: Play) -> None:
    """A stranger's group is left without it, and who brought the bot isn't kept waiting."""
    stage = await play_sqlite(language="en")
    stranger = stage.telegram.add_user("Stranger")
    group = stage.telegram.add_group("Elsewhere", creator=stranger)
    hold(stage, group, only=("sendMessage",))
    with nobody_waits():
        stranger.adds(stage.bot, group)
        await stage.settled(AT_ONCE)
    assert not group.has(stage.bot)


async def test_a_picture_that_cant_leave(play_sqlite: Play) -> None:
    """A source's link with its QR code: the words are promised in its place."""
    stage = await play_sqlite(language="en")
    hold(stage, stage.group, 3, only=("sendPhoto", "sendMessage"))
    with nobody_waits():
        said = stage.owner.says(stage.group, "/source video")
        await stage.settled(AT_ONCE)
    told = await stage.owner.waits_for(
        stage.group, lambda m: m.only_for is stage.owner and "src_" in m.text, timeout=15, after=said
    )
    assert told.file is None

"""Check-ins as fans see them: by command, word and button, in public, in private and whispered."""

import asyncio

import pytest

from sandbox import Document, Person
from sandbox.files import blank_picture
from tests.bot.conftest import Play, Stage
from tests.bot.speech import said_since, speaks

DAY = 86_400.0


async def check_in_days(stage: Stage, fan: Person, days: int) -> None:
    """Check in on this many days; the clock ends on the day after the last."""
    for _ in range(days):
        await stage.ask(fan, "/checkin")
        stage.telegram.clock.advance(DAY)


async def test_a_check_in_is_whispered(play_sqlite: Play) -> None:
    """The answer to a command in the group is seen by nobody else."""
    stage = await play_sqlite()
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    answer = await stage.ask(ana, "/checkin")
    assert "5 coins" in answer.text
    assert answer not in ben.sees(stage.group)
    assert (await stage.books()).held_by_fans == 5


SAID_PLAINLY = (
    "출석",
    "출석!",
    "打卡",
    "签到。",
    "打卡\uff01",
    "출첵\uff5e",
    "check in",
    "Check-in",
    "CHECK  IN …",
    "출석?",
)
SAID_WITH_A_SIGN = (
    *("签到✅", "출석 ✋", "🙋🏻\u200d♀️ 출석이요~~ 🙋🏻\u200d♀️", "출첵ㅎㅎ", "打卡❤️", "✅check in✅", "출석ㅋㅋㅋ"),
    *("ｃｈｅｃｋ－ｉｎ", "「签到」", "#출석", "打卡～～～", "…출석체크…"),
)
SAID_WITH_AN_ENDING = (
    *("출석합니다", "출석이요", "오늘도 출석!", "출석 완료요", "출첵합니당", "출석하고 갑니다", "출석했습니다"),
    *("打卡啦", "签到了", "今日打卡", "来签到啦", "打个卡", "簽到囉", "打卡成功 ✅"),
    *("Checking in!", "checked in ✅", "Daily check-in", "check me in", "I'm checking in today"),
)
SAID_TWICE = (
    "打卡打卡",
    "签到签到签到",
    "ㅊㅊ",
    "ㅊㅊㅊ",
    "ㅊㅊㅊㅊ",
    "출석 출석합니다",
    "打卡 打卡 打卡啦",
    "출첵출첵!!",
)
SMALL_TALK = (
    *(
        "오늘 출석 다들 했어?",
        "출석했어요?",
        "출석 언제 해요",
        "출석부 어디 있어요",
        "출석 안 해요",
        "체크인 몇 시예요?",
        "ㅊㅋㅊㅋ",
        "ㅊ",
    ),
    *("打卡了吗", "打卡了?", "你签到了没", "签到在哪", "打卡机坏了", "不打卡"),
    *("check in please", "did you check in today?", "checked in?", "checking in on you", "I check in every day", "in"),
    *("✅", "❤️", "👍👍👍", "ㅋㅋㅋ"),
)


@pytest.mark.parametrize("words", [SAID_PLAINLY, SAID_WITH_A_SIGN, SAID_WITH_AN_ENDING, SAID_TWICE])
async def test_a_check_in_by_word(play_sqlite: Play, words: tuple[str, ...]) -> None:
    """A word alone checks in, in each language: with signs, width or endings as people type them, and said twice."""
    stage = await play_sqlite()
    for number, word in enumerate(words):
        answer = await stage.ask(stage.fan(f"Fan {number}", "en"), word)
        assert "5 coins" in answer.text, word
    assert (await stage.books()).held_by_fans == 5 * len(words)


async def test_a_sentence_with_the_word_is_small_talk(play_sqlite: Play) -> None:
    """Whoever asks about check-ins, or says the word inside a sentence, isn't checked in and hears nothing."""
    stage = await play_sqlite()
    chatty = stage.fan("Chatty")
    mark = len(stage.telegram.calls)
    for sentence in SMALL_TALK:
        chatty.says(stage.group, sentence)
    await stage.all_sent()
    assert said_since(stage.telegram, mark) == []
    assert (await stage.books()).held_by_fans == 0


async def test_a_picture_with_the_word_checks_in(play_sqlite: Play) -> None:
    """The word counts as a picture's caption too; a caption that says more is small talk."""
    stage = await play_sqlite()
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    said = ana.says(stage.group, "打卡 ☀️", photo=Document("sun.png", blank_picture(), "image/png"))
    assert "5 coins" in (await stage.whisper(ana, after=said)).text
    ben.says(stage.group, "打卡机坏了", photo=Document("sun.png", blank_picture(), "image/png"))
    await stage.all_sent()
    assert (await stage.books()).held_by_fans == 5


async def test_a_check_in_by_button(play_sqlite: Play) -> None:
    """The card of `/me` offers the day's check-in, and its button is answered by an alert."""
    stage = await play_sqlite()
    ana = stage.fan("Ana")
    card = await stage.ask(ana, "/me")
    answer = await ana.presses(card, "check in").answered()
    assert answer.show_alert
    assert "+5 coins" in answer.text
    again = await stage.ask(ana, "/me")
    assert [button.text for button in again.buttons] == ["⭐ Why New?"]
    assert "Checked in today" in again.text


async def test_a_second_tap_is_kind(play_sqlite: Play) -> None:
    """Whoever checks in twice on a day is told so with their streak, and not paid again."""
    stage = await play_sqlite()
    ana = stage.fan("Ana")
    card = await stage.ask(ana, "/me")
    await stage.ask(ana, "/checkin")
    assert "Already in today" in (await stage.ask(ana, "출석")).text
    assert "Already in today" in (await ana.presses(card, "check in").answered()).text
    assert (await stage.books()).held_by_fans == 5


async def test_a_streak_over_a_week(play: Play) -> None:
    """The ladder pays 5 6 8 10 12 15 20, and the seventh day its bonus."""
    stage = await play()
    ana = stage.fan("Ana")
    texts = []
    for _ in range(8):
        texts.append((await stage.ask(ana, "/checkin")).text)
        stage.telegram.clock.advance(DAY)
    for text, coins in zip(texts, (5, 6, 8, 10, 12, 15, 20, 20), strict=True):
        assert f"+{coins} coins" in text
    assert "7 days running" in texts[6]
    assert "50 coins" in texts[6]
    books = await stage.books()
    assert (books.sound, books.held_by_fans) == (True, 5 + 6 + 8 + 10 + 12 + 15 + 20 + 20 + 50)


async def test_a_make_up(play_sqlite: Play) -> None:
    """Of two missed days the freeze closes one, the other is made up for 20 coins, and the streak is whole."""
    stage = await play_sqlite()
    ana, ben, eve = fans = [stage.fan(name) for name in ("Ana", "Ben", "Eve")]
    for _ in range(7):
        for fan in fans:
            await stage.ask(fan, "/checkin")
        stage.telegram.clock.advance(DAY)
    stage.telegram.clock.advance(2 * DAY)
    back = [await stage.ask(fan, "/checkin") for fan in fans]
    assert all("freeze" in message.text and "back to 9 days" in message.text for message in back)
    by_button = (await ana.presses(back[0], "make up").answered()).text
    by_command = (await stage.ask(ben, "/makeup")).text
    by_word = (await stage.ask(eve, "补签")).text
    assert all("9 days running" in text for text in (by_button, by_command, by_word))
    assert (await stage.books()).held_by_fans == 3 * (126 + 5 - 20)
    assert "nothing to make up" in (await stage.ask(ana, "/makeup")).text


async def test_a_make_up_comes_after_the_check_in(play_sqlite: Play) -> None:
    """Make-ups wait for the day's check-in, cost coins, and say what is missing."""
    stage = await play_sqlite()
    ana = stage.fan("Ana")
    assert "nothing to make up" in (await stage.ask(ana, "/makeup")).text
    await stage.ask(ana, "/checkin")
    stage.telegram.clock.advance(3 * DAY)
    assert "Check in for today first" in (await stage.ask(ana, "/makeup")).text
    await stage.ask(ana, "/checkin")
    answer = await stage.ask(ana, "/makeup")
    assert "20 coins" in answer.text
    assert "you have 10 coins" in answer.text


async def test_my_card(play_sqlite: Play) -> None:
    """`/me` shows coins, streak, coupons, and their buttons lead on."""
    stage = await play_sqlite()
    ana = stage.fan("Ana")
    await check_in_days(stage, ana, 2)
    card = await stage.drop()
    await stage.whisper(ana, after=ana.presses(card, "claim"))
    mine = await stage.ask(ana, "/me")
    for part in ("Ana", "11 coins", "2 days running", "1 coupon"):
        assert part in mine.text
    listed = await stage.whisper(ana, after=ana.presses(mine, "coupons"))
    assert "Silk scarf" in listed.text


async def test_the_board(play_sqlite: Play) -> None:
    """`/top` ranks by coins earned this month and shows the reader their own line."""
    stage = await play_sqlite()
    ana, ben, eve = stage.fan("Ana"), stage.fan("Ben"), stage.fan("Eve <b>")
    assert "still empty" in (await stage.ask(eve, "/top")).text
    await check_in_days(stage, ana, 2)
    await stage.ask(ben, "/checkin")
    await stage.ask(eve, "/checkin")
    lines = (await stage.ask(eve, "/top")).text.splitlines()
    assert "November" in lines[0]
    assert lines[1:] == ["🥇 Ana · 11 coins", "🥈 Ben · 5 coins", "🥉 Eve <b> (you) · 5 coins"]


async def test_a_private_check_in_is_the_stored_shops(play_sqlite: Play) -> None:
    """It belongs to the shop that the fan was first seen in, whatever they do elsewhere, until a button turns it."""
    stage = await play_sqlite(open=True)
    mei = stage.telegram.add_user("Mei", language="zh")
    other = stage.telegram.add_group("Tea room", creator=mei)
    mei.adds(stage.bot, other)
    await mei.waits_for(other, lambda m: m.sender is stage.bot, timeout=10)
    ana = stage.fan("Ana")
    ana.joins(other)
    await stage.settled()
    ana.starts(stage.bot)
    await ana.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    await stage.ask(ana, "/top")
    ana.says(stage.bot, "/checkin")
    await ana.waits_for(stage.bot, lambda m: "+5" in m.text, timeout=10)
    # In the tea room the day is done, in the silk room it isn't.
    ana.says(stage.bot, "/me")
    await ana.waits_for(stage.bot, lambda m: "Checked in today" in m.text, timeout=10)
    mine = await stage.ask(ana, "/me")
    assert "Not checked in yet" in mine.text
    card = await stage.drop()
    ana.presses(card, "claim:")
    said = ana.says(stage.bot, "/help")
    hello = await ana.waits_for(stage.bot, lambda m: bool(m.buttons), timeout=10, after=said)
    await ana.presses(hello, "Silk room").answered(10)
    said = ana.says(stage.bot, "打卡")
    await ana.waits_for(stage.bot, lambda m: "+5" in m.text, timeout=10, after=said)
    assert (await stage.books()).held_by_fans == 10


async def test_a_stranger_in_private(play_sqlite: Play) -> None:
    """Someone new who starts the bot belongs to the only shop and is told what they can do."""
    stage = await play_sqlite()
    ana = stage.telegram.add_user("Ana", language="zh")
    ana.starts(stage.bot, "src_abc-1")
    hello = await ana.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    assert speaks(hello.text, "zh")
    assert "/newcoupon" not in hello.text
    ana.says(stage.bot, "what is this?")
    await ana.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=hello)


async def test_an_ephemeral_command(play_sqlite: Play) -> None:
    """A command that was declared ephemeral is answered ephemerally, as a reply to it, by a bot without rights too."""
    stage = await play_sqlite(rights=None)
    commands = [{"command": "checkin", "description": "Check in", "is_ephemeral": True}]
    await stage.app.engine.session.call(stage.app.engine.bot, "setMyCommands", {"commands": commands})
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    said = ana.says(stage.group, "/checkin")
    assert said.is_ephemeral
    answer = await stage.whisper(ana, after=said)
    assert "5 coins" in answer.text
    sent = next(call for call in reversed(stage.telegram.calls) if call.method == "sendMessage")
    assert sent.params["reply_parameters"]["ephemeral_message_id"] == said.ephemeral_message_id
    assert {said, answer}.isdisjoint(ben.sees(stage.group))


async def test_a_press_is_whispered_to_without_rights(play_sqlite: Play) -> None:
    """A bot that isn't administrator whispers within 15 s of a press."""
    stage = await play_sqlite(rights=None)
    card = await stage.drop("title=Scarf stock=3")
    ana = stage.fan("Ana")
    press = ana.presses(card, "claim")
    whisper = await stage.whisper(ana, after=press)
    assert whisper.buttons[0].copy_text is not None
    assert whisper.buttons[0].copy_text in (await press.answered()).text


async def test_without_rights_a_command_is_answered_in_private(play_sqlite: Play) -> None:
    """Who has started the bot is answered there, and the group stays quiet."""
    stage = await play_sqlite(rights=None)
    ana = stage.fan("Ana")
    ana.starts(stage.bot)
    await ana.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    public = len(stage.telegram.messages(stage.group))
    ana.says(stage.group, "/checkin")
    await ana.waits_for(stage.bot, lambda m: "5 coins" in m.text, timeout=10)
    await stage.all_sent()
    assert len(stage.telegram.messages(stage.group)) == public + 1


async def test_without_rights_a_reply_stays_for_half_a_minute(play_sqlite: Play) -> None:
    """Who never started the bot is answered by a reply in the group that goes away after 30 s."""
    stage = await play_sqlite(rights=None)
    ana = stage.fan("Ana")
    said = ana.says(stage.group, "/checkin")
    reply = await ana.waits_for(stage.group, lambda m: "5 coins" in m.text, timeout=10, after=said)
    assert reply.only_for is None
    assert reply.reply_to is said
    await stage.settled()
    stage.telegram.clock.advance(29)
    # The promise wakes nobody yet: another fan's round trip passes first.
    await stage.settled()
    assert not reply.deleted
    gone = asyncio.create_task(stage.telegram.waits_for_event(lambda e: e.kind == "delete" and e.message is reply))
    await asyncio.sleep(0)
    stage.telegram.clock.advance(2)
    await gone
    assert not said.deleted


@pytest.mark.parametrize("room", ["ko", "zh", "en"])
async def test_the_readers_language(play_sqlite: Play, room: str) -> None:
    """Each fan is answered in their own language if it is one of ours, else in the group's."""
    stage = await play_sqlite(language=room)
    greeting = next(m for m in stage.telegram.messages(stage.group) if m.sender is stage.bot)
    assert speaks(greeting.text.replace("打卡", ""), room)
    readers = {"ko": "ko", "ko-KR": "ko", "zh-hans": "zh", "zh-TW": "zh", "en": "en", "fr": room, None: room}
    for code, language in readers.items():
        fan = stage.telegram.add_user(f"Fan {code}", language=code)
        fan.joins(stage.group)
        for text in ("/checkin", "/me", "/top", "/coupons", "/makeup", "/help"):
            answer = (await stage.ask(fan, text)).text
            assert speaks(answer, language), (code, text, answer)


TOO_LONG = {"ko": "이제 보충할 수 없어요", "zh": "补不回来啦", "en": "can't be made up any more"}


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_what_is_lost_is_not_offered(play_sqlite: Play, language: str) -> None:
    """After eight missed days a make-up is refused alike before and after the check-in, which offers none either."""
    stage = await play_sqlite(language=language)
    ana = stage.fan("Ana", language)
    await check_in_days(stage, ana, 3)
    stage.telegram.clock.advance(8 * DAY)
    assert TOO_LONG[language] in (await stage.ask(ana, "/makeup")).text
    back = await stage.ask(ana, "/checkin")
    assert not any(button.callback_data == "makeup" for button in back.buttons)
    assert TOO_LONG[language] in (await stage.ask(ana, "/makeup")).text

"""Servers that don't know whispers: a code is never said aloud, and staff hear of it once."""

import asyncio
from typing import Any

from structlog.testing import capture_logs

from bot.commands.doctor.telegram import examine_telegram
from bot.rules.doctor.telegram import WhispersUnknown
from bot.store.messages.payloads import TELL
from bot.store.tables import Outbox
from sandbox import Message, Person, Rights
from tests.bot.conftest import Play, Stage, settings
from tests.bot.counting import count, until
from tests.bot.speech import code_in
from tests.features.scene import query

OLDER: dict[str, Any] = {"language": "en", "knows_whispers": False}


def aloud(stage: Stage) -> str:
    """All that was ever said for the whole group to read, and its buttons, deleted since or not."""
    public = [one for one in stage.group.messages if one.sender is stage.bot and one.only_for is None]
    return "\n".join(f"{one.text} {one.buttons}" for one in public)


def deleted(stage: Stage) -> list[int]:
    """Messages of the group that were taken away."""
    return [
        call.params["message_id"]
        for call in stage.telegram.calls
        if call.status == 200 and call.method == "deleteMessage" and call.params["chat_id"] == stage.group.id
    ]


def asks(stage: Stage, method: str) -> int:
    """How often a method was called."""
    return sum(call.method == method for call in stage.telegram.calls)


async def in_private(stage: Stage, person: Person, after: Any, holds: str = "") -> Message:
    """The next thing that the bot says to somebody in private."""
    return await person.waits_for(
        stage.bot, lambda m: m.sender is stage.bot and holds in m.text, timeout=10, after=after
    )


async def claimed(stage: Stage, person: Person) -> str:
    """The code of a coupon that a fan claims: the alert tells it."""
    card = await stage.drop("title=Scarf stock=50")
    return code_in((await person.presses(card, "claim").answered(10)).text)


async def test_a_server_that_knows_them_is_asked_once(play_sqlite: Play) -> None:
    """The probe at the start is one call; then codes are whispered as ever."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    code = await claimed(stage, ana)
    assert code in (await stage.ask(ana, "/coupons")).text
    assert asks(stage, "deleteEphemeralMessage") == 1


async def test_an_older_server_is_never_given_a_whisper(play_sqlite: Play) -> None:
    """Its 404 at the start is enough: no whisper is tried, and the alert alone tells the code."""
    stage = await play_sqlite(**OLDER)
    code = await claimed(stage, stage.fan("Ana"))
    await stage.all_sent()
    assert not any("ephemeral_message_parameters" in call.params for call in stage.telegram.calls)
    assert code not in aloud(stage)


async def test_codes_are_asked_for_in_private(play_sqlite: Play) -> None:
    """Who can't be written to is led to the private chat, where the link shows what was asked for."""
    stage = await play_sqlite(**OLDER)
    ana = stage.fan("Ana")
    code = await claimed(stage, ana)
    said = ana.says(stage.group, "/coupons")
    reply = await ana.waits_for(stage.group, lambda m: m.reply_to is said, timeout=10, after=said)
    assert "for your eyes only" in reply.text
    payload = (reply.buttons[0].url or "").partition("?start=")[2]
    opened = ana.starts(stage.bot, payload)
    assert code in (await in_private(stage, ana, opened)).text
    said = ana.says(stage.group, "/coupons")
    assert code in (await in_private(stage, ana, said)).text
    assert code not in aloud(stage)


async def test_no_code_is_said_aloud_by_any_fans_command(play_sqlite: Play) -> None:
    """Of all that a fan can ask for in the group: bought, held, entered, given."""
    stage = await play_sqlite(**OLDER)
    ana = stage.fan("Ana")
    await claimed(stage, ana)
    for line in (
        "/newcoupon title=Hat stock=5 for=shop code=HAT20",
        "/newitem title=Hat price=1 kind=coupon:2",
        "/newraffle prize=Scarf winners=1 closes=+2h",
        "/checkin",
    ):
        (stage.owner if line.startswith("/new") else ana).says(stage.group, line)
        await stage.settled()
    ids = await query(stage.app.db, "SELECT (SELECT min(id) FROM item), (SELECT min(id) FROM raffle)")
    (item, raffle) = ids[0]
    under = next(one for one in stage.group.messages if one.sender is stage.bot)
    for data in (f"pay:{item}:1:1", f"enter:{raffle}", f"myentry:{raffle}", "coupons", "gift"):
        await ana.forges(stage.group, under, data).answered(10)
    for command in ("/coupons", "/gift", "/me", "/shop", "/raffles"):
        ana.says(stage.group, command)
    await stage.settled()
    ((salt, token),) = await query(
        stage.app.db, "SELECT (SELECT min(salt) FROM raffle_entry), (SELECT min(token) FROM gift)"
    )
    public = aloud(stage)
    assert not [secret for secret in ("HAT20", salt, token) if secret in public]
    assert [link for link in ("coupons_1", "raffles_1", "gift_1") if link not in public] == []


async def test_staff_hear_aloud_without_the_code(play_sqlite: Play) -> None:
    """An anonymous administrator, whom nobody can whisper to, hears what was done with the code masked."""
    stage = await play_sqlite(language="en")
    jun = stage.fan("Jun")
    stage.owner.promotes(jun, stage.group, Rights(can_manage_chat=True, is_anonymous=True))
    said = jun.says_as_admin_anonymously(stage.group, "/newcoupon title=Hat stock=5 code=HAT20")
    reply = await jun.waits_for(
        stage.group, lambda m: m.sender is stage.bot and m.reply_to is said, timeout=10, after=said
    )
    assert "Hat" in reply.text
    assert "•••" in reply.text
    await stage.all_sent()
    assert "HAT20" not in aloud(stage)


async def test_what_an_older_server_says_aloud_is_taken_back(play: Play) -> None:
    """A server that changed under the bot: the first harmless whisper is deleted at once, and it was the last one."""
    stage = await play(language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    stage.telegram.knows_whispers = False
    said = ana.says(stage.group, "/checkin")
    reply = await ana.waits_for(
        stage.group, lambda m: "5 coins" in m.text and m.reply_to is said, timeout=10, after=said
    )
    assert reply.only_for is None
    spoken = next(m for m in stage.group.messages if m.seq > said.seq and m.sender is stage.bot)
    assert spoken.deleted
    assert deleted(stage) == [spoken.message_id]
    said = ben.says(stage.group, "/checkin")
    await ben.waits_for(stage.group, lambda m: "5 coins" in m.text and m.reply_to is said, timeout=10, after=said)
    assert sum("ephemeral_message_parameters" in call.params for call in stage.telegram.calls) <= 2


async def test_what_cant_be_taken_back_now_is_taken_back_soon(play_sqlite: Play) -> None:
    """A deletion that a 429 holds is promised."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    stage.telegram.knows_whispers = False
    stage.telegram.faults.too_many("deleteMessage", retry_after=3, chat=stage.group)
    said = ana.says(stage.group, "/checkin")
    spoken = await ana.waits_for(stage.group, lambda m: "5 coins" in m.text, timeout=10, after=said)
    async with asyncio.timeout(10):
        while not spoken.deleted:
            await asyncio.sleep(0.05)


async def test_pictures_said_aloud_are_taken_back(play_sqlite: Play) -> None:
    """A whispered picture counts like words."""
    stage = await play_sqlite(language="en")
    stage.telegram.knows_whispers = False
    said = stage.owner.says(stage.group, "/source video")
    await stage.all_sent()
    pictures = [m for m in stage.group.messages if m.seq > said.seq and m.file is not None]
    assert [m.deleted for m in pictures] == [True]


async def test_nothing_secret_before_an_answer_to_the_probe(play_sqlite: Play) -> None:
    """A start that Telegram didn't answer: the next secret is preceded by another probe, not whispered in hope."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    code = await claimed(stage, ana)
    await stage.stop()
    stage.telegram.faults.error("deleteEphemeralMessage", times=None)
    stage.start_again()
    said = ana.says(stage.group, "/coupons")
    reply = await ana.waits_for(stage.group, lambda m: m.sender is stage.bot, timeout=20, after=said)
    assert "for your eyes only" in reply.text
    assert code not in aloud(stage)
    stage.telegram.faults.clear()
    # A harmless whisper that came as one shows it too.
    await stage.ask(ana, "/me")
    assert code in (await stage.ask(ana, "/coupons")).text


async def test_the_owner_hears_once(play: Play) -> None:
    """In private, however many answers couldn't be whispered, after a restart too; the log says it as well."""
    stage = await play(**OLDER)
    begun = stage.owner.starts(stage.bot)
    await in_private(stage, stage.owner, begun)
    with capture_logs() as logs:
        await stage.stop()
        stage.start_again()
        for name in ("Ana", "Ben"):
            stage.fan(name).says(stage.group, "/me")
        note = await in_private(stage, stage.owner, begun, "too old")
        await stage.all_sent()
    assert [line["log_level"] for line in logs if line["event"] == "whispers_unknown"] == ["warning"]
    assert "python -m bot doctor" in note.text
    told = [m for m in stage.owner.sees(stage.telegram.private(stage.bot, stage.owner)) if "too old" in m.text]
    assert told == [note]


async def test_the_doctor_says_it(play_sqlite: Play) -> None:
    """The same probe, by `python -m bot doctor`."""
    stage = await play_sqlite(language="en")
    of = settings(stage.url, stage.telegram)
    assert WhispersUnknown() not in await examine_telegram(of, [], stage.app.clock.now)
    stage.telegram.knows_whispers = False
    assert WhispersUnknown() in await examine_telegram(of, [], stage.app.clock.now)


async def test_a_promised_secret_isnt_said_aloud(play_sqlite: Play) -> None:
    """What the outbox tells later goes by the same ways."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    code = await claimed(stage, ana)
    await stage.all_sent()
    stage.telegram.faults.too_many("sendMessage", retry_after=3, chat=stage.group)
    said = ana.says(stage.group, "/coupons")
    await until(stage, lambda: count(stage, Outbox, Outbox.act == TELL), 1)
    stage.telegram.knows_whispers = False
    stage.app.whispers._known = False
    reply = await ana.waits_for(
        stage.group, lambda m: m.sender is stage.bot and m.reply_to is said, timeout=20, after=said
    )
    assert "for your eyes only" in reply.text
    assert code not in aloud(stage)


async def test_links_show_nobody_what_isnt_theirs(play_sqlite: Play) -> None:
    """The number of a shop can be guessed: a stranger hears neither its name nor anybody's codes."""
    stage = await play_sqlite(language="en")
    await claimed(stage, stage.fan("Ana"))
    stranger = stage.telegram.add_user("Stranger")
    for payload in ("coupons_1", "raffles_1", "coupons_2", "coupons_x", "coupons_"):
        said = stranger.starts(stage.bot, payload)
        answer = await in_private(stage, stranger, said)
        assert "don't know yet whose fan you are" in answer.text
        assert not answer.buttons


async def test_menus_of_an_older_server_are_set_once(play_sqlite: Play) -> None:
    """What it would forget is left out, so that the next start finds them as they should be."""
    stage = await play_sqlite(**OLDER)
    await stage.set_menus()
    first = asks(stage, "setMyCommands")
    await stage.set_menus()
    assert asks(stage, "setMyCommands") == first > 0

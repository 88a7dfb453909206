"""Menus by scope and language, held together with what the desks listen to; fans' commands as ephemeral ones."""

import asyncio
from typing import Any, cast

import pytest
from aiogram.exceptions import TelegramNotFound
from aiogram.methods import GetMyCommands
from structlog.testing import capture_logs

from bot.clock import Clock
from bot.domains import DOMAINS, table_of
from bot.features.communities import Communities
from bot.handlers.kit.menus import CODES, Menus
from bot.rules.menus import FANS, NEXT, OWNERS, STAFF, UNLISTED, only_handled
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.telegram.calls import Outbound
from bot.telegram.whispers import Whispers
from sandbox import Rights
from sandbox.commands import commands_for
from tests.bot.conftest import SET_MENUS, Play, Stage
from tests.bot.speech import speaks
from tests.words import WORDS

MENU_CALLS = ("setMyCommands", "setMyDescription", "setMyShortDescription")


def listened_to() -> frozenset[str]:
    """What the desks answer."""
    return table_of(DOMAINS).names


def test_every_command_has_its_place() -> None:
    """A desk's command is a fan's, the staff's, the owner's, or on purpose in no menu; and in one of these only."""
    listed = (*FANS, *STAFF, *OWNERS, *UNLISTED)
    assert listened_to() <= {*listed}
    assert len({*listed}) == len(listed)
    assert set(NEXT) <= set(STAFF)


def test_what_isnt_built_is_in_no_menu() -> None:
    """A menu holds what somebody listens to, in its own order."""
    assert only_handled(FANS, frozenset({"help", "checkin", "newcoupon"})) == ("checkin", "help")
    assert {"checkin", "me", "top", "coupons", "help"} <= set(only_handled(FANS, listened_to()))
    assert {"newcoupon", "coupon", "redeem", "setup", "undo"} <= set(only_handled(STAFF, listened_to()))


@pytest.mark.parametrize("language", Language)
def test_every_command_is_described(language: Language) -> None:
    """In each language, in one short line of that language; and nothing else is in the file."""
    template = WORDS._plain[language]["general"].environment.get_template("commands.j2")
    assert set(template.blocks) == {*FANS, *STAFF, *OWNERS, "about", "about_short"}
    for name in (*FANS, *STAFF, *OWNERS):
        line = WORDS.line("commands", name, language)
        assert 2 <= len(line) <= 60, name
        assert "\n" not in line
        assert speaks(line, language), line
    assert len(WORDS.line("commands", "about", language)) <= 512
    assert len(WORDS.line("commands", "about_short", language)) <= 120


def menu(stage: Stage, scope: str, language: str) -> list[dict[str, Any]]:
    """What the bot declared."""
    return stage.bot.commands.get((scope, language), [])


async def test_menus_are_set_at_the_start(play_sqlite: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """By scope and language: fans' commands ephemeral in groups, staff's never, staff's hidden from fans."""
    monkeypatch.setattr(Menus, "at_start", SET_MENUS)
    stage = await play_sqlite()
    async with asyncio.timeout(10):
        while len(stage.bot.commands) < 3 * len(CODES):
            await asyncio.sleep(0.01)
    for code, language in CODES.items():
        private = menu(stage, "all_private_chats", code)
        group = menu(stage, "all_group_chats", code)
        staff = menu(stage, "all_chat_administrators", code)
        assert [one["command"] for one in private] == list(only_handled(FANS, listened_to()))
        assert [one["command"] for one in group] == [one["command"] for one in private]
        assert all(one.get("is_ephemeral") for one in group)
        assert not any(one.get("is_ephemeral") for one in private)
        assert [one["command"] for one in staff] == [
            *only_handled(FANS, listened_to()),
            *only_handled(STAFF, listened_to()),
        ]
        assert [bool(one.get("is_ephemeral")) for one in staff] == [one["command"] in FANS for one in staff]
        assert all(speaks(one["description"], language) for one in (*private, *staff))


async def test_only_what_differs_is_set(play_sqlite: Play) -> None:
    """A second start asks and sets nothing; a menu that somebody changed is put right."""
    stage = await play_sqlite()
    await stage.set_menus()
    first = [call.method for call in stage.telegram.calls if call.method in MENU_CALLS]
    assert {*first} == {*MENU_CALLS}
    await stage.set_menus()
    assert [call.method for call in stage.telegram.calls if call.method in MENU_CALLS] == first
    stage.bot.commands["all_group_chats", "ko"] = [{"command": "old", "description": "Old"}]
    await stage.set_menus()
    assert len([call for call in stage.telegram.calls if call.method in MENU_CALLS]) == len(first) + 1
    assert menu(stage, "all_group_chats", "ko")[0]["command"] == "checkin"


async def test_a_start_that_meets_faults(play_sqlite: Play) -> None:
    """Refused for good, held or cut: the menus are tried again or left, and the bot works."""
    stage = await play_sqlite(language="en")
    stage.telegram.faults.too_many("setMyCommands", retry_after=1, times=1)
    stage.telegram.faults.error("getMyCommands", times=2)
    await stage.set_menus()
    assert len(stage.bot.commands) == 3 * len(CODES)
    assert "5 coins" in (await stage.ask(stage.fan("Ana"), "/checkin")).text


async def test_an_owners_private_menu(play_sqlite: Play) -> None:
    """The owner's private chat lists the staff's commands, a fan's doesn't, from the first opening on."""
    stage = await play_sqlite(language="ko")
    ana = stage.fan("Ana")
    await stage.set_menus()
    for person in (ana, stage.owner):
        said = person.starts(stage.bot, "setup_1")
        await person.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)
    await stage.settled()

    def seen(person: Any) -> list[str]:
        private = stage.telegram.private(stage.bot, person)
        return [one["command"] for one in commands_for(stage.bot, private, person)]

    assert "setup" in seen(stage.owner)
    assert "setup" not in seen(ana)
    stage.bot.commands.clear()
    await stage.set_menus()
    assert "setup" in seen(stage.owner)
    assert "setup" not in seen(ana)


async def test_a_menu_that_must_wait_keeps_nobody_waiting(play_sqlite: Play) -> None:
    """Where Telegram takes no menu for a while, the owner's set-up goes on without it."""
    stage = await play_sqlite(language="en")
    stage.telegram.faults.too_many("getMyCommands", retry_after=25, times=None)
    said = stage.owner.starts(stage.bot, "setup_1")
    panel = await stage.owner.waits_for(stage.bot, lambda m: bool(m.buttons), timeout=10, after=said)
    await stage.owner.presses(panel, "setup:set:language:en").answered(3)


@pytest.mark.parametrize("rights", [None, Rights.full()])
async def test_fans_commands_are_whispers(play_sqlite: Play, rights: Rights | None) -> None:
    """Declared ephemeral, each fan's command is answered to that fan alone, without rights too; nothing is public."""
    stage = await play_sqlite(language="en", rights=rights)
    await stage.set_menus()
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    await stage.settled()
    public = len(stage.telegram.messages(stage.group))
    for command in only_handled(FANS, listened_to()):
        said = ana.says(stage.group, f"/{command}")
        assert said.is_ephemeral
        assert said.message_id == 0
        answer = await stage.whisper(ana, after=said)
        assert speaks(answer.text, "en")
        assert answer not in ben.sees(stage.group)
    await stage.all_sent()
    assert len(stage.telegram.messages(stage.group)) == public
    assert (await stage.books()).held_by_fans == 5


async def test_an_ephemeral_command_that_waited(play_sqlite: Play) -> None:
    """Its 15 s over, an administrator whispers all the same; without rights the answer finds another way."""
    stage = await play_sqlite(language="en", rights=None)
    await stage.set_menus()
    ana = stage.fan("Ana")
    ana.starts(stage.bot)
    await ana.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    await stage.stop()
    said = ana.says(stage.group, "/checkin")
    stage.telegram.clock.advance(60)
    stage.start_again()
    await ana.waits_for(stage.bot, lambda m: "5 coins" in m.text, timeout=10, after=said)
    stage.owner.promotes(stage.bot, stage.group, Rights.full())
    await stage.settled()
    await stage.stop()
    said = ana.says(stage.group, "/me")
    stage.telegram.clock.advance(60)
    stage.start_again()
    assert "your card" in (await stage.whisper(ana, after=said)).text


async def test_staff_commands_are_plain_messages(play_sqlite: Play) -> None:
    """A staff command is an ordinary message, answered by a whisper; help lists what the reader may say."""
    stage = await play_sqlite(language="en")
    await stage.set_menus()
    said = stage.owner.says(stage.group, "/newcoupon title=Scarf stock=3")
    assert not said.is_ephemeral
    assert "Scarf" in (await stage.whisper(stage.owner, after=said)).text
    ana, jun = stage.fan("Ana"), stage.fan("Jun")
    stage.owner.promotes(jun, stage.group, Rights(can_manage_chat=True))
    for person, steers, owns in ((stage.owner, True, True), (jun, True, False), (ana, False, False)):
        text = (await stage.ask(person, "/help")).text
        assert all(f"/{name} " in text for name in only_handled(FANS, listened_to()))
        assert all((f"/{name} " in text) is steers for name in only_handled(STAFF, listened_to()))
        assert all((f"/{name} " in text) is owns for name in only_handled(OWNERS, listened_to()))


async def test_a_group_that_isnt_open_whispers(play_sqlite: Play) -> None:
    """Asked by an ephemeral command in a group that is nobody's yet, the bot whispers that it isn't open."""
    stage = await play_sqlite(language="en")
    await stage.set_menus()
    jun, ana = stage.fan("Jun"), stage.fan("Ana")
    stage.owner.promotes(jun, stage.group, Rights(can_manage_chat=True))
    group = stage.telegram.add_group("Jun's room", creator=jun)
    jun.adds(stage.bot, group)
    ana.joins(group)
    await stage.settled()
    said = ana.says(group, "/checkin")
    assert "not open here yet" in (await stage.whisper(ana, group, after=said)).text


class OddServer:
    """A server between us and Telegram that answers everything with the same."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.called: list[str] = []

    async def call(self, name: str, **_parameters: Any) -> Any:
        """Whatever was asked."""
        self.called.append(name)
        return self.answer


@pytest.mark.parametrize("answer", [True, [], {}, [{}], None])
async def test_an_odd_answer_is_no_trouble(db: Database, answer: Any) -> None:
    """Menus are a convenience: what a server makes of them harms nothing."""
    out = OddServer(answer)
    whispers = Whispers(cast("Outbound", out), db, Clock.real())
    menus = Menus(cast("Outbound", out), WORDS, Communities(db, open_to_all=False), listened_to(), whispers)
    await SET_MENUS(menus)
    assert "getMyCommands" in out.called


class ClosedServer:
    """A server that refuses every call."""

    async def call(self, _name: str, **_parameters: Any) -> Any:
        """No."""
        raise TelegramNotFound(method=GetMyCommands(), message="Not Found: method not found")


async def test_menus_that_cant_be_set_warn_once(db: Database) -> None:
    """Of all that are refused, at whichever try, one warns."""
    out = cast("Outbound", ClosedServer())
    whispers = Whispers(out, db, Clock.real())
    menus = Menus(out, WORDS, Communities(db, open_to_all=False), listened_to(), whispers)
    with capture_logs() as logs:
        await SET_MENUS(menus)
        await menus.for_owner(7, Language.EN)
        await SET_MENUS(menus)
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["menu_refused"]

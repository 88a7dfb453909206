"""Flood limits: how much passes, what the 429 says, and that waiting helps."""

import aiohttp
import pytest

from sandbox import Limits, Rights, Sandbox
from sandbox.errors import ApiError
from sandbox.flood import FloodControl
from tests.sandbox.client import TOKEN, Api, Scene

GROUP, PERSON, BOT = -100, 7, 42


class Meter:
    """Flood control on a clock of its own."""

    def __init__(self, limits: Limits) -> None:
        self.now = 1000.0
        self.control = FloodControl(limits, lambda: self.now)

    def sends(self, chat: int = PERSON, *, edit: bool = False) -> int:
        """0 if it passes, else the seconds that the 429 asks for."""
        try:
            self.control.spend(BOT, chat, is_group=chat < 0, only_minute=edit)
        except ApiError as error:
            return int((error.parameters or {})["retry_after"])
        return 0


def test_one_a_second_with_a_burst() -> None:
    """Five pass at once, then one a second."""
    meter = Meter(Limits())

    assert [meter.sends() for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    meter.now += 1.0
    assert [meter.sends(), meter.sends()] == [0, 1]


def test_chats_are_counted_apart() -> None:
    """One chat's flood doesn't close another."""
    meter = Meter(Limits())
    assert [meter.sends() for _ in range(6)][-1] == 1

    assert meter.sends(8) == 0


def test_twenty_a_minute_in_a_group() -> None:
    """A group takes 20 a minute, however slowly they come; a private chat has no such limit."""
    meter, limits = Meter(Limits()), []

    for _ in range(21):
        limits.append(meter.sends(GROUP))
        meter.now += 1.0

    assert limits[:20] == [0] * 20
    assert limits[20] == 40
    meter.now += 39.0
    assert meter.sends(GROUP) == 0
    private = Meter(Limits())
    for _ in range(30):
        assert private.sends() == 0
        private.now += 1.0


def test_closed_until_the_wait_is_over() -> None:
    """After a 429 the chat stays closed for `retry_after`, also for what would have passed."""
    meter = Meter(Limits(per_chat_per_second=None, per_bot_per_second=None))
    assert [meter.sends(GROUP) for _ in range(21)][-1] == 60
    meter.now += 30.5

    assert meter.sends(GROUP) == 30
    meter.now += 29.5
    assert meter.sends(GROUP) == 0


def test_edits_count_for_the_minute_only() -> None:
    """Edits use up a group's minute, not its second."""
    meter = Meter(Limits(per_bot_per_second=None))

    assert [meter.sends(GROUP, edit=True) for _ in range(20)] == [0] * 20
    assert meter.sends(GROUP) == 60


def test_thirty_a_second_in_all() -> None:
    """A bot sends 30 messages a second over all chats."""
    meter = Meter(Limits())

    assert [meter.sends(chat) for chat in range(1, 31)] == [0] * 30
    assert meter.sends(31) == 1
    meter.now += 1.0
    assert meter.sends(31) == 0


async def test_over_http(scene: Scene) -> None:
    """The 429 carries `parameters.retry_after`; presses, ephemeral messages and deletions aren't counted."""
    scene.telegram.world.flood = FloodControl(Limits(burst=2))
    params = {"chat_id": scene.group.id, "text": "x"}

    answers = [await scene.api("sendMessage", **params) for _ in range(3)]

    assert [one.status for one in answers] == [200, 200, 429]
    assert answers[-1].parameters == {"retry_after": 1}
    assert answers[-1].refusal == "Too Many Requests: retry after 1"
    only = {"receiver_user_id": scene.joon.id}
    for _ in range(5):
        assert (await scene.api("sendMessage", **params, ephemeral_message_parameters=only)).body["ok"]
    number = answers[0].result["message_id"]
    assert (await scene.api("deleteMessage", chat_id=scene.group.id, message_id=number)).body["ok"]
    scene.telegram.clock.advance(3600)
    assert (await scene.api("sendMessage", **params)).status == 429


async def test_limits_by_the_clock(session: aiohttp.ClientSession) -> None:
    """In the demo a jump of the clock ends such a wait."""
    async with Sandbox(limits=Limits(burst=1), limits_by_clock=True) as telegram:
        bot, mina = telegram.add_bot(TOKEN, "encore_test_bot", "Encore"), telegram.add_user("Mina")
        group = telegram.add_group("Silk room", mina)
        mina.adds(bot, group, Rights.full())
        api = Api(session, telegram.url)
        params = {"chat_id": group.id, "text": "x"}
        assert [(await api("sendMessage", **params)).status for _ in range(2)] == [200, 429]
        telegram.clock.advance(3600)
        assert (await api("sendMessage", **params)).status == 200


@pytest.mark.parametrize("text", ["", "<x>"])
async def test_refused_messages_are_not_counted(scene: Scene, text: str) -> None:
    """A message that is refused for its content uses nothing up."""
    scene.telegram.world.flood = FloodControl(Limits(burst=1))
    for _ in range(3):
        bad = await scene.api("sendMessage", chat_id=scene.group.id, text=text, parse_mode="HTML")
        assert bad.status == 400

    assert (await scene.api("sendMessage", chat_id=scene.group.id, text="x")).body["ok"]

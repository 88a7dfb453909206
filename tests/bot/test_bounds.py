"""What is kept in memory has an end, whoever comes: caches forget, and labels of numbers are a known set."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from unittest.mock import AsyncMock

import pytest
from aiogram.enums import UpdateType

from bot import updates
from bot.bounded import Bounded
from bot.content import filters
from bot.content.filters import LONGEST_KEPT, all_for
from bot.features import communities
from bot.features.communities import Communities
from bot.features.people import sources
from bot.features.people.sources import Sources
from bot.features.staff import fast_presses as watching
from bot.features.staff.fast_presses import PressWatch
from bot.handlers.kit import invite_links as ways
from bot.handlers.kit import whereabouts
from bot.handlers.kit.invite_links import WaysIn
from bot.handlers.shops import arrivals
from bot.rules.act import Sender
from bot.rules.farming import FarmingPolicy
from bot.rules.files import ImportPolicy
from bot.rules.numbers import LARGEST
from bot.rules.orders.told import OrderPolicy
from bot.rules.place import Place
from bot.rules.retention import ASIDE_KEPT
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.engine.peers import Peers
from bot.store.messages import departures, set_aside
from bot.store.sources import FoundSource, GroupDoor
from bot.telegram import answers, pacer, polling, webhook
from bot.telegram import inbox as intake
from bot.telegram import late_answers as afterwards
from bot.updates import KINDS, kind_of_update
from bot.web import deliveries, hooks
from bot.web.guard import PortLimits
from tests.bot.process import ROOT

NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
PLACE = Place(1, "Silk", Language.EN, "UTC", "Mina", "coins", 1, 1)


def test_the_first_goes_first() -> None:
    """A full cache forgets what was set first, keeps the rest, and never grows."""
    kept: Bounded[int, str] = Bounded(3)
    for number in range(10):
        kept[number] = str(number)
        kept[number] = str(number)
    assert dict(kept) == {7: "7", 8: "8", 9: "9"}


async def test_chats_of_strangers(sqlite_url: str) -> None:
    """However many chats the bot hears from, few are remembered; the one that was asked for is answered rightly."""
    async with Database.open(sqlite_url) as db:
        known = Communities(db, open_to_all=False)
        known._groups = Bounded(50)
        for number in range(200):
            assert await known.group(-number) is None
        assert len(known._groups) == 50
        for number in range(communities.PEOPLE_KEPT // 1_000 + 2):
            known.learn(dict.fromkeys(range(number * 1_000, (number + 1) * 1_000)))  # type: ignore[arg-type]
        assert len(known._people) <= communities.PEOPLE_KEPT
        assert Communities(db, open_to_all=False)._groups._most == communities.GROUPS_KEPT


async def test_links_of_many_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links that were looked at are forgotten, and no lock stays of one that nobody looks at."""
    monkeypatch.setattr(ways, "LINKS_KEPT", 20)
    found = AsyncMock(Sources)
    found.doors.return_value = [GroupDoor(-5, "Room", "https://t.me/+one")]
    links = WaysIn(AsyncMock(), found, Peers())
    await asyncio.gather(*(links.doors(FoundSource(number, "video", PLACE), NOW) for number in range(100)))
    assert len(links._confirmed) == 20
    assert len(links._locks) == 0
    assert Sources(AsyncMock(), str)._hinted._most == sources.HINTS_KEPT


async def test_presses_of_many_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who hasn't pressed for longest is forgotten first."""
    monkeypatch.setattr(watching, "MOST_WATCHED", 30)
    watched = PressWatch(AsyncMock(), FarmingPolicy())
    for number in range(100):
        await watched.pressed(PLACE, Sender(number, "Ana", None, "en"), NOW)
    assert list(watched._pulses) == list(range(70, 100))


def test_long_texts_are_not_kept() -> None:
    """A text of thousands of characters is cut each time; a name is cut once and kept."""
    cut: Callable[[str, int], str] = all_for(Language.EN, html=True)["cut"]
    assert cut("x" * 4_000, 5) == cut("x" * 10, 5) == "xxxx…"
    (kept,) = [cell.cell_contents for cell in cut.__closure__ or () if hasattr(cell.cell_contents, "cache_info")]
    assert kept.cache_info().currsize == 1
    assert kept.cache_info().maxsize * LONGEST_KEPT * 4 < 3_000_000
    assert filters._here.cache_info().maxsize is not None


def test_the_table_of_bounds() -> None:
    """The table in the operator's guide names the bounds that the code has, each in a row of its own."""
    guide = (
        (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("## Bounds")[2].partition("## Logs")[0]
    )
    rows = [line for line in guide.splitlines() if line.startswith("|")]
    port, orders, files = PortLimits(), OrderPolicy(), ImportPolicy()
    for words, *bounds in (
        ("chats (`Communities`)", communities.GROUPS_KEPT),
        ("people in private", communities.PEOPLE_KEPT),
        ("shops; discussion groups", communities.PLACES_KEPT),
        ("who pressed lately", watching.MOST_WATCHED),
        ("who isn't in a room", whereabouts.MOST_REMEMBERED),
        ("rooms about which", arrivals.MOST_WAITING),
        ("invite links", ways.LINKS_KEPT, sources.HINTS_KEPT),
        ("turns and gates", pacer.KEPT_AT_LEAST),
        ("texts that were cut", filters.LONGEST_KEPT),
        ("updates that wait", intake.BACKLOG, polling.BATCH),
        ("promised messages", departures.LOOK),
        ("answers to who is in no shop", afterwards.MOST),
        ("an answer of Telegram's", answers.GREATEST_SIZE, answers.LONGEST_WAIT),
        ("an update |", updates.LONGEST_BODY),
        ("what is set aside", set_aside.MOST, ASIDE_KEPT.days),
        ("connections to the port", port.connections, deliveries.LIMITS.connections),
        ("deliveries that wait", webhook.MOST_WAITING, webhook.REMEMBERED),
        ("a delivery of Telegram's", deliveries.LARGEST_BODY, int(deliveries.BODY_SECONDS)),
        ("headers of a request", port.headers, port.line, int(port.read)),
        ("the body of an order", orders.max_body, int(hooks.BODY_SECONDS)),
        ("a request with its answer", int(port.whole)),
        ("an order's `value`", orders.max_value),
        ("a number that somebody types", LARGEST),
        ("a file of codes", files.max_bytes, files.max_codes),
    ):
        (row,) = [row for row in rows if row.startswith(f"| {words}")]
        assert all(f"{bound:,}" in row for bound in bounds), row


@pytest.mark.parametrize("update", [{"update_id": 1, "x" * 1_000: {}}, {"update_id": 1, "Message": {}}, {}])
def test_labels_are_a_known_set(update: dict[str, Any]) -> None:
    """A kind of update that Telegram doesn't have is counted with all others of its sort."""
    assert kind_of_update(update) == "unknown"
    assert {one.value for one in UpdateType} <= KINDS

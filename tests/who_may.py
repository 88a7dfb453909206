"""Who may do what, tried out: every command, press and link by every role from every place, as a table.

`python -m tests.who_may --write` writes the table into docs/security.md; a test holds the two together. What is new
shows up as a difference, a new press as one that lacks a sample here.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.handlers.kit.menus import Menus
from bot.logs import set_up_logs
from bot.rules import fans, rights
from bot.rules import general as communities
from bot.rules.general import NotOpenYet
from bot.rules.orders.orders import HookInPrivate
from bot.rules.shops.arrivals import AskedOfOwner
from bot.rules.staff.panel import AdminClosed
from bot.rules.streams.reminders import ComeInFirst
from bot.store.engine.schema import migrate
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice
from tests.bot.conftest import Play, no_menus, stages
from tests.who_may_samples import PLACES, Sample, World, command_samples, link_samples, press, press_samples, set_world

PAGE = Path(__file__).resolve().parents[1] / "docs" / "security.md"
BEGIN, END = "<!-- who may: begin -->", "<!-- who may: end -->"
REFUSALS: tuple[type, ...] = (
    rights.ForStaffOnly,
    rights.NotForHosts,
    rights.ForOwnerOnly,
    rights.OwnerInPerson,
    rights.HomeStays,
    rights.AnonymousOff,
    fans.ForFansOnly,
    fans.BannedHere,
    communities.ChannelsDontPlay,
    ComeInFirst,
    communities.NoCommunityYet,
    communities.StalePress,
    AdminClosed,
    AskedOfOwner,
    NotOpenYet,
    HookInPrivate,
)
"""Answers that say "not you" or "not here". Whatever else is answered (a list, a question, a typo) got in."""
ROLES = {
    "owner": "owner",
    "operator": "operator",
    "added": "operator by `/staff add`",
    "host": "host",
    "anonymous": "anonymous at home",
    "fan": "fan",
    "newcomer": "newcomer",
    "keeper": "administrator of a room",
    "keeper_anonymous": "anonymous in a room",
    "demoted": "demoted",
    "gone": "host who left",
    "former": "former owner",
    "banned": "banned at home",
    "left": "who left",
    "stranger": "stranger",
    "other_owner": "another shop's owner",
    "other_operator": "another shop's operator",
}
"""Columns, and how they are headed. `anonymous…` press nothing: a press is always a person's own."""
WAVES = (("owner",), ("operator", "added", "anonymous"), ("host",))
"""Who acts last, and last but one: what they do may use up what the others try."""
OFF = ("denied", "anonymous")
"""Who may do nothing for the shop while an administrator is denied: that one, and whoever is anonymous."""
Row = tuple[str, ...]
"""What each role may, as the letters of places; `–` for nowhere, empty where they can't be."""


async def try_out(
    world: World,
    samples: list[Sample],
    *,
    presses: bool = False,
    places: Row = PLACES,
    roles: Sequence[str] = tuple(ROLES),
) -> dict[str, Row]:
    """Everything by everybody, or by these roles; each sample's row."""
    last = [[role for role in wave if role in roles] for wave in reversed(WAVES)]
    waves = [[role for role in roles if not any(role in wave for wave in WAVES)], *last]
    rows = {}
    for sample in samples:
        may: dict[str, list[str]] = {}
        for wave in waves:
            said: list[tuple[str, str, tuple[int, int | str]]] = []
            for role in wave:
                for place in places:
                    if world.can_be(role, place, presses=presses):
                        may.setdefault(role, [])
                        said.append((role, place, act(world, role, place, sample.text_in(place), presses=presses)))
            await world.stage.settled(60)
            for role, place, key in said:
                answers = world.heard[key]
                assert answers, f"{sample.name} by {role} in {place} wasn't answered"
                assert communities.Oops not in answers, f"{sample.name} by {role} in {place} met a bug"
                refusals = {*REFUSALS, *sample.refused} - {*sample.answers}
                if any(one not in refusals for one in answers):
                    may[role].append(place[0])
        rows[sample.name] = tuple(" ".join(may[role]) or "–" if role in may else "" for role in roles)
    return rows


def act(world: World, role: str, place: str, text: str, *, presses: bool) -> tuple[int, int | str]:
    """Say or press something; by which it is known when it is answered."""
    person = world.people[role]
    chat = world.chat(place, person)
    if presses:
        return 0, press(world.stage, person, chat, text).id
    if role in {"anonymous", "keeper_anonymous"}:
        message = person.says_as_admin_anonymously(chat, text)
    else:
        message = person.says(chat if place != "private" else world.stage.bot, text)
    return chat.id, message.message_id


@contextmanager
def listening(world: World) -> Iterator[None]:
    """Note the kind of every answer that the bot gives, by whatever way."""

    def noting(method: Callable[..., Any], nth: int) -> Callable[..., Any]:
        async def noted(voice: Voice, ask: Ask, *arguments: Any, **more: Any) -> Any:
            key = (0, ask.press_id) if ask.press_id is not None else (ask.chat_id, ask.message_id or 0)
            world.heard[key].append(type(arguments[nth]))
            return await method(voice, ask, *arguments, **more)

        return noted

    with pytest.MonkeyPatch.context() as patch:
        for name, nth in (("answer", 0), ("taken_back", 0), ("panel", 0), ("picture", 0), ("open_private", 1)):
            patch.setattr(Voice, name, noting(getattr(Voice, name), nth))
        yield


async def who_may(play: Play) -> str:
    """The tables, as they stand in the page."""
    world = await set_world(play)
    with listening(world):
        pressed = await try_out(world, await press_samples(world), presses=True)
        opened = await try_out(world, await link_samples(world), places=("private",))
        said = await try_out(world, command_samples(world))
    parts = (("Commands", said), ("Buttons", pressed), ("Links", opened))
    heads = columns([row for _, rows in parts for row in rows.values()])
    return "\n\n".join(f"### {title}\n\n{table(rows, heads)}" for title, rows in parts)


async def who_may_nothing(play: Play) -> dict[str, Row]:
    """What a denied administrator, and anonymous ones meanwhile, may say and press; each sample's row."""
    world = await set_world(play, denied=True)
    with listening(world):
        pressed = await try_out(world, await press_samples(world), presses=True, roles=OFF)
        said = await try_out(world, command_samples(world), roles=OFF)
    return {**pressed, **said}


def columns(rows: list[Row]) -> dict[int, str]:
    """The columns by their heads. Roles that may the same everywhere share one."""
    alike: dict[Row, list[int]] = defaultdict(list)
    for nth in range(len(ROLES)):
        alike[tuple(row[nth] for row in rows)].append(nth)
    heads = list(ROLES.values())
    return {same[0]: ", ".join(heads[nth] for nth in same) for same in alike.values()}


def table(rows: dict[str, Row], heads: dict[int, str]) -> str:
    """Rows in Markdown: what is open to the most comes first, and what is open to the same stands together."""
    alike: dict[Row, list[str]] = defaultdict(list)
    for name, row in rows.items():
        alike[tuple(row[nth] for nth in heads)].append(name)
    ordered = sorted(alike.items(), key=lambda one: (-sum(len(cell.strip("–")) for cell in one[0]), min(one[1])))
    lines = [("", *heads.values()), ("---",) * (len(heads) + 1)]
    lines += [(" ".join(f"`{name}`" for name in sorted(names)), *row) for row, names in ordered]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def rows_of(role: str, tables: str) -> dict[str, str]:
    """What one role may, by the names of samples, as the tables say."""
    found: dict[str, str] = {}
    nth = 0
    for line in tables.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if cells and not cells[0]:
            nth = next(place for place, head in enumerate(cells) if ROLES[role] in head.split(", "))
        elif cells and not cells[0].startswith("---"):
            found |= dict.fromkeys((name for name in cells[0].split("`") if name.strip()), cells[nth])
    return found


def shown(page: str) -> str:
    """The tables that stand in a page."""
    return page.partition(BEGIN)[2].partition(END)[0].strip()


async def _fresh() -> str:
    set_up_logs("error", "text")
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Menus, "at_start", no_menus)  # as in the tests
        url = f"sqlite:///{folder}/encore.db"
        await migrate(url)
        async with stages(url) as play:
            return await who_may(play)


def main() -> int:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.who_may")
    parser.add_argument("--write", action="store_true", help="into docs/security.md")
    options = parser.parse_args()
    tables = asyncio.run(_fresh())
    if not options.write:
        sys.stdout.write(f"{tables}\n")
        return 0
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    tail = rest.partition(END)[2]
    PAGE.write_text(f"{head}{BEGIN}\n\n{tables}\n\n{END}{tail}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

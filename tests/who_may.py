"""Who may do what, tried out: every command, press and link by every role from every place, as a table.

`python -m tests.who_may --write` writes the table into docs/security.md; a test holds the two together. What is new
shows up as a difference, a new press as one that lacks a sample here.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.content.buttons.shared import HAND_OVER, REDEEM_ONE, REFUND, SETUP
from bot.content.buttons.shops import HOME, LEAVE_ROOM, PART
from bot.content.buttons.streams import CALL_OFF, REMIND
from bot.handlers.kit.menus import Menus
from bot.logs import set_up_logs
from bot.rules import fans, rights
from bot.rules import general as communities
from bot.rules.general import Hello, NotOpenYet
from bot.rules.orders.orders import HookInPrivate
from bot.rules.shops.arrivals import AskedOfOwner, RoomGone
from bot.rules.staff.panel import AdminClosed
from bot.rules.streams.reminders import ComeInFirst, StreamGone
from bot.store.engine.schema import migrate
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice
from sandbox import Chat, Person, Press, Rights
from tests.bot.conftest import Play, Stage, no_menus, stages
from tests.features.scene import query

PAGE = Path(__file__).resolve().parents[1] / "docs" / "security.md"
BEGIN, END = "<!-- who may: begin -->", "<!-- who may: end -->"
REFUSALS: tuple[type, ...] = (
    rights.ForStaffOnly,
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

PLACES = ("home", "room", "private")
ROLES = {
    "owner": "owner",
    "operator": "operator",
    "anonymous": "anonymous at home",
    "fan": "fan",
    "keeper": "administrator of a room",
    "keeper_anonymous": "anonymous in a room",
    "demoted": "demoted",
    "former": "former owner",
    "banned": "banned at home",
    "left": "who left",
    "stranger": "stranger",
    "other_owner": "another shop's owner",
    "other_operator": "another shop's operator",
}
"""Columns, and how they are headed. `anonymous…` press nothing: a press is always a person's own."""
WAVES = (("owner",), ("operator", "anonymous"))
"""Who acts last, and last but one: what they do may use up what the others try."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One thing to try."""

    name: str
    """As the table calls it."""
    text: str
    """What is said, pressed, or stands in the link."""
    refused: tuple[type, ...] = ()
    """What is a refusal to this one only."""
    answers: tuple[type, ...] = ()
    """What is no refusal to this one."""
    texts: tuple[str, ...] = ()
    """One for each place, where what is done there leaves nothing to do elsewhere."""

    def text_in(self, place: str) -> str:
        """What is said or pressed there."""
        return self.texts[PLACES.index(place)] if self.texts else self.text


@dataclass
class World:
    """Two shops, and somebody in every role of the first."""

    stage: Stage
    people: dict[str, Person]
    den: Chat
    """A joined room."""
    heard: dict[tuple[int, int | str], list[type]] = field(default_factory=lambda: defaultdict(list))
    """What was answered, by chat and message, or by press."""

    def chat(self, place: str, person: Person) -> Chat:
        """The chat that a place is for a person."""
        return {"home": self.stage.group, "room": self.den}.get(place) or person.chat_with(self.stage.bot)

    def can_be(self, role: str, place: str, *, presses: bool) -> bool:
        """Whether somebody in this role can act there."""
        if role in {"anonymous", "keeper_anonymous"}:
            return not presses and place == ("home" if role == "anonymous" else "room")
        person = self.people[role]
        return self.chat(place, person).shows(person)


async def set_world(play: Play) -> World:
    """Play two shops up to the moment in which everybody has their role."""
    stage = await play(open=True, language="en")
    telegram, bot, home, former = stage.telegram, stage.bot, stage.group, stage.owner
    keeper = stage.fan("Bo")
    den = telegram.add_group("Silk den", creator=keeper)
    former.joins(den)
    keeper.promotes(former, den, Rights.full())
    former.adds(bot, den, Rights.full())
    names = ("operator", "anonymous", "fan", "demoted", "banned", "left", "owner", "other_owner", "other_operator")
    people = {name: stage.fan(name.title().replace("_", " ")) for name in names}
    people |= {"keeper": keeper, "keeper_anonymous": keeper, "former": former}
    people["stranger"] = telegram.add_user("Stranger")
    for name in names:
        if name != "left":
            people[name].joins(den)
    for name in ("operator", "anonymous", "demoted", "banned"):
        rights_there = Rights(can_manage_chat=True, can_invite_users=True, is_anonymous=name == "anonymous")
        former.promotes(people[name], home, rights_there)
    wool = telegram.add_group("Wool room", creator=people["other_owner"])
    people["other_operator"].joins(wool)
    people["other_owner"].promotes(people["other_operator"], wool, Rights.full())
    people["other_owner"].adds(bot, wool, Rights.full())
    await stage.settled()
    for person in people.values():
        person.starts(bot)
    await stage.settled()
    for name, person in people.items():
        if home.has(person):
            person.says(home, "/checkin")
            await stage.settled()
            if name.startswith("other"):  # their private chat means the shop of theirs until they turn
                press(stage, person, person.chat_with(bot), "shop:1")
    await stage.settled()
    met = {person.id for name, person in people.items() if name not in {"stranger", "anonymous"}}
    here = await query(stage.app.db, "SELECT user_id FROM person WHERE community_id = 1")
    assert met <= {user_id for (user_id,) in here}, "somebody's private chat means another shop"
    former.promotes(people["demoted"], home, None)
    former.removes(people["banned"], home)
    people["left"].leaves(home)
    former.hands_over(home, people["owner"], keeps=None)
    await stage.settled()
    return World(stage, people, den)


async def things(world: World) -> dict[str, int]:
    """Something of each kind in the first shop: ids for buttons."""
    stage, owner = world.stage, world.people["owner"]
    for line in (
        "/newcoupon title=Scarf stock=500",
        "/newstream title=Night at=+2h",
        "/golive",
        "/newstream title=Later at=+2d",
        '/hearts goals=5000 gives="packet:10/2"',
        "/newraffle prize=Scarf winners=1 closes=+2h ticket=1",
        "/newitem title=Hello price=1 kind=favour",
        "/newgift title=Warm kind=coins:1",
        "/redpacket 20 2",
    ):
        owner.says(stage.group, line)
        await stage.settled()
    # The first evening is on, the second is to come.
    first = ("campaign", "heart_goal", "raffle", "item", "gift_offer", "packet", "airing", "audit_entry")
    columns = [*(f"(SELECT min(id) FROM {table})" for table in first), "(SELECT max(id) FROM stream)"]  # noqa: S608  # named above
    (row,) = await query(stage.app.db, f"SELECT {', '.join(columns)}")
    found = dict(zip((*first, "stream"), row, strict=True))
    assert None not in found.values(), f"something of it wasn't made: {found}"
    return found


async def press_samples(world: World) -> list[Sample]:
    """What is pressed: each prefix of the table at least once."""
    stage, owner = world.stage, world.people["owner"]
    ids = await things(world)
    joined = [stage.telegram.add_group(f"Room {number}", creator=owner) for number in range(2 * len(PLACES))]
    for room in joined:
        owner.adds(stage.bot, room, Rights.full())
        await stage.settled()
    loft = stage.telegram.add_group("Loft", creator=owner)
    # An operator brings the bot to a group of the owner's: the owner is asked.
    world.people["operator"].joins(loft)
    world.people["operator"].adds(stage.bot, loft)
    await stage.settled()
    of = {
        "buy": ids["item"],
        "calloff": ids["airing"],
        "claim": ids["campaign"],
        "enter": ids["raffle"],
        "general": stage.group.id,
        "gift": ids["gift_offer"],
        "handover": 1,
        "heart": ids["heart_goal"],
        "held": "release:1",
        "here": ids["airing"],
        "home": world.den.id,
        "later": f"{ids['airing']}:15",
        "myentry": ids["raffle"],
        "onair": ids["airing"],
        "packet": ids["packet"],
        "packetcheck": ids["packet"],
        "pay": f"{ids['item']}:1:1",
        "privacy": "keep",
        "redeem": 1,
        "refund": 1,
        "remind": ids["stream"],
        "settings": "hidden:off",
        "shelf": 1,
        "shop": 1,
        "staff": f"1:add:{world.people['fan'].id}",
        "ticket": ids["raffle"],
        "undo": ids["audit_entry"],
        "unremind": ids["stream"],
        "whose": f"1:{loft.id}",
    }
    bare = {"admin", "checkin", "coupons", "makeup", "me", "raffles", "setup", "streams"}
    refused: dict[str, tuple[type, ...]] = {HOME: (RoomGone,), REMIND: (StreamGone,)}
    samples = [Sample(prefix, f"{prefix}:{rest}", refused.get(prefix, ())) for prefix, rest in of.items()]
    samples += [Sample(prefix, prefix) for prefix in bare]
    for prefix, rooms in ((LEAVE_ROOM, joined[: len(PLACES)]), (PART, joined[len(PLACES) :])):
        samples.append(Sample(prefix, prefix, texts=tuple(f"{prefix}:{room.id}" for room in rooms)))
    agree({sample.name for sample in samples}, set(stage.app.table._presses))
    # Rooms are left before something is announced there; what ends the evening, or needs a purchase, comes last.
    last = {CALL_OFF, HAND_OVER, REDEEM_ONE, REFUND}
    return sorted(samples, key=lambda sample: (sample.name not in {LEAVE_ROOM, PART}, sample.name in last, sample.name))


def agree(sampled: set[str], listened_to: set[str]) -> None:
    """Make sure that everything that the bot listens to is tried, and nothing else."""
    assert sampled == listened_to, f"lacks a sample: {listened_to - sampled}; is no more: {sampled - listened_to}"


def command_samples(world: World) -> list[Sample]:
    """What is said: each command alone, and what only the owner may say in a line."""
    lines = {f"/{name}": f"/{name}" for name in world.stage.app.table.names}
    lines |= {"/setup coin=…": "/setup coin=petals", "/redpacket": "/redpacket 10 2"}
    ends = {"/undo", "/endlive", "/cancelstream"}
    # To who asks for help, "come into a shop's group first" is the help.
    helps = dict.fromkeys(("/start", "/help"), (communities.NoCommunityYet,))
    samples = (Sample(name, text, answers=helps.get(name, ())) for name, text in lines.items())
    return sorted(samples, key=lambda one: (one.name in ends, one.name))


async def link_samples(world: World) -> list[Sample]:
    """What a link says for who opens it."""
    world.people["owner"].says(world.stage.group, "/source video")
    await world.stage.settled()
    ((token,),) = await query(world.stage.app.db, "SELECT token FROM source WHERE name = 'video'")
    rest = {"admin": "1", "setup": "1", "remind": "2", "gift": "1", "g": "none", "src": token}
    rest |= {"coupons": "1", "raffles": "1"}
    agree(set(rest), set(world.stage.app.table._openings))
    return [
        Sample(f"{prefix}_…", f"/start {prefix}_{payload}", {SETUP: (Hello,), REMIND: (StreamGone,)}.get(prefix, ()))
        for prefix, payload in sorted(rest.items())
    ]


Row = tuple[str, ...]
"""What each role may, as the letters of places; `–` for nowhere, empty where they can't be."""


async def try_out(
    world: World, samples: list[Sample], *, presses: bool = False, places: Row = PLACES
) -> dict[str, Row]:
    """Everything by everybody; each sample's row."""
    waves = [[role for role in ROLES if not any(role in wave for wave in WAVES)], *reversed(WAVES)]
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
        rows[sample.name] = tuple(" ".join(may[role]) or "–" if role in may else "" for role in ROLES)
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


def press(stage: Stage, person: Person, chat: Chat, data: str) -> Press:
    """Press what needn't hang there, as a forged app can."""
    under = next(one for one in chat.messages if one.sender is stage.bot and not one.is_ephemeral)
    return person.forges(chat, under, data)


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
        for name, nth in (("answer", 0), ("panel", 0), ("picture", 0), ("open_private", 1)):
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
    return "\n\n".join(f"### {title}\n\n{table(rows)}" for title, rows in parts)


def table(rows: dict[str, Row]) -> str:
    """Rows in Markdown: what is open to the most comes first, and what is open to the same stands together."""
    alike: dict[Row, list[str]] = defaultdict(list)
    for name, row in rows.items():
        alike[row].append(name)
    ordered = sorted(alike.items(), key=lambda one: (-sum(len(cell.strip("–")) for cell in one[0]), min(one[1])))
    lines = [("", *ROLES.values()), ("---",) * (len(ROLES) + 1)]
    lines += [(" ".join(f"`{name}`" for name in sorted(names)), *row) for row, names in ordered]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


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

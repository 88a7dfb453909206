"""Red packets: `/redpacket 1000 20`, and the card's button."""

import re
from dataclasses import replace
from typing import Any

from bot.content.buttons.packets import PACKET
from bot.features.packets.packets import Packets
from bot.handlers.kit.activities import Activity, moment_of
from bot.handlers.kit.forms import FormProblem, Moment, Reader, echo, segment, whole
from bot.handlers.kit.readers import bare_days, read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.act import Act
from bot.rules.amounts import join_counters
from bot.rules.forms import Missing, NotADuration, OpenQuote, StrayWord
from bot.rules.lines import CLOSERS
from bot.rules.numbers import read_number
from bot.rules.packets.packets import NewPacket, NoSuchPacket, PacketPolicy
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

EXAMPLE = "/redpacket 1000 20"
LONGER = f"{EXAMPLE} rush fresh=30d"
_FOR = re.compile(r"(?<!\S)for\s*[=:＝：]\s*", re.IGNORECASE)
_FRESH = re.compile(r"fresh\s*[=:]\s*(\S+)", re.IGNORECASE)


def setup() -> Desk:
    """Commands and buttons of red packets."""
    desk = Desk("packets")
    desk.command("redpacket", red_packet)
    desk.press(PACKET, tap)
    return desk


async def red_packet(ask: Ask, rest: str, doors: Doors, voice: Voice, packets: Packets) -> None:
    """`/redpacket 1000 20 [rush] [fresh=30d] [for="…"]`: of the shop's coins by staff, or of a fan's own."""
    found = await doors.either(ask)
    if found is None:
        return
    inside, staff = found
    try:
        wish = read_wish(rest, Moment(ask.at, inside.community.timezone), packets.policy)
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    if staff:
        await voice.answer(inside, await packets.open(inside.act, wish))
    else:
        await voice.answer(inside, await packets.give(inside.act, replace(wish, segment="")))


def activity(packets: Packets) -> Activity:
    """A packet of the shop's coins that the calendar opens."""

    def check(rest: str, moment: Moment) -> Any:
        try:
            read_wish(rest, moment, packets.policy)
        except FormProblem as problem:
            return problem.error
        return None

    async def open_it(act: Act, rest: str) -> Any:
        return await packets.open(act, read_wish(rest, moment_of(act), packets.policy))

    return Activity("redpacket", check, open_it)


async def tap(ask: Ask, rest: str, doors: Doors, voice: Voice, packets: Packets) -> None:
    """A tap on the card. Its data may be forged: the packet must be this community's."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    packet_id = read_id(rest)
    if packet_id is None:
        await voice.answer(inside, NoSuchPacket())
        return
    await voice.answer(inside, await packets.tap(inside.act, packet_id))


def read_wish(line: str, moment: Moment, policy: PacketPolicy) -> NewPacket:
    """Coins, shares, `rush`, `fresh=30d` and `for="…"`, the last three in any order.

    Raises:
        FormProblem: the first thing that is wrong.
    """
    segment_text, line = read_for(line, moment)
    fresh = None
    found = _FRESH.search(line)
    if found is not None:
        fresh = days_back(policy)("fresh", found.group(1), moment)
        line = line[: found.start()] + " " + line[found.end() :]
    words = join_counters(line.split())
    rush = any(word.lower() == "rush" for word in words)
    numbers = [word for word in words if word.lower() != "rush"]
    for name, there in (("coins", len(numbers) > 0), ("shares", len(numbers) > 1)):
        if not there:
            raise FormProblem(Missing(name, EXAMPLE))
    if len(numbers) > 2:  # noqa: PLR2004  # coins and shares
        raise FormProblem(StrayWord(echo(numbers[2]), LONGER))
    coins = whole(1, policy.most_coins)("coins", numbers[0].removeprefix("coins="), moment)
    shares = whole(1, policy.most_shares)("shares", numbers[1].removeprefix("shares="), moment)
    return NewPacket(coins, shares, rush=rush, fresh=fresh, segment=segment_text)


def read_for(line: str, moment: Moment) -> tuple[str, str]:
    """The segment of `for="…"` in a line, and the line without it. A segment of several words needs quotes.

    Raises:
        FormProblem: it can't be read.
    """
    found = _FOR.search(line)
    if found is None:
        return "", line
    begins, mark = found.end(), line[found.end() : found.end() + 1]
    closes = CLOSERS.get(mark) if mark else None
    if closes is None:
        said = line[begins:].split(maxsplit=1)[0] if line[begins:].strip() else ""
        ends = begins + len(said)
    else:
        ends = next((place for place in range(begins + 1, len(line)) if line[place] in closes), -1)
        if ends < 0:
            raise FormProblem(OpenQuote(f'{EXAMPLE} for="tier>=loyal"'))
        said, ends = line[begins + 1 : ends], ends + 1
    return segment("for", said, moment).text, line[: found.start()] + " " + line[ends:]


def days_back(policy: PacketPolicy) -> Reader[int]:
    """A reader of `30d`, or plainly 30."""

    def read(name: str, text: str, moment: Moment) -> int:
        days = bare_days(text)
        if read_number(days) is None:
            raise FormProblem(NotADuration(name, echo(text)))
        return whole(1, policy.longest_fresh)(name, days, moment)

    return read

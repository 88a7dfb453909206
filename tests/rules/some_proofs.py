"""Proofs for tests: good ones of every kind, and good ones with one thing changed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from bot.rules.beacons import QUICKNET, Pulse
from bot.rules.raffles.proof_rules import Draw, Naming, RedrawRecord, Struck
from bot.rules.raffles.proofs import Fault, write_proof
from bot.rules.sealing import ListLine, key_of, line_of, list_hash, order_of

NOON = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
RECORDED = Pulse(
    657_413,
    "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587",
    "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b",
)
"""A round of quicknet as drand told it."""
CAME = QUICKNET.time_of(RECORDED.round)
CLOSED = CAME - timedelta(minutes=10)
GROUP = -1_001_234_567_890
FORGED = "ab" * 48


def entries_of(count: int) -> list[ListLine]:
    """So many entries with weights 1 to 3, every fifth of them after the others."""
    return [
        ListLine(n, n % 3 + 1, line_of(sha256(b"%d" % n).digest()[:16], 700 + n), after=n % 5 == 0)
        for n in range(1, count + 1)
    ]


def a_draw(count: int = 12, **other: Any) -> Draw:
    """A draw that the shop alone has sealed."""
    draw = Draw(
        shop="Silk Live",
        number=12,
        prize="Silk “scarf”",
        opened=NOON,
        closed=NOON + timedelta(hours=1),
        places=3,
        reserves=2,
        seed=bytes(range(32)),
        entries=entries_of(count),
        chain=None,
        namings=(),
        pulse=None,
        struck=(),
        redraws=(),
        called_off=None,
        old=False,
        round=None,
    )
    return replace(draw, **other)


def naming(ahead: int, number: int = RECORDED.round, message: int = 31) -> Naming:
    """A round that was named so many seconds before it came."""
    date = QUICKNET.time_of(number) - timedelta(seconds=ahead)
    return Naming(number, GROUP, message, date, counts=ahead >= 60)


def a_named_draw(count: int = 12, **other: Any) -> Draw:
    """A draw whose round was named in the group: first one too late, then the one that counts."""
    namings = (naming(12, RECORDED.round - 100, 30), naming(150))
    named = {"opened": CLOSED - timedelta(hours=1), "closed": CLOSED, "chain": QUICKNET.hash, "namings": namings}
    return a_draw(count, **named | {"round": RECORDED.round, "pulse": RECORDED} | other)


def an_old_draw(count: int = 12, *, pulse: Pulse | None = None, struck: Sequence[tuple[int, str]] = ()) -> Draw:
    """A draw of before namings: its round, if it had one, was named at the opening."""
    return a_draw(
        count,
        reserves=0,
        chain=QUICKNET.hash if pulse is not None else None,
        pulse=pulse,
        struck=[Struck(entry, reason, None, None) for entry, reason in struck],
        old=True,
        round=pulse.round if pulse is not None else None,
    )


def order_in(draw: Draw) -> list[int]:
    """The order that a draw makes."""
    randomness = bytes.fromhex(draw.pulse.randomness) if draw.pulse is not None else b""
    return order_of(key_of(draw.seed, list_hash(draw.entries), randomness), draw.entries)


def a_long_story(count: int = 12) -> Draw:
    """A named draw in which one had left at the draw, and the owner had two places drawn anew."""
    draw = a_named_draw(count)
    order, drawn = order_in(draw), CAME + timedelta(seconds=3)
    first, second = drawn + timedelta(hours=2), drawn + timedelta(days=1)
    return replace(
        draw,
        struck=(
            Struck(order[1], "left", drawn, None),
            Struck(order[0], "redrawn", first, 1),
            Struck(order[4], "deleted", first, None),
            Struck(order[2], "redrawn", second, 2),
        ),
        redraws=(RedrawRecord(1, first, "unreachable"), RedrawRecord(2, second, "no address\u202e.\nThe draw holds.")),
    )


def called_off(*, known: bool) -> Draw:
    """A draw that was called off after its round had been named, before or after the round came."""
    if known:
        return a_named_draw(called_off=CAME + timedelta(minutes=5))
    return a_named_draw(called_off=CAME - timedelta(minutes=1), pulse=None)


GOOD: dict[str, Draw] = {
    "sealed alone": a_draw(),
    "named": a_named_draw(),
    "a long story": a_long_story(),
    "fewer entries than places": a_named_draw(2),
    "nobody entered": a_named_draw(0),
    "named in a small group": a_named_draw(namings=(replace(naming(150), chat_id=-4321),)),
    "named just in time": a_named_draw(namings=(naming(60),)),
    "called off before the round": called_off(known=False),
    "called off after the round": called_off(known=True),
    "called off before any message": a_named_draw(
        called_off=CLOSED + timedelta(minutes=1), namings=(), pulse=None, round=None
    ),
    "old": an_old_draw(),
    "old with a beacon": an_old_draw(pulse=RECORDED),
    "old with losses": an_old_draw(
        pulse=RECORDED,
        struck=[
            (order_in(an_old_draw(pulse=RECORDED))[0], "left"),
            (order_in(an_old_draw(pulse=RECORDED))[3], "redrawn"),
        ],
    ),
    "old without its round": replace(an_old_draw(pulse=RECORDED), pulse=None),
    "odd words": a_draw(prize='"\\\u202eholds\x1b[31m\u2028', shop="가게 👨‍👩‍👧 " * 40),
}
"""All of these hold."""


def places_in(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for key, one in inner for place in places_in(one, (*way, key)))]


@dataclass(frozen=True, slots=True)
class Tampered:
    """What is done to a good proof, and the first fault that is found then."""

    change: Callable[[dict[str, Any]], Any]
    fault: Fault
    of: str = "a long story"
    needs_key: bool = False
    """Whether only the beacon's key shows it."""

    def text(self) -> str:
        """The changed proof."""
        told: dict[str, Any] = json.loads(write_proof(GOOD[self.of]))
        self.change(told)
        return json.dumps(told, ensure_ascii=False)


def sets(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Put a value where the path leads: `beacon.namings.0.counts`."""

    def change(told: Any) -> None:
        *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        for step in way:
            told = told[step]
        told[last] = value

    return change


def swap_lines(told: dict[str, Any]) -> None:
    """Give one entrant another's line."""
    told["entries"][0][3], told["entries"][1][3] = told["entries"][1][3], told["entries"][0][3]


def another_round(told: dict[str, Any]) -> None:
    """Use the round that was named too late."""
    told["beacon"]["round"] -= 100


def made_up(told: dict[str, Any]) -> None:
    """A signature of one's own, its hash as the randomness, and the order and winners that it makes."""
    randomness = sha256(bytes.fromhex(FORGED)).digest()
    told["beacon"] |= {"signature": FORGED, "randomness": randomness.hex()}
    entries = [ListLine(number, weight, line, bool(after)) for number, weight, after, line in told["entries"]]
    told["order"] = order_of(key_of(bytes.fromhex(told["seed"]), told["list_hash"], randomness), entries)
    told["winners"] = told["order"][: told["places"]]


def strike(entry: int, **how: Any) -> Callable[[dict[str, Any]], None]:
    """Strike one more, by where it stands in the order."""

    def change(told: dict[str, Any]) -> None:
        last = told["struck"][-1]["at"]
        told["struck"].append({"entry": told["order"][entry], "reason": "left", "at": last, "redraw": None} | how)
        out = {one["entry"] for one in told["struck"]}
        told["winners"] = [number for number in told["order"] if number not in out][: told["places"]]

    return change


def forget_redraw(told: dict[str, Any]) -> None:
    """Tell the losses by redraws, and no redraw."""
    told["redraws"] = []


def swap_namings(told: dict[str, Any]) -> None:
    """Tell the namings in another order."""
    told["beacon"]["namings"].reverse()


def name_another(told: dict[str, Any]) -> None:
    """Once the round has come, name the next one and use that."""
    later = {"round": RECORDED.round + 100, "chat_id": GROUP, "message_id": 32, "counts": True}
    date = QUICKNET.time_of(RECORDED.round + 20).isoformat()
    told["beacon"]["namings"].append(later | {"date": date})
    told["beacon"]["round"] += 100


TAMPERED: dict[str, Tampered] = {
    "another seed": Tampered(sets("seed", "00" * 32), Fault.SEED),
    "another seal": Tampered(sets("commitment", "00" * 32), Fault.SEED),
    "a changed entrant": Tampered(swap_lines, Fault.LIST),
    "one entrant more": Tampered(lambda told: told["entries"].append([99, 1, 0, "00" * 32]), Fault.LIST),
    "one entrant less": Tampered(lambda told: told["entries"].pop(), Fault.LIST),
    "a heavier entrant": Tampered(sets("entries.0.1", 9), Fault.LIST),
    "an entrant put behind": Tampered(sets("entries.0.2", 1), Fault.LIST),
    "another list's hash": Tampered(sets("list_hash", "00" * 32), Fault.LIST),
    "another chain": Tampered(sets("beacon.chain", "00" * 32), Fault.CHAIN),
    "a naming that was too late counts": Tampered(sets("beacon.namings.0.counts", True), Fault.NAMING),
    "a naming that counts doesn't": Tampered(sets("beacon.namings.1.counts", False), Fault.NAMING),
    "a naming dated later": Tampered(sets("beacon.namings.1.date", CAME.isoformat()), Fault.NAMING),
    "a naming of before the close": Tampered(
        sets("beacon.namings.0.date", (CLOSED - timedelta(hours=1)).isoformat()), Fault.NAMING
    ),
    "namings in another order": Tampered(swap_namings, Fault.NAMING),
    "the same message twice": Tampered(sets("beacon.namings.1.message_id", 30), Fault.NAMING),
    "no naming": Tampered(sets("beacon.namings", []), Fault.NAMING),
    "the round that doesn't count": Tampered(another_round, Fault.NAMING),
    "another round once the first had come": Tampered(name_another, Fault.NAMING),
    "another randomness": Tampered(sets("beacon.randomness", "00" * 32), Fault.BEACON),
    "another signature": Tampered(sets("beacon.signature", FORGED), Fault.BEACON),
    "a round that was made up": Tampered(made_up, Fault.SIGNATURE, of="named", needs_key=True),
    "no randomness": Tampered(
        lambda told: told["beacon"].update(randomness=None, signature=None), Fault.ROUND, of="named"
    ),
    "no beacon any more": Tampered(sets("beacon", None), Fault.ORDER),
    "another order": Tampered(lambda told: told["order"].reverse(), Fault.ORDER, of="sealed alone"),
    "another winner": Tampered(lambda told: told["winners"].__setitem__(0, told["order"][9]), Fault.WINNERS),
    "a place more": Tampered(sets("places", 4), Fault.WINNERS),
    "a loss that isn't told": Tampered(lambda told: told["struck"].pop(2), Fault.WINNERS),
    "a loss without a place": Tampered(strike(10), Fault.STRUCK),
    "a loss twice": Tampered(strike(0), Fault.STRUCK),
    "a loss for no good reason": Tampered(strike(3, reason="too lucky"), Fault.STRUCK),
    "a loss before the draw": Tampered(sets("struck.0.at", CLOSED.isoformat()), Fault.STRUCK),
    "a redraw that isn't told": Tampered(forget_redraw, Fault.STRUCK),
    "a redraw at another time": Tampered(sets("redraws.0.at", CAME.isoformat()), Fault.STRUCK),
    "a redraw of nobody": Tampered(
        sets("struck.1", {"entry": 1, "reason": "left", "at": NOON.isoformat(), "redraw": None}), Fault.STRUCK
    ),
    "fewer reserves than redraws": Tampered(sets("reserves", 1), Fault.REDRAWS),
    "redraws in another order": Tampered(lambda told: told["redraws"].reverse(), Fault.REDRAWS),
    "called off and won": Tampered(
        sets("called_off", {"at": (CAME + timedelta(hours=1)).isoformat()}), Fault.WINNERS, of="named"
    ),
    "called off without a naming": Tampered(
        sets("called_off", {"at": (NOON + timedelta(days=1)).isoformat()}), Fault.CALLED_OFF, of="sealed alone"
    ),
    "called off before the close": Tampered(
        sets("called_off.at", (CLOSED - timedelta(hours=1)).isoformat()),
        Fault.CALLED_OFF,
        of="called off before the round",
    ),
    "told as an older one": Tampered(sets("format", "encore-draw/1"), Fault.UNREADABLE),
    "told as a newer one": Tampered(sets("format", "encore-draw/3"), Fault.VERSION),
    "old, another winner": Tampered(lambda told: told["winners"].reverse(), Fault.WINNERS, of="old with a beacon"),
    "old, no beacon any more": Tampered(sets("beacon", None), Fault.ORDER, of="old with a beacon"),
    "old, another randomness": Tampered(sets("beacon.randomness", "00" * 32), Fault.BEACON, of="old with a beacon"),
    "old, a loss that isn't told": Tampered(
        lambda told: told["struck"].append([told["order"][0], "left"]), Fault.WINNERS, of="old"
    ),
}
"""Each with the first fault that is found."""

MALFORMED: dict[str, Tampered] = {
    "no such name": Tampered(lambda told: told.pop("order"), Fault.UNREADABLE),
    "a name too many": Tampered(sets("note", "checked by the police"), Fault.UNREADABLE),
    "a number twice": Tampered(lambda told: told["entries"].append(told["entries"][0]), Fault.UNREADABLE),
    "places below zero": Tampered(sets("places", -1), Fault.UNREADABLE),
    "no places": Tampered(sets("places", 0), Fault.UNREADABLE),
    "places as text": Tampered(sets("places", "3"), Fault.UNREADABLE),
    "places in full-width digits": Tampered(sets("places", "３"), Fault.UNREADABLE),
    "places with a point": Tampered(sets("places", 3.0), Fault.UNREADABLE),
    "true places": Tampered(sets("places", True), Fault.UNREADABLE),
    "infinite places": Tampered(sets("places", float("inf")), Fault.UNREADABLE),
    "no number of places": Tampered(sets("places", float("nan")), Fault.UNREADABLE),
    "huge places": Tampered(sets("places", 10**40), Fault.UNREADABLE),
    "a weight of zero": Tampered(sets("entries.0.1", 0), Fault.UNREADABLE),
    "a weight too large": Tampered(sets("entries.0.1", 101), Fault.UNREADABLE),
    "an entry of text": Tampered(sets("entries.0", "1111"), Fault.UNREADABLE),
    "an entry's number as text": Tampered(sets("entries.0.0", "１２"), Fault.UNREADABLE),
    "an entry after half": Tampered(sets("entries.0.2", False), Fault.UNREADABLE),
    "a line in capitals": Tampered(
        lambda told: sets("entries.0.3", told["entries"][0][3].upper())(told), Fault.UNREADABLE
    ),
    "a line with blanks": Tampered(sets("entries.0.3", " " * 64), Fault.UNREADABLE),
    "a short seed": Tampered(sets("seed", "00" * 31), Fault.UNREADABLE),
    "a seed of other digits": Tampered(sets("seed", "０" * 64), Fault.UNREADABLE),
    "a short signature": Tampered(sets("beacon.signature", "ab" * 32), Fault.UNREADABLE),
    "randomness without a signature": Tampered(sets("beacon.signature", None), Fault.UNREADABLE),
    "randomness of no round": Tampered(sets("beacon.round", None), Fault.UNREADABLE),
    "round zero": Tampered(sets("beacon.round", 0), Fault.UNREADABLE),
    "a round in a million years": Tampered(sets("beacon.round", 10**13), Fault.UNREADABLE),
    "a naming in a private chat": Tampered(sets("beacon.namings.0.chat_id", 42), Fault.UNREADABLE),
    "a naming that may count": Tampered(sets("beacon.namings.0.counts", 1), Fault.UNREADABLE),
    "a date of no calendar": Tampered(sets("closed", "2026-02-30T00:00:00+00:00"), Fault.UNREADABLE),
    "a date of another zone": Tampered(sets("closed", "2026-11-02T12:00:00+09:00"), Fault.UNREADABLE),
    "a date in full-width digits": Tampered(sets("closed", "２026-11-02T12:00:00+00:00"), Fault.UNREADABLE),
    "a second too many": Tampered(sets("closed", "2026-11-02T12:00:60+00:00"), Fault.UNREADABLE),
    "closed before opened": Tampered(sets("closed", "2020-01-01T00:00:00+00:00"), Fault.UNREADABLE),
    "a prize that is no text": Tampered(sets("prize", ["scarf"]), Fault.UNREADABLE),
    "a loss of text": Tampered(sets("struck.0", "left"), Fault.UNREADABLE),
    "a redraw without a reason": Tampered(sets("redraws.0", {"number": 1, "at": NOON.isoformat()}), Fault.UNREADABLE),
    "called off some day": Tampered(sets("called_off", True), Fault.UNREADABLE),
    "a format in a list": Tampered(sets("format", ["encore-draw/2"]), Fault.UNREADABLE),
}
"""What isn't written as a proof is."""

_TEXT = write_proof(GOOD["named"])
WRITTEN: dict[str, str] = {
    "nothing": "",
    "no JSON": "<html>",
    "a list": "[]",
    "a number": "1e999",
    "a number that is too long": "1" * 5000,
    "nested deeply": "[" * 100_000,
    "nested deeply, and closed": "[" * 5000 + "]" * 5000,
    "something behind": _TEXT + "x",
    "a mark of the order of bytes": "\ufeff" + _TEXT,
    "a name twice": _TEXT.replace("{", '{"shop": "Another",', 1),
    "places beyond all numbers": _TEXT.replace('"places": 3', '"places": 1e999'),
    "places with an exponent": _TEXT.replace('"places": 3', '"places": 3e0'),
    "places of minus nothing": _TEXT.replace('"reserves": 2', '"reserves": -0'),
    "places with a zero before": _TEXT.replace('"places": 3', '"places": 03'),
    "bare full-width digits": _TEXT.replace('"places": 3', '"places": ３'),
    "half a character": _TEXT.replace("Silk Live", "\\ud800"),
    "a raw line feed in text": _TEXT.replace("Silk Live", "Silk\nLive"),
    "a comma too many": _TEXT.replace("\n}", ",\n}"),
    "single quotes": _TEXT.replace('"', "'"),
    "a comment": "/* checked */" + _TEXT,
    "another blank": "\u00a0" + _TEXT,
}
"""What isn't JSON of the strict kind."""

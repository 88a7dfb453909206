"""`python -m bot verify-draw FILE`: compute a draw or a red packet again from its proof alone.

It needs no database, no network and no setting.

The report is made of the named sentences below. `docs/verify.html` has the same sentences in three languages. Text
that somebody else wrote into the file is always quoted, at the end of one of our lines.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from bot.outside import quicknet
from bot.rules.beacons import QUICKNET
from bot.rules.packets.proofs import PacketCheck, PacketFault, check_packet_proof
from bot.rules.raffles.proof_rules import Draw, Naming, Struck
from bot.rules.raffles.proofs import CheckResult, Fault, check_proof

LARGEST = 200 * 1024 * 1024
"""The largest file that is read, in bytes. A million entries need half of that."""
LONGEST = 120
"""How many characters of somebody's own text are shown."""
INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories of characters that could reverse a line, end it, or control a terminal."""
JOINER = "\u200d"
"""The zero-width joiner, which holds the parts of one emoji together."""
SUPERGROUPS = -1_000_000_000_000
"""Ids of supergroups are below this number. Their messages have links."""

SENTENCES = {
    "unreadable": "This is no proof of a draw or of a red packet.",
    "version": "This is a proof of a format that isn't known here. Take a newer version of this check.",
    "wrong": "The file doesn't fit together.",
    "holds_off": "The file fits together: seal and list. The raffle was called off.",
    "holds": "The file fits together: seal, list, order and winners.",
    "holds_but": "The file fits together: seal, list, order and winners. The beacon's signature wasn't checked here.",
    "seed": "The seed isn't the one that was promised at the opening: its hash isn't the seal.",
    "list": "The list was changed: its hash isn't the one that was fixed.",
    "chain": "The beacon isn't drand's quicknet: nothing is known here of its rounds.",
    "naming": "The rounds weren't named by the rules, or another round was used than the one that counts.",
    "round": "A round of the beacon was named, and none was used.",
    "beacon": "The beacon's randomness isn't the hash of its signature.",
    "signature": "The signature isn't drand's: somebody made this round up.",
    "order": "The order isn't the one that key and list make.",
    "struck": "A place was lost that nobody had, or in a way that the rules don't know.",
    "redraws": "More places were drawn again than stand in reserve, or the redraws don't fit the lost places.",
    "called_off": "It was called off, and the file tells of something that can't be then.",
    "winners": "The winners aren't the first in the order who kept their place.",
    "raffle": "By the file: raffle {number}, opened {opened}, closed {closed}.",
    "prize": "The file calls the prize: {text}",
    "shop": "The file calls the shop: {text}",
    "counts": "Entries: {entries}. Places: {places}. In reserve: {reserves}.",
    "counts_old": "Entries: {entries}. Places: {places}.",
    "won": "Winners: {winners}",
    "nobody": "Winners: nobody",
    "off": "It was called off {at}, after a round had been named. Nobody has won.",
    "off_known": "By then round {round} had come: whoever runs the bot could see who would have won.",
    "lost": "#{entry} lost the place {at}. By the file: {reason}",
    "lost_old": "#{entry} lost the place. By the file: {reason}",
    "lost_redraw": "#{entry} lost the place {at}, by redraw {redraw}.",
    "redraw": "Redraw {redraw} was {at}. By the file: {reason}",
    "sealed": "Sealed with round {round} of drand's quicknet, which came {time}.",
    "signed": "drand's key signed that round: this was checked.",
    "unsigned": "Whether drand's key signed that round wasn't checked here. `python -m bot verify-draw` checks it, or"
    " compare the randomness yourself: https://api.drand.sh/{chain}/public/{round}",
    "early": "The round was named at the opening, before the list was fixed. Whoever runs the bot could see it come"
    " and fix the list that suits.",
    "missed": "Round {round} of drand's quicknet was named at the opening. It couldn't be had in time.",
    "alone": "Sealed by the shop alone. Whoever runs the bot could know the seed beforehand, and choose who wins by"
    " adding an entry or leaving one out.",
    "compare": "No file can prove what stood in the group, and when. Compare it there:",
    "at_opening": "Since the opening the card must show the seal {hash}",
    "at_close": "Since the close the card must show the list {hash}",
    "named": "On {date} the group must have been told round {round}, which came {time}: early enough to count."
    " It stood in: {where}",
    "late": "On {date} the group must have been told round {round}, which came {time}: too late to count."
    " It stood in: {where}",
    "no_other": "No other message may name a round for this raffle: else the shop could have chosen between two.",
    "told_losses": "Each lost place and each redraw must have been told when it came.",
    "told_off": "That it was called off must have been told.",
    "left": "left the group",
    "deleted": "can't be found any more",
    "won_other": "won something else meanwhile",
    "redrawn": "the shop drew the place again",
    "unreachable": "couldn't be reached",
    "message": "number {message} in chat {chat}",
    "packet_holds": "The file fits together: seal, shares, list and order.",
    "packet_holds_rush": "The file fits together: seal and shares.",
    "split": "The shares aren't those that the seed makes.",
    "shared": "Those who were drawn for a share aren't the ones that seed and list make.",
    "packet": "By the file: a red packet, opened {opened}.",
    "packet_counts": "Coins: {coins}. Shares: {shares}. In the draw: {entries}.",
    "packet_rush": "Coins: {coins}. Shares: {shares}. First come, first served.",
    "parts": "The shares, first to last: {parts}",
    "drawn": "Drawn for them: {numbers}",
    "packet_alone": "Sealed by the shop alone. Whoever runs the bot could know the seed beforehand, and change who"
    " gets what by adding a tap or leaving one out.",
    "packet_at_opening": "From the first moment the card must show the seal {hash}",
    "packet_at_end": "At its end the card must show the list {hash}",
}
"""The sentences in English. `docs/verify.html` has them too, and in the other languages."""
REASONS = {"left": "left", "deleted": "deleted", "won": "won_other", "redrawn": "redrawn", "unreachable": "unreachable"}
"""Reasons that the bot writes → name of the sentence. Any other reason is somebody's own text."""


class Part(StrEnum):
    """The part of the report to which a sentence belongs."""

    VERDICT = "verdict"
    WRONG = "wrong"
    TOLD = "told"
    COMPARE = "compare"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the report."""

    part: Part
    text: str


def verify(path: Path) -> tuple[int, str]:
    """Return the exit code (0: the proof holds, 1: it doesn't, 2: the file can't be read) and the text to print."""
    try:
        if not path.is_file():
            return 2, f"encore: {path} isn't a file\n"
        if path.stat().st_size > LARGEST:
            return 2, f"encore: {path} is too large to be a proof\n"
        text = path.read_bytes().decode()
    except (OSError, ValueError) as error:
        return 2, f"encore: {path} can't be read: {type(error).__name__}\n"
    checked = check(text)
    lines = [f"- {one.text}" if one.part in {Part.WRONG, Part.COMPARE} else one.text for one in sentences_of(checked)]
    return (1 if checked.faults else 0) if checked.draw is not None else 2, "\n".join(lines) + "\n"


def check(text: str) -> CheckResult | PacketCheck:
    """Compute again what a text proves: a draw or a red packet."""
    checked = check_proof(text, quicknet.is_signed if quicknet.can_check() else None)
    if checked.faults != (Fault.UNREADABLE,):
        return checked
    packet = check_packet_proof(text)
    return packet if packet.faults != (PacketFault.UNREADABLE,) else checked


def sentences_of(checked: CheckResult | PacketCheck) -> list[Sentence]:
    """The whole report of a check, in order."""
    if isinstance(checked, PacketCheck):
        return list(_sentences_of_packet(checked))
    draw = checked.draw
    if draw is None:
        return [Sentence(Part.VERDICT, SENTENCES[checked.faults[0]])]
    if checked.faults:
        return [
            Sentence(Part.VERDICT, SENTENCES["wrong"]),
            *(Sentence(Part.WRONG, SENTENCES[fault]) for fault in checked.faults),
            *(Sentence(Part.TOLD, line) for line in _raffle_lines(draw)),
        ]
    holds = "holds" if draw.pulse is None or checked.signature_checked else "holds_but"
    return [
        Sentence(Part.VERDICT, SENTENCES["holds_off" if draw.called_off is not None else holds]),
        *(
            Sentence(Part.TOLD, line)
            for line in (*_raffle_lines(draw), *_outcome_lines(checked, draw), *_sealing_lines(checked, draw))
        ),
        Sentence(Part.TOLD, SENTENCES["compare"]),
        *(Sentence(Part.COMPARE, line) for line in _lines_to_compare(checked, draw)),
    ]


def _sentences_of_packet(checked: PacketCheck) -> Iterator[Sentence]:
    draw, claims = checked.draw, checked.claims
    if draw is None or claims is None:
        yield Sentence(Part.VERDICT, SENTENCES[checked.faults[0]])
        return
    rush = "_rush" if draw.entries is None else ""
    yield Sentence(Part.VERDICT, SENTENCES["wrong" if checked.faults else f"packet_holds{rush}"])
    yield from (Sentence(Part.WRONG, SENTENCES[fault]) for fault in checked.faults)
    yield Sentence(Part.TOLD, _fill("packet", opened=_time(draw.opened)))
    yield Sentence(Part.TOLD, _fill("shop", text=quoted(draw.shop)))
    if checked.faults:
        return
    counts = {"coins": draw.coins, "shares": draw.shares, "entries": len(draw.entries or ())}
    yield Sentence(Part.TOLD, _fill("packet_rush" if rush else "packet_counts", **counts))
    yield Sentence(Part.TOLD, _fill("parts", parts=", ".join(map(str, claims.split))))
    if claims.order:
        yield Sentence(Part.TOLD, _fill("drawn", numbers=", ".join(f"#{number}" for number in claims.order)))
    yield Sentence(Part.TOLD, SENTENCES["packet_alone"])
    yield Sentence(Part.TOLD, SENTENCES["compare"])
    yield Sentence(Part.COMPARE, _fill("packet_at_opening", hash=claims.commitment))
    if claims.list_hash is not None:
        yield Sentence(Part.COMPARE, _fill("packet_at_end", hash=claims.list_hash))


def _raffle_lines(draw: Draw) -> Iterator[str]:
    yield _fill("raffle", number=draw.number, opened=_time(draw.opened), closed=_time(draw.closed))
    yield _fill("prize", text=quoted(draw.prize))
    yield _fill("shop", text=quoted(draw.shop))


def _outcome_lines(checked: CheckResult, draw: Draw) -> Iterator[str]:
    how_many = "counts_old" if draw.old else "counts"
    yield _fill(how_many, entries=len(draw.entries), places=draw.places, reserves=draw.reserves)
    if draw.called_off is not None:
        yield _fill("off", at=_time(draw.called_off))
        if draw.round is not None and draw.called_off >= QUICKNET.time_of(draw.round):
            yield _fill("off_known", round=draw.round)
        return
    winners = ", ".join(f"#{number}" for number in checked.winners)
    yield _fill("won", winners=winners) if winners else SENTENCES["nobody"]
    for one in draw.struck:
        yield _lost_place_line(one)
    for redraw in draw.redraws:
        yield _fill("redraw", redraw=redraw.number, at=_time(redraw.at), reason=_reason(redraw.reason))


def _lost_place_line(one: Struck) -> str:
    if one.at is None:
        return _fill("lost_old", entry=one.entry, reason=_reason(one.reason))
    if one.redraw is not None:
        return _fill("lost_redraw", entry=one.entry, at=_time(one.at), redraw=one.redraw)
    return _fill("lost", entry=one.entry, at=_time(one.at), reason=_reason(one.reason))


def _sealing_lines(checked: CheckResult, draw: Draw) -> Iterator[str]:
    if draw.pulse is not None:
        yield _fill("sealed", round=draw.pulse.round, time=_time(QUICKNET.time_of(draw.pulse.round)))
        if checked.signature_checked:
            yield SENTENCES["signed"]
        else:
            yield _fill("unsigned", chain=QUICKNET.hash, round=draw.pulse.round)
        if draw.old:
            yield SENTENCES["early"]
    elif draw.called_off is None:
        if draw.round is not None:
            yield _fill("missed", round=draw.round)
        yield SENTENCES["alone"]


def _lines_to_compare(checked: CheckResult, draw: Draw) -> Iterator[str]:
    """What the reader must compare with the messages in the group, because no file can prove it."""
    yield _fill("at_opening", hash=checked.commitment)
    yield _fill("at_close", hash=checked.list_hash)
    for one in draw.namings:
        name = "named" if one.counts else "late"
        time = _time(QUICKNET.time_of(one.round))
        yield _fill(name, round=one.round, time=time, date=_time(one.date), where=_message_of(one))
    if draw.chain is not None and not draw.old:
        yield SENTENCES["no_other"]
    if draw.struck:
        yield SENTENCES["told_losses"]
    if draw.called_off is not None:
        yield SENTENCES["told_off"]


def _fill(name: str, **facts: object) -> str:
    """The sentence called `name`, filled with `facts`."""
    return SENTENCES[name].format(**facts)


def _time(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"


def _message_of(one: Naming) -> str:
    if one.chat_id < SUPERGROUPS:
        return f"https://t.me/c/{SUPERGROUPS - one.chat_id}/{one.message_id}"
    return _fill("message", message=one.message_id, chat=one.chat_id)


def _reason(reason: str) -> str:
    return SENTENCES[REASONS[reason]] if reason in REASONS else quoted(reason)


def quoted(text: str) -> str:
    """Somebody's own text, cut to `LONGEST` characters, in quotes that the text can't close.

    Invisible characters become escapes such as `\\u{202E}`.
    """
    clipped = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return '"' + "".join(_visible(character) for character in clipped) + '"'


def _visible(character: str) -> str:
    if character in {'"', "\\"}:
        return "\\" + character
    if character != JOINER and unicodedata.category(character) in INVISIBLE:
        return f"\\u{{{ord(character):X}}}"
    return character

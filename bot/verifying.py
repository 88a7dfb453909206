"""`python -m bot verify-draw FILE`: compute a draw again from its proof, without a database, a network or a setting."""

from pathlib import Path

from bot.rules.proofs import Checked, Fault, check_proof

LARGEST = 200 * 1024 * 1024
"""Bytes that are read: a million entries are half of that."""
WRONG = {
    Fault.SEED: "the seed isn't the one that was promised at the opening: its hash isn't the seal",
    Fault.LIST: "the list was changed: its hash isn't the frozen one",
    Fault.BEACON: "the beacon's randomness isn't the hash of its signature",
    Fault.ORDER: "the order isn't the one that seed and list make",
    Fault.WINNERS: "the winners aren't the first in the order who kept their place",
}


def verify(path: Path) -> tuple[int, str]:
    """The exit code (0 if it holds, 1 if it doesn't, 2 if it can't be read) and what to say."""
    try:
        if path.stat().st_size > LARGEST:
            return 2, f"encore: {path} is too large to be a draw's proof\n"
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return 2, f"encore: {path} can't be read: {type(error).__name__}\n"
    checked = check_proof(text)
    if Fault.UNREADABLE in checked.faults:
        return 2, f"encore: {path} isn't a draw's proof\n"
    return (1 if checked.faults else 0), _told(checked)


def _told(checked: Checked) -> str:
    if checked.faults:
        return "".join(f"WRONG: {WRONG[fault]}\n" for fault in checked.faults)
    sealed = "by the shop alone" if checked.alone else f"with drand's quicknet, round {checked.round}"
    lines = (
        f"The draw of {checked.prize!r} holds.",
        f"entries  {checked.entries}",
        f"winners  {', '.join(f'#{number}' for number in checked.winners) or 'nobody'}",
        f"sealed   {sealed}",
        "Compare with the raffle's card in the group:",
        f"seal     {checked.commitment}",
        f"list     {checked.list_hash}",
    )
    return "\n".join(lines) + "\n"

"""`python -m bot shops`: list shops, move a shop's home, or remove a shop. For the person who runs the server."""

import asyncio
import sys
from pathlib import Path

from bot.clock import Clock
from bot.commands.offline import RefusedError, run_offline, write_alone
from bot.features.shops.ownership import move_home as move
from bot.rules.rights import HomeMoved
from bot.settings import Settings
from bot.store.audit import MACHINE
from bot.store.engine.checkup import read_once
from bot.store.engine.lock import alone
from bot.store.engine.mark import MARK, address_of, remove_mark
from bot.store.engine.sessions import Tx
from bot.store.engine.shops import Room, ShopFound, find_shops, remove_shop
from bot.store.places import find_place


def list_shops(settings: Settings) -> int:
    """Print every shop, and return the exit code."""

    def work(url: str) -> str:
        shops = asyncio.run(read_once(url, find_shops))
        if not shops:
            return "there is no shop yet\n"
        return "\n".join("".join(f"{line}\n" for line in _lines_of(shop)) for shop in shops)

    return run_offline(settings, work)


def move_home(settings: Settings, number: int, chat_id: int, clock: Clock) -> int:
    """Make a joined room the home group of shop `number`, whoever created the room; return the exit code."""

    def work(url: str) -> str:
        with alone(url):
            moved = asyncio.run(write_alone(url, lambda tx: _move(tx, number, chat_id, clock)))
        if moved is None:
            raise RefusedError(
                f"{chat_id} is no group of shop {number} that the bot is in; `python -m bot shops` lists them"
            )
        return (
            f"{_printable(moved.title)} is home of shop {number}, {_printable(moved.shop)}; "
            "its creator is the owner from the next act on\n"
        )

    return run_offline(settings, work)


def remove(settings: Settings, number: int, *, yes: bool) -> int:
    """Remove shop `number`, and return the exit code. Without `yes` the person must type a confirmation first."""

    def work(url: str) -> str:
        with alone(url):
            shop = next((one for one in asyncio.run(read_once(url, find_shops)) if one.number == number), None)
            if shop is None:
                raise RefusedError(f"there is no shop {number}; `python -m bot shops` lists them")
            if not yes:
                _confirm_removal(shop)
            removed = asyncio.run(write_alone(url, lambda tx: remove_shop(tx, number)))
            last = not asyncio.run(read_once(url, find_shops))
        if removed is None:
            raise RefusedError(f"there is no shop {number} any more")
        if last:
            _forget_mark(url)
        lines = [f"removed shop {number}, {_printable(shop.name)}: {removed.rows:,} rows"]
        chats = [*([shop.home] if shop.home is not None and not shop.home_gone else []), *shop.rooms]
        if chats:
            lines.append(f"the bot is still in {', '.join(_title_and_id(one) for one in chats)}")
        if last:
            lines.append("the next group to speak founds a new shop: set OWNER_ID before you start the bot again")
        return "".join(f"{line}\n" for line in lines)

    return run_offline(settings, work)


def _move(tx: Tx, number: int, chat_id: int, clock: Clock) -> HomeMoved | None:
    place = find_place(tx, number)
    if place is None:
        raise RefusedError(f"there is no shop {number}; `python -m bot shops` lists them")
    return move(tx, place, chat_id, MACHINE, clock.now())


def _confirm_removal(shop: ShopFound) -> None:
    """Ask for a typed confirmation, because a removed shop can't be restored.

    Raises:
        RefusedError: something else was typed.
    """
    words = f"remove {shop.number}"
    sys.stdout.write("".join(f"{line}\n" for line in _lines_of(shop)))
    sys.stdout.write(f"All of it goes for good: fans, coins, coupons, the audit log. Type `{words}` to do it: ")
    sys.stdout.flush()
    if sys.stdin.readline().strip() != words:
        raise RefusedError("nothing was removed")


def _forget_mark(url: str) -> None:
    """Delete the mark of a database that held a shop, so that the next start accepts the empty database."""
    try:
        remove_mark(Path.cwd(), address_of(url))
    except OSError:
        sys.stderr.write(f"encore: {MARK} can't be changed: start with `python -m bot run --fresh`\n")


def _lines_of(shop: ShopFound) -> list[str]:
    home = (
        "none"
        if shop.home is None
        else _title_and_id(shop.home) + (" (gone: the bot isn't in it)" if shop.home_gone else "")
    )
    owner = f"{_printable(shop.owner)} ({shop.owner_id})" if shop.owner is not None else str(shop.owner_id)
    return [
        f"{shop.number}  {_printable(shop.name)}",
        f"   owner    {owner}",
        f"   home     {home}",
        f"   rooms    {', '.join(_title_and_id(one) for one in shop.rooms) or 'none'}",
        f"   members  {shop.members:,}",
    ]


def _title_and_id(room: Room) -> str:
    return f"{_printable(room.title)} ({room.chat_id}{', channel' if room.is_channel else ''})"


def _printable(text: str) -> str:
    """Text that people wrote, without characters that control a terminal."""
    return "".join(sign for sign in text if sign.isprintable())

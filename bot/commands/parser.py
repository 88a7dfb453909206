"""The verbs of the command line, and what may stand behind each."""

import argparse
from pathlib import Path

from bot import __version__

VERSION = f"encore {__version__}"


def parser() -> argparse.ArgumentParser:
    """What reads the command line."""
    whole = argparse.ArgumentParser(prog="python -m bot", description="Encore runs a live shop's fan groups.")
    whole.add_argument("--version", action="version", version=VERSION)
    verbs = whole.add_subparsers(
        dest="verb",
        required=True,
        metavar="run | demo | doctor | backup | restore | migrate | shops | repair | verify-draw | version",
    )
    run = verbs.add_parser("run", help="start the bot on Telegram")
    run.add_argument("--fresh", action="store_true", help="begin anew where a shop stood: its database is empty now")
    demo = verbs.add_parser("demo", help="play an evening in a browser, without a token")
    demo.add_argument("--language", choices=("ko", "zh", "en"), default=None, help="the language of the shop")
    demo.add_argument("--port", type=int, default=None, help="where the page listens; 0 takes any")
    demo.add_argument("--no-open", action="store_true", help="don't open a browser")
    demo.add_argument("--forum", action="store_true", help="let the fan group have topics")
    demo.add_argument("--empty", action="store_true", help="begin before the bot is in the group, and set the shop up")
    demo.add_argument("--story", action="store_true", help="tell the evening in the terminal instead")
    demo.add_argument("--fans", type=int, default=200, help="how many fans tap the story's drop at once")
    doctor = verbs.add_parser("doctor", help="check settings, database, Telegram and groups, and say what to do")
    doctor.add_argument("--language", choices=("ko", "zh", "en"), default=None, help="the language to say it in")
    backup = verbs.add_parser("backup", help="keep a copy of the database, without messages; the bot may run")
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.add_argument("--force", action="store_true", help="replace FILE if it is there")
    restore = verbs.add_parser("restore", help="put a backup in the database's place; the bot must be stopped")
    restore.add_argument("file", type=Path, metavar="FILE")
    verbs.add_parser("migrate", help="bring the database's schema up to date")
    _add_shops(verbs.add_parser("shops", help="list shops, move a shop's home, remove a shop"))
    _add_repair(verbs.add_parser("repair", help="list what couldn't be read and was set aside, put it back, drop it"))
    draw = verbs.add_parser("verify-draw", help="compute a raffle's draw again from the proof that came to the group")
    draw.add_argument("file", type=Path, metavar="FILE")
    verbs.add_parser("version", help="print the version")
    return whole


def _add_shops(shops: argparse.ArgumentParser) -> None:
    acts = shops.add_subparsers(dest="act", metavar="home | remove")
    home = acts.add_parser("home", help="make a joined room the shop's home group; the bot must be stopped")
    home.add_argument("number", type=int, metavar="N")
    home.add_argument("chat_id", type=int, metavar="CHAT_ID")
    remove = acts.add_parser("remove", help="remove a shop with all that is known of it; the bot must be stopped")
    remove.add_argument("number", type=int, metavar="N")
    remove.add_argument("--yes", action="store_true", help="don't ask")


def _add_repair(repair: argparse.ArgumentParser) -> None:
    acts = repair.add_subparsers(dest="act", metavar="again | drop")
    again = acts.add_parser("again", help="put it back to be tried again; the bot must be stopped")
    again.add_argument("which", metavar="N|all")
    drop = acts.add_parser("drop", help="delete it for good; the bot must be stopped")
    drop.add_argument("which", metavar="N|all")
    drop.add_argument("--yes", action="store_true", help="really")

"""A shop that the version before left behind: its database, and the Telegram in which it stood.

Both were made by the code of commit fa32b9d: a bot on the stand-in played a week of a shop, its sender and its clock
were stopped on Monday, 2 November 2026, at 09:00 in Seoul, staff and fans went on for two minutes, and the process
ended.
`data/shop_before.sql` is what SQLite's `iterdump` told of the database then. `data/world_before.json` is what the
stand-in knew: people, chats with the bot's messages in them, taps on every kind of button, and updates to deliver
again. Neither is ever written anew; a later version brings its own beside them.
"""

import itertools
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, create_engine, func, make_url, select, text
from sqlalchemy.pool import NullPool

from bot.store.engine.db import async_engine
from bot.store.engine.schema import migrate
from sandbox import Bot, Chat, Message, Permissions, Person, Press, Rights, Sandbox, Topic
from sandbox.chats import Member
from sandbox.links import InviteLink
from sandbox.text import Text
from sandbox.updates import Update
from tests.bot.conftest import TOKEN

DATA = Path(__file__).parents[1] / "data"
WORLD: dict[str, Any] = json.loads((DATA / "world_before.json").read_text(encoding="utf-8"))
DAY = 86_400.0


def promised() -> list[tuple[int, str, int, dict[str, Any]]]:
    """What the database held to be sent within a minute of its end: number, act, chat and facts of each row."""
    with closing(sqlite3.connect(":memory:")) as old:
        old.executescript((DATA / "shop_before.sql").read_text(encoding="utf-8"))
        soon = datetime.fromtimestamp(WORLD["at"] + 60, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        due = "SELECT id, act, chat_id, facts FROM outbox WHERE state IN ('waiting', 'sending') AND due_at <= ?"
        return [(number, act, chat, json.loads(facts)) for number, act, chat, facts in old.execute(due, (soon,))]


async def load(url: str, folder: Path) -> None:
    """Fill an empty database with what the version before left, and bring it up to date as a start does."""
    file = Path(make_url(url).database or "") if url.startswith("sqlite") else folder / "before.db"
    with closing(sqlite3.connect(file)) as old:
        old.executescript((DATA / "shop_before.sql").read_text(encoding="utf-8"))
    if not url.startswith("sqlite"):
        await _copy(file, url)
    await migrate(url)


async def _copy(file: Path, url: str) -> None:
    """Copy the rows into an empty PostgreSQL of the same revision."""
    old, schema = create_engine(f"sqlite:///{file}", poolclass=NullPool), MetaData()
    with old.connect() as connection:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    await migrate(url, revision)
    engine = async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as new:
            for table in await new.run_sync(_tables, schema):
                await new.run_sync(partial(_copy_rows, file, table))
    finally:
        await engine.dispose()


def _tables(new: Connection, schema: MetaData) -> list[Table]:
    """Tables in the order in which rows can be put in."""
    schema.reflect(new)
    return [table for table in schema.sorted_tables if table.name != "alembic_version"]


def _copy_rows(file: Path, table: Table, new: Connection) -> None:
    """Put one table's rows in as text, which PostgreSQL reads as SQLite wrote it; numbers go on after them."""
    with closing(sqlite3.connect(file)) as old:
        old.row_factory = sqlite3.Row
        rows = [dict(row) for row in old.execute(f'SELECT * FROM "{table.name}"')]  # noqa: S608  # our own names
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in rows[0])
    types = {name: table.c[name].type.compile(new.dialect) for name in rows[0]}
    values = ", ".join(f"CAST(CAST(:{name} AS TEXT) AS {kind})" for name, kind in types.items())
    told = [{name: None if value is None else str(value) for name, value in row.items()} for row in rows]
    new.execute(text(f'INSERT INTO "{table.name}" ({names}) VALUES ({values})'), told)  # noqa: S608
    if "id" in table.c:
        number = select(func.setval(func.pg_get_serial_sequence(table.name, "id"), func.max(table.c.id)))
        new.execute(number)


class Before:
    """The Telegram of the shop, as it was when the process ended."""

    def __init__(self, telegram: Sandbox) -> None:
        self.telegram = telegram
        self.bot: Bot = telegram.add_bot(token=TOKEN, username="encore_test_bot", name="Encore", inline=True)
        world = telegram.world
        telegram.clock.set(WORLD["at"])
        self.people: dict[str, Person] = {}
        for number, name, username, language in WORLD["people"]:
            person = Person(number, name, username, language, world=world)
            world.users[number] = self.people[name] = person
            self.bot.met.add(number)
        self.chats: dict[str, Chat] = {}
        for told in WORLD["chats"]:
            self._chat(told)
        last = max(number for number, *_ in WORLD["people"])
        world._people = itertools.count(last + 1)
        world._supergroups = itertools.count(-min(chat.id for chat in world.chats.values()) + 1)
        private = max(told["last"] for told in WORLD["chats"] if told["kind"] == "private")
        world._account_messages = itertools.count(private + 1)
        self.bot.queue._next = WORLD["last_update"] + 1

    @property
    def owner(self) -> Person:
        """Mina."""
        return self.people["Mina"]

    @property
    def group(self) -> Chat:
        """The home group."""
        return self.chats["Silk room"]

    def _chat(self, told: dict[str, Any]) -> None:
        world = self.telegram.world
        if told["kind"] == "private":
            person = world.users[told["id"]]
            chat = world.private(self.bot, person)
            chat.opened = told["opened"]
        else:
            chat = Chat(world, told["id"], told["kind"], told["title"])
            world.chats[chat.id] = chat
            chat.topics = {thread: Topic(thread, name) for thread, name in told["topics"]}
            chat.links = [
                InviteLink(url, self.bot, name, needs_approval=asks, is_primary=first)
                for url, name, asks, first in told["links"]
            ]
            if told["muted"]:
                chat.permissions = Permissions(can_send_messages=False)
            for user_id, status, rights in told["members"]:
                given = None if rights is None else Rights(**{"can_manage_chat": False} | dict.fromkeys(rights, True))
                chat.members[user_id] = Member(world.users[user_id], status, given)
            self.chats[told["title"]] = chat
        for number, words, markup, thread in told["messages"]:
            self._hangs(chat, number, words, markup, thread)
        chat.last_message_id = told["last"]

    def _hangs(self, chat: Chat, number: int, words: str, markup: Any, thread: int | None) -> None:
        """A message of the bot's from before."""
        world = self.telegram.world
        message = Message(
            chat=chat,
            message_id=number,
            sender=None if chat.kind == "channel" else self.bot,
            sender_chat=chat if chat.kind == "channel" else None,
            at=world.clock.now() - 60,
            seq=world.next_seq(),
            content=Text(words),
            markup=markup,
            posted_by=self.bot,
            keyboard_bot=self.bot if markup is not None else None,
            extra={} if thread is None else {"message_thread_id": thread, "is_topic_message": True},
        )
        chat.messages.append(message)
        chat.by_id[number] = message

    def comes_again(self, what: str) -> tuple[Person, Press | None]:
        """Telegram delivers an update of before once more: whose it is, and the press if it is one."""
        told = next(one for one in WORLD["updates"] if one["what"] == what)
        payload, world = told["payload"], self.telegram.world
        person = world.users[payload["from"]["id"]]
        assert isinstance(person, Person)
        press = None
        if told["kind"] == "callback_query":
            under = next(message for message in self.group.messages if message.keyboard_bot is self.bot)
            press = Press(payload["id"], person, self.bot, under, payload["data"], world.clock.now(), world.next_seq())
            world.presses[press.id] = press
        body = json.dumps({"update_id": told["update_id"], told["kind"]: payload}, ensure_ascii=False)
        update = Update(told["update_id"], told["kind"], payload, body.encode(), world.clock.now() + DAY)
        self.bot.queue.redeliver([update])
        return person, press

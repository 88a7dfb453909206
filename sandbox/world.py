"""Everything that exists in the stand-in: accounts, chats, files, presses, time."""

import itertools
import random
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.accounts import ANONYMOUS, CHANNEL_BOT, TELEGRAM, Bot, User
from sandbox.chats import OWNER_RIGHTS, Chat, ChatKind, Member
from sandbox.clock import Clock
from sandbox.delivery import Delivery
from sandbox.errors import bad, forbidden
from sandbox.events import Board, Call
from sandbox.faults import Faults
from sandbox.files import Document, FileKind, StoredFile
from sandbox.flood import FloodControl, Limits
from sandbox.forums import Topics
from sandbox.inline import Inline
from sandbox.internet import Internet
from sandbox.membership import Membership
from sandbox.people import Person
from sandbox.presses import Press
from sandbox.reactions import Reactions
from sandbox.updates import Queue
from sandbox.voting import Polls
from sandbox.webhooks import Webhooks

FIRST_PERSON = 7_000_000_001
FIRST_GROUP = 4_100_001
FIRST_SUPERGROUP = 1_002_100_000_001
TEST = "/test"
"""Follows the token of a bot on Telegram's test servers."""
Front = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
KIND_NAMES = {"group": "group chat", "supergroup": "supergroup chat", "channel": "channel chat"}


class World:
    """All that exists in the stand-in, and the look-ups that the Bot API's methods share.

    As on Telegram, people's ids need more than 32 bits, and supergroups number their messages from 1. So a test fails
    if a bot stores too little.
    """

    def __init__(self, limits: Limits, start: float | None, latency: float, seed: int) -> None:
        self.clock = Clock(start)
        self.faults = Faults(seed, latency)
        self.flood = FloodControl(limits)
        self.board = Board()
        self.delivery = Delivery(self)
        self.membership = Membership(self)
        self.inline = Inline(self, seed)
        self.reactions = Reactions(self)
        self.polls = Polls(self)
        self.internet = Internet()
        self.webhooks = Webhooks(self)
        self.loopback = False
        """Whether webhooks may be on this machine, by http and on any port, as a Bot API server of one's own allows."""
        self.strict = True
        """Whether the stand-in refuses parameters that Telegram ignores."""
        self.topics = Topics(self)
        self.bots: dict[str, Bot] = {}
        self.users: dict[int, User] = {one.id: one for one in (ANONYMOUS, CHANNEL_BOT, TELEGRAM)}
        self.chats: dict[int, Chat] = {}
        self.privates: dict[tuple[int, int], Chat] = {}
        self.between: dict[frozenset[int], Chat] = {}
        """The private chats of two people, by the set of their ids. No bot sees them."""
        self.presses: dict[str, Press] = {}
        self.files: dict[int, StoredFile] = {}
        self.calls: list[Call] = []
        self.failures: list[Exception] = []
        self.knows_whispers = True
        """Whether this server knows ephemeral messages."""
        self.front: Front | None = None
        """Answers the requests of browsers, if a page is shown."""
        self._people = itertools.count(FIRST_PERSON)
        self._groups = itertools.count(FIRST_GROUP)
        self._supergroups = itertools.count(FIRST_SUPERGROUP)
        self._files = itertools.count(1)
        self._albums = itertools.count(13_800_000_000_000_001)
        self.dice = random.Random(seed)  # noqa: S311 - a repeatable die, no secret
        self._account_messages = itertools.count(1)
        self._seq = itertools.count(1)

    def next_seq(self) -> int:
        """The next place in the order of everything that happens."""
        return next(self._seq)

    def next_account_message_id(self) -> int:
        """The next message id in private chats and basic groups, which share a counter."""
        return next(self._account_messages)

    def next_album_id(self) -> str:
        """A new `media_group_id`."""
        return str(next(self._albums))

    def new_bot(
        self, token: str, username: str, name: str, *, reads_all: bool, inline: bool = False, test: bool = False
    ) -> Bot:
        """Register a bot, on Telegram's test servers if `test`. Its id is the number at the start of its token."""
        number = int(token.split(":", 1)[0])
        queue = Queue(self.clock)
        bot = Bot(number, name, username, is_bot=True, token=token, reads_all=reads_all, inline=inline, queue=queue)
        bot.launched_at = self.clock.now()
        self.bots[token + (TEST if test else "")] = bot
        self.users[number] = bot
        return bot

    def new_person(self, name: str, username: str | None, language: str | None) -> Person:
        """Register a person."""
        person = Person(next(self._people), name, username, language, world=self)
        self.users[person.id] = person
        return person

    def new_chat(self, kind: ChatKind, title: str, creator: Person | None = None, username: str | None = None) -> Chat:
        """Make a group, a supergroup or a channel."""
        number = -next(self._groups) if kind == "group" else -next(self._supergroups)
        chat = Chat(self, number, kind, title, username)
        if creator is not None:
            chat.members[creator.id] = Member(creator, "creator", OWNER_RIGHTS)
        self.chats[number] = chat
        return chat

    def private(self, bot: Bot, person: User) -> Chat:
        """The private chat of a bot and a person; made unopened if there is none."""
        chat = self.privates.get((bot.id, person.id))
        if chat is None:
            chat = Chat(self, person.id, "private", person.name, bot=bot, person=person)
            chat.members[person.id] = Member(person, "member")
            self.privates[bot.id, person.id] = chat
        return chat

    def chat_between(self, one: Person, other: Person) -> Chat:
        """The private chat of two people; made if there is none. Raises ValueError if both are the same person."""
        if one is other:
            raise ValueError("a chat with oneself isn't played here")
        sides = frozenset({one.id, other.id})
        chat = self.between.get(sides)
        if chat is None:
            chat = Chat(self, other.id, "private", other.name, person=one, other=other, opened=True)
            chat.members = {person.id: Member(person, "member") for person in (one, other)}
            self.between[sides] = chat
        return chat

    def store(self, kind: FileKind, document: Document) -> StoredFile:
        """Store a file that someone sent."""
        file = StoredFile(next(self._files), kind, document.name, document.mime, document.content)
        self.files[file.number] = file
        return file

    def user_json(self, number: int) -> dict[str, Any]:
        """The Bot API's User with that id. For an unknown id all other fields are empty."""
        user = self.users.get(number)
        return user.json() if user is not None else {"id": number, "is_bot": False, "first_name": ""}

    def find(self, chat_id: Any) -> Chat | None:
        """A group, supergroup or channel by its id or its @username."""
        if isinstance(chat_id, str) and chat_id.startswith("@"):
            name = chat_id[1:].lower()
            return next((one for one in self.chats.values() if (one.username or "").lower() == name), None)
        return self.chats.get(number_of(chat_id))

    def is_taken(self, username: str) -> bool:
        """Whether an account or a chat has that @username now, in any case."""
        names = [one.username for one in self.users.values()] + [one.username for one in self.chats.values()]
        return username.lower() in {name.lower() for name in names if name}

    def bot_named(self, name: str) -> Bot | None:
        """A bot by its username, in any case."""
        return next((one for one in self.bots.values() if (one.username or "").lower() == name.lower()), None)

    def invited_to(self, url: str) -> Chat | None:
        """The chat that an invite link leads to, even if nobody can join by it any more."""
        return next((chat for chat in self.chats.values() if any(link.url == url for link in chat.links)), None)

    def reach(self, bot: Bot, chat_id: Any, *, write: bool = True) -> Chat:
        """The chat that a call names, if this bot may use it. The checks are in Telegram's order.

        Raises ApiError: 400 chat not found, 400 upgraded, 403 kicked, not a member, blocked, can't initiate.
        """
        if chat_id in ("", None):
            raise bad("chat_id is empty")
        if (number := number_of(chat_id)) > 0:
            return self._reach_person(bot, number, write=write)
        chat = self.find(chat_id)
        if chat is None:
            raise bad("chat not found")
        member = chat.member(bot)
        if member is None and not (chat.username and str(chat_id).startswith("@")):
            raise bad("chat not found")
        if chat.migrated_to is not None:
            raise_upgraded(chat.migrated_to)
        if chat.kind == "group" and not write:
            return chat
        if member is not None and member.status == "kicked":
            raise forbidden(f"bot was kicked from the {KIND_NAMES[chat.kind]}")
        if chat.username and not write:
            return chat
        if member is None or not member.inside:
            raise forbidden(f"bot is not a member of the {KIND_NAMES[chat.kind]}")
        return chat

    def _reach_person(self, bot: Bot, number: int, *, write: bool) -> Chat:
        user = self.users.get(number)
        if user is bot:
            raise forbidden("bot can't send messages to the bot itself")
        if isinstance(user, Bot):
            raise forbidden("bot can't send messages to bots")
        if not isinstance(user, Person):
            raise bad("chat not found")
        chat = self.private(bot, user)
        if not chat.opened and not self._knows(bot, user):
            raise bad("chat not found")
        if not write:
            return chat
        if user.deactivated:
            raise forbidden("user is deactivated")
        if chat.members[user.id].status == "kicked":
            raise forbidden("bot was blocked by the user")
        if not chat.opened and not self.membership.may_write_to_requester(bot, user):
            raise forbidden("bot can't initiate conversation with a user")
        return chat

    def _knows(self, bot: Bot, user: User) -> bool:
        """Whether the bot has met this person: for other ids Telegram finds no chat."""
        if user.id in bot.met:
            return True
        return any(
            bot.id in one.members and (user.id in one.members or user.id in one.requests) for one in self.chats.values()
        )


def number_of(chat_id: Any) -> int:
    """A chat's id as a number; 0, which is no chat, for anything else."""
    try:
        return int(chat_id)
    except (TypeError, ValueError, OverflowError):
        return 0


def raise_upgraded(new: Chat) -> None:
    """Refuse a call to a group that became a supergroup, and name the new id."""
    error = bad("group chat was upgraded to a supergroup chat")
    error.parameters = {"migrate_to_chat_id": new.id}
    raise error

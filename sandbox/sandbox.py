"""The stand-in as tests and the demo use it."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from sandbox.accounts import Bot, User
from sandbox.chats import Chat, ChatKind
from sandbox.clock import Clock
from sandbox.events import Call, Event
from sandbox.faults import Faults
from sandbox.flood import FloodControl, Limits
from sandbox.internet import Internet
from sandbox.messages import Message
from sandbox.page import Page
from sandbox.page.web import Web
from sandbox.people import Person
from sandbox.server import serving
from sandbox.updates import Update
from sandbox.world import World


class Sandbox:
    """A Telegram on 127.0.0.1: `async with Sandbox() as telegram`, then point the bot at `telegram.url`.

    `start` is the epoch second at which its clock begins (None: now), `latency` the seconds that each call takes. A
    `port` of 0 picks a free one. `loopback` allows webhooks on this machine, by http and on any port, which Telegram
    refuses. `strict=False` ignores unknown and deprecated parameters, as Telegram does. With `limits_by_clock` a jump
    of the clock ends waits for Telegram's limits too.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        start: float | None = None,
        latency: float = 0.0,
        seed: int = 1,
        port: int = 0,
        loopback: bool = False,
        strict: bool = True,
        limits_by_clock: bool = False,
    ) -> None:
        self.world = World(limits if limits is not None else Limits(), start, latency, seed)
        if limits_by_clock:
            self.world.flood = FloodControl(self.world.flood.limits, self.world.clock.now)
        self.world.loopback, self.world.strict = loopback, strict
        self.url = ""
        self._port = port
        self._stack = AsyncExitStack()
        self._page: Page | None = None

    async def __aenter__(self) -> Self:
        """Starts to serve."""
        self.url = await self._stack.enter_async_context(serving(self.world, self._port))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop. An error in the stand-in itself, which the bot saw as a 500, is raised here."""
        if self._page is not None:
            await self._page.close()
        await self._stack.aclose()
        if error is None and self.world.failures:
            raise self.world.failures[0]

    @property
    def clock(self) -> Clock:
        """The clock that tests move."""
        return self.world.clock

    @property
    def faults(self) -> Faults:
        """The faults that tests set."""
        return self.world.faults

    @property
    def internet(self) -> Internet:
        """The pages and hosts that Telegram finds on the internet."""
        return self.world.internet

    @property
    def knows_whispers(self) -> bool:
        """Whether this server knows ephemeral messages.

        If False, it plays an older server: it ignores the parameters of ephemeral messages, so that everybody sees the
        words, and doesn't know their methods.
        """
        return self.world.knows_whispers

    @knows_whispers.setter
    def knows_whispers(self, knows: bool) -> None:
        self.world.knows_whispers = knows

    @property
    def calls(self) -> list[Call]:
        """Every call of the Bot API, in the order in which they were answered."""
        return self.world.calls

    def add_bot(
        self,
        token: str = "42:TEST",  # noqa: S107 - a token of no real bot
        username: str = "encore_test_bot",
        name: str = "Encore",
        *,
        reads_all: bool = False,
        inline: bool = False,
        test: bool = False,
    ) -> Bot:
        """Register a bot. `reads_all` turns its privacy mode off, `inline` turns its inline mode on.

        A `test` bot is on Telegram's test servers: it is called by `/bot<token>/test/METHOD`.
        """
        return self.world.new_bot(token, username, name, reads_all=reads_all, inline=inline, test=test)

    def add_user(self, name: str, username: str | None = None, language: str | None = "en") -> Person:
        """Registers a person."""
        return self.world.new_person(name, username, language)

    def add_group(
        self,
        title: str,
        creator: Person,
        kind: ChatKind = "supergroup",
        username: str | None = None,
        *,
        forum: bool = False,
    ) -> Chat:
        """Make a group with one member, its creator. `forum` turns its topics on."""
        group = self.world.new_chat(kind, title, creator, username)
        if forum:
            self.world.topics.turn_on(group)
        return group

    def add_channel(self, title: str, creator: Person, username: str | None = None, linked: Chat | None = None) -> Chat:
        """Make a channel. Its posts are forwarded to the `linked` group."""
        channel = self.world.new_chat("channel", title, creator, username)
        if linked is not None:
            channel.linked, linked.linked = linked, channel
        return channel

    def private(self, bot: Bot, person: Person) -> Chat:
        """The private chat of the two."""
        return self.world.private(bot, person)

    def messages(self, chat: Chat) -> list[Message]:
        """All public messages of a chat that weren't deleted."""
        return [one for one in chat.messages if one.only_for is None and not one.deleted]

    def upgrade(self, group: Chat) -> Chat:
        """Make a basic group a supergroup and return it. Calls with the old id are told the new one."""
        return self.world.membership.upgrade(group)

    def succeed(self, group: Chat) -> None:
        """Make the heir of a creator who left the creator. Raises CannotDoError if there is no heir."""
        self.world.membership.make_heir_creator(group)

    def delete_account(self, person: Person) -> None:
        """Delete someone's account: their name is empty, and they are in no chat any more. Nobody is told."""
        person.name, person.username, person.deactivated = "", None, True
        self.world.membership.delete_account(person)

    def vanish(self, message: Message) -> None:
        """Let an ephemeral message expire, which Telegram may do at any time."""
        self.world.delivery.delete(message)

    def pending(self, bot: Bot) -> list[Update]:
        """The updates that the bot hasn't confirmed yet."""
        return bot.queue.pending()

    def sent(self, bot: Bot) -> list[Update]:
        """Every update that was ever queued for the bot, confirmed ones included."""
        return bot.queue.sent

    def redeliver(self, bot: Bot, update_ids: Sequence[int] | None = None, *, last: int = 0) -> None:
        """Deliver earlier updates again under their old ids: those in `update_ids`, or the last ones."""
        if update_ids is None:
            chosen = bot.queue.sent[-last:] if last else []
        else:
            wanted = set(update_ids)
            chosen = [one for one in bot.queue.sent if one.update_id in wanted]
        bot.queue.redeliver(chosen)

    def sends_raw(self, bot: Bot, write: Callable[[int], bytes]) -> None:
        """Put bytes among the bot's updates that Telegram would never send.

        `write` gets the update's id and returns the bytes.
        """
        bot.queue.add_raw(write)

    def on_event(self, callback: Callable[[Event], object]) -> None:
        """Call back at every visible message, edit, deletion, press, answer and reaction."""
        self.world.board.listeners.append(callback)

    async def waits_for_event(
        self,
        fits: Callable[[Event], object],
        timeout: float = 5.0,  # noqa: ASYNC109 - reads as a test does
    ) -> Event:
        """Wait for the next event that fits. Raises TimeoutError."""
        event = await self.world.board.watch(lambda one: isinstance(one, Event) and fits(one), timeout)
        assert isinstance(event, Event)  # noqa: S101 - for the type checker
        return event

    async def waits_for_call(
        self,
        method: str,
        fits: Callable[[Call], object] = bool,
        timeout: float = 5.0,  # noqa: ASYNC109 - reads as a test does
    ) -> Call:
        """Wait for the next answered call of that method that fits. Raises TimeoutError."""

        def wanted(one: Any) -> bool:
            return isinstance(one, Call) and one.method == method and bool(fits(one))

        call = await self.world.board.watch(wanted, timeout)
        assert isinstance(call, Call)  # noqa: S101 - for the type checker
        return call

    async def waits_for(
        self,
        chat: Chat,
        fits: Callable[[Message], object],
        timeout: float = 5.0,  # noqa: ASYNC109 - reads as a test does
        after: Message | None = None,
    ) -> Message:
        """Wait for the first message of a chat that fits, whoever can see it. Raises TimeoutError."""
        return await self.world.board.message(chat, None, fits, after.seq if after else 0, timeout)

    def show(self, page: Page) -> None:
        """Serve a page at `url`, beside the Bot API."""
        self._page = page
        self.world.front = Web(page).handle

    def user(self, number: int) -> User | None:
        """The account with that id."""
        return self.world.users.get(number)

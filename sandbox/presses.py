"""Presses on callback buttons, and the answers that the person's app shows."""

import asyncio
from dataclasses import dataclass, field

from sandbox.accounts import Bot, User
from sandbox.messages import Message

PRESS_LIFE = 150.0
"""Seconds after which a press is "too old" to be answered, and its update is dropped."""

EPHEMERAL_WINDOW = 15.0
"""Seconds after a press, or after an ephemeral command, in which any bot may send that person an ephemeral message.

https://core.telegram.org/bots/api#ephemeral-messages-and-commands
"""


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What answerCallbackQuery said; `at` is the stand-in's clock."""

    text: str
    show_alert: bool
    url: str | None
    at: float
    seq: int = 0


@dataclass(slots=True, eq=False)
class Press:
    """One press of one person; `answer` is None until the bot answers."""

    id: str
    person: User
    bot: Bot
    message: Message
    data: str
    at: float
    seq: int
    answer: CallbackAnswer | None = None
    _waiting: list[asyncio.Future[CallbackAnswer]] = field(default_factory=list, repr=False)

    async def answered(self, timeout: float = 5.0) -> CallbackAnswer:  # noqa: ASYNC109 - reads as a test does
        """Waits for the bot's answer; raises TimeoutError after `timeout` seconds."""
        if self.answer is not None:
            return self.answer
        waiting: asyncio.Future[CallbackAnswer] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        async with asyncio.timeout(timeout):
            return await waiting

    def take(self, answer: CallbackAnswer) -> None:
        """The bot answered."""
        self.answer = answer
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(answer)
        self._waiting.clear()

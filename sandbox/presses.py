"""Presses on callback buttons, and the answers that the person's app shows."""

import asyncio
from dataclasses import dataclass, field

from sandbox.accounts import Bot, User
from sandbox.messages import Message
from sandbox.patience import patience

PRESS_LIFE = 150.0
"""How many seconds a press can be answered. After that it is "too old", and its update is dropped."""

EPHEMERAL_WINDOW = 15.0
"""For how many seconds after a press or an ephemeral command any bot may send that person an ephemeral message.

https://core.telegram.org/bots/api#ephemeral-messages-and-commands
"""


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """The parameters of answerCallbackQuery. `at` is in epoch seconds of the stand-in's clock."""

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
        """Wait for the bot's answer. Raises TimeoutError after `timeout` seconds."""
        if self.answer is not None:
            return self.answer
        waiting: asyncio.Future[CallbackAnswer] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        async with patience(timeout):
            return await waiting

    def take(self, answer: CallbackAnswer) -> None:
        """Store the bot's answer, and wake those who wait for it."""
        self.answer = answer
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(answer)
        self._waiting.clear()

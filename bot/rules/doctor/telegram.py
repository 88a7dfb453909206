"""What `doctor` finds when it asks Telegram about the bot: the token, BotFather's switches, the webhook. Pure."""

from dataclasses import dataclass

from bot.rules.doctor.findings import Finding, Level, Part
from bot.rules.webhook import Hindrance

MANY_UPDATES = 100
"""Updates that wait at Telegram while a bot that runs would have fetched them."""


@dataclass(frozen=True, slots=True)
class _OfTelegram(Finding):
    part = Part.TELEGRAM


@dataclass(frozen=True, slots=True)
class TokenFine(_OfTelegram):
    """Telegram knows the token."""

    username: str


@dataclass(frozen=True, slots=True)
class TokenRefused(_OfTelegram):
    """Telegram doesn't know the token."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class TelegramAway(_OfTelegram):
    """Nobody answers. `reason` is the error's kind."""

    level = Level.WRONG
    reason: str


@dataclass(frozen=True, slots=True)
class NotTelegram(_OfTelegram):
    """What answers is no Bot API."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class WhispersUnknown(_OfTelegram):
    """The Bot API server is too old for whispers: it would say them to the whole group."""

    level = Level.WARNING


@dataclass(frozen=True, slots=True)
class InlineOff(_OfTelegram):
    """BotFather's switch keeps gifts' cards out of other chats: fans share a plain link instead."""

    level = Level.WARNING


@dataclass(frozen=True, slots=True)
class FeedbackOff(_OfTelegram):
    """Cards of gifts were opened, and Telegram never told that one was sent."""

    level = Level.WARNING
    opened: int


@dataclass(frozen=True, slots=True)
class CannotJoinGroups(_OfTelegram):
    """BotFather's switch keeps the bot out of groups."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class WebhookSet(_OfTelegram):
    """Updates go to another program's webhook, so polling is refused."""

    level = Level.WRONG
    host: str


@dataclass(frozen=True, slots=True)
class WebhookFine(_OfTelegram):
    """Telegram delivers to `WEBHOOK_URL`. `reason` is why it couldn't, `minutes` ago; empty if it always could."""

    host: str
    reason: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class WebhookFails(_OfTelegram):
    """Telegram can't deliver to `WEBHOOK_URL`, and so many updates wait. `reason` is Telegram's text."""

    level = Level.WRONG
    reason: str
    hindrance: Hindrance
    count: int


@dataclass(frozen=True, slots=True)
class WebhookMissing(_OfTelegram):
    """`WEBHOOK_URL` is set, and Telegram doesn't know it."""

    level = Level.WARNING


@dataclass(frozen=True, slots=True)
class WebhookLeft(_OfTelegram):
    """Telegram delivers where an earlier setting of this bot wanted it."""

    level = Level.WARNING
    host: str


@dataclass(frozen=True, slots=True)
class NoWebhook(_OfTelegram):
    """Nothing is in the way of polling."""


@dataclass(frozen=True, slots=True)
class UpdatesWait(_OfTelegram):
    """So many updates wait that nobody seems to fetch them."""

    level = Level.WARNING
    count: int

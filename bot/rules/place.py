"""A community as handlers and words know it, and ids that stand for nobody."""

from dataclasses import dataclass

from bot.rules.words import Language


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop that a person can choose."""

    community_id: int
    name: str


DEFAULT_TIMEZONES = {Language.KO: "Asia/Seoul", Language.ZH: "Asia/Shanghai", Language.EN: "UTC"}
"""The most likely time zone of a shop, by its language. `/setup timezone=…` corrects it."""
DEFAULT_CURRENCIES = {Language.KO: "KRW", Language.ZH: "CNY", Language.EN: "USD"}
"""The currency of a shop that chose none, by its language. `/setup currency=…` chooses one."""
ANONYMOUS_ADMIN = 1087968824
CHANNEL_BOT = 136817688
SERVICE_ACCOUNT = 777000
SPEAKING_FOR_OTHERS = frozenset({ANONYMOUS_ADMIN, CHANNEL_BOT, SERVICE_ACCOUNT})
"""Ids that Telegram puts into `from` when a chat speaks (Bot API, `sender_chat`). They get no coins and no role."""


@dataclass(frozen=True, slots=True)
class Place:
    """The community in which something happens, as handlers and words know it."""

    community_id: int
    shop: str
    language: Language
    timezone: str
    persona: str
    coin: str
    owner_id: int
    """The home group's creator, as Telegram said last. For rights Telegram is asked again at each act."""
    shop_account: int
    """The ledger account from which this shop's coins come."""
    home_chat: int | None = None
    """The home group's chat; None while the bot isn't in it."""
    currency: str = "USD"
    """The shop's currency, as an ISO code: what amounts without a currency are in."""
    contact: str = ""
    """How the shop can be reached, in the owner's words; empty: nobody said."""

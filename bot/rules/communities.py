"""Communities: a shop's settings, who may steer it, and who is who among senders."""

from dataclasses import dataclass

from bot.rules.arrivals import Shop
from bot.rules.giveaways import GiftNeedsStock, GiveawayTooMuch
from bot.rules.words import Language

DEFAULT_TIMEZONES = {Language.KO: "Asia/Seoul", Language.ZH: "Asia/Shanghai", Language.EN: "UTC"}
"""Where a shop most likely stands, by its language; `/setup timezone=…` corrects it."""

ANONYMOUS_ADMIN = 1087968824
CHANNEL_BOT = 136817688
SERVICE_ACCOUNT = 777000
SPEAKING_FOR_OTHERS = frozenset({ANONYMOUS_ADMIN, CHANNEL_BOT, SERVICE_ACCOUNT})
"""Ids that Telegram puts into `from` when someone else speaks (Bot API, `sender_chat`): nobody's points or role."""


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
    """The home group's creator, as Telegram said last. Rights are asked of Telegram at the act."""
    shop_account: int
    """The ledger account that this shop's coins come from."""
    home_chat: int | None = None
    """The home group's chat; None while the bot isn't in it."""


@dataclass(frozen=True, slots=True)
class ChannelsDontPlay:
    """A channel spoke as a user: nobody's coins."""


@dataclass(frozen=True, slots=True)
class NoCommunityYet:
    """A person wrote in private before they were met in any shop's group."""


@dataclass(frozen=True, slots=True)
class Hello:
    """`/start` and `/help`: what this person can do here."""

    shop: str
    name: str
    commands: tuple[str, ...]
    """What every fan can say."""
    staff: tuple[str, ...] = ()
    """What staff can say besides; empty for a fan."""
    owner: bool = False
    """Whether they may set the shop up: then, in private, a button leads there."""
    panel: bool = False
    """Whether a button opens the staff's panel: to staff, in private."""
    others: tuple[Shop, ...] = ()
    """Other shops whose member they are, to which their private chat can turn."""


@dataclass(frozen=True, slots=True)
class AskAgain:
    """A staff command that waited too long (the bot was away) isn't done unasked."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Undone:
    """The last act was taken back."""

    act: str
    """The act's name in the audit log: `campaign.made`, `coupon.redeemed`, `setup.changed`, …"""
    subject: str


@dataclass(frozen=True, slots=True)
class NothingToUndo:
    """This person has done nothing here that can be taken back."""


@dataclass(frozen=True, slots=True)
class TooLateToUndo:
    """Someone has already used what the act made."""

    act: str
    subject: str


@dataclass(frozen=True, slots=True)
class OwnersAct:
    """Only the present owner takes this back: an owner did it, or only the owner may do it."""

    act: str
    subject: str


UndoOutcome = Undone | NothingToUndo | TooLateToUndo | OwnersAct | GiveawayTooMuch | GiftNeedsStock


@dataclass(frozen=True, slots=True)
class Oops:
    """A bug of ours: nothing was changed, please try again."""


@dataclass(frozen=True, slots=True)
class OnlyInPrivate:
    """The answer holds a code, and no way but aloud is open: it waits in the private chat."""

    payload: str
    """What the link into the private chat says, so that the same is shown there."""


@dataclass(frozen=True, slots=True)
class TelegramSilent:
    """Something had to be asked of Telegram first, and for a minute or two there was no answer."""


@dataclass(frozen=True, slots=True)
class NoWhispers:
    """To the owner, once: the Bot API server is too old for answers that only one person sees."""


@dataclass(frozen=True, slots=True)
class NotYourWords:
    """A command, word or answer that was forwarded, or came through another bot: nothing was done."""


@dataclass(frozen=True, slots=True)
class StalePress:
    """A button that this bot no longer knows, or data that it never wrote."""

"""What any command or press may be answered, whatever it was about."""

from dataclasses import dataclass

from bot.rules.giveaways import GiftNeedsStock, GiveawayTooMuch
from bot.rules.outcome import Outcome
from bot.rules.place import Shop


@dataclass(frozen=True, slots=True)
class ChannelsDontPlay(Outcome, name="communities.ChannelsDontPlay"):
    """A channel spoke as a user: nobody's coins."""


@dataclass(frozen=True, slots=True)
class NoCommunityYet(Outcome, name="communities.NoCommunityYet"):
    """A person wrote in private before they were met in any shop's group."""


@dataclass(frozen=True, slots=True)
class Hello(Outcome, name="communities.Hello"):
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
class AskAgain(Outcome, name="communities.AskAgain"):
    """A staff command that waited too long (the bot was away) isn't done unasked."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Undone(Outcome, name="communities.Undone"):
    """The last act was taken back."""

    act: str
    """The act's name in the audit log: `campaign.made`, `coupon.redeemed`, `setup.changed`, …"""
    subject: str


@dataclass(frozen=True, slots=True)
class NothingToUndo(Outcome, name="communities.NothingToUndo"):
    """This person has done nothing here that can be taken back."""


@dataclass(frozen=True, slots=True)
class TooLateToUndo(Outcome, name="communities.TooLateToUndo"):
    """Someone has already used what the act made."""

    act: str
    subject: str


@dataclass(frozen=True, slots=True)
class OwnersAct(Outcome, name="communities.OwnersAct"):
    """Only the present owner takes this back: an owner did it, or only the owner may do it."""

    act: str
    subject: str


UndoOutcome = Undone | NothingToUndo | TooLateToUndo | OwnersAct | GiveawayTooMuch | GiftNeedsStock


@dataclass(frozen=True, slots=True)
class Oops(Outcome, name="communities.Oops"):
    """A bug of ours: nothing was changed, please try again."""


@dataclass(frozen=True, slots=True)
class OnlyInPrivate(Outcome, name="communities.OnlyInPrivate"):
    """The answer holds a code, and no way but aloud is open: it waits in the private chat."""

    payload: str
    """What the link into the private chat says, so that the same is shown there."""


@dataclass(frozen=True, slots=True)
class TelegramSilent(Outcome, name="communities.TelegramSilent"):
    """Something had to be asked of Telegram first, and for a minute or two there was no answer."""


@dataclass(frozen=True, slots=True)
class NoWhispers(Outcome, name="communities.NoWhispers"):
    """To the owner, once: the Bot API server is too old for answers that only one person sees."""


@dataclass(frozen=True, slots=True)
class NotYourWords(Outcome, name="communities.NotYourWords"):
    """A command, word or answer that was forwarded, or came through another bot: nothing was done."""


@dataclass(frozen=True, slots=True)
class StalePress(Outcome, name="communities.StalePress"):
    """A button that this bot no longer knows, or data that it never wrote."""


@dataclass(frozen=True, slots=True)
class NotOpenYet(Outcome, name="arrivals.NotOpenYet"):
    """Said to a fan in a group of which the owner hasn't yet said whose it is."""

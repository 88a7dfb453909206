"""Answers that any command or press may get, in whatever domain."""

from dataclasses import dataclass, field

from bot.rules.giveaways import GiftNeedsStock, GiveawayTooMuch
from bot.rules.outcome import Outcome
from bot.rules.place import Shop
from bot.rules.rights import NotForHosts


@dataclass(frozen=True, slots=True)
class ChannelsDontPlay(Outcome, name="communities.ChannelsDontPlay"):
    """A channel wrote as a user. A channel has no coins."""


@dataclass(frozen=True, slots=True)
class NoCommunityYet(Outcome, name="communities.NoCommunityYet"):
    """A person wrote in private, and the bot has seen them in no shop's group."""


@dataclass(frozen=True, slots=True)
class Greeting(Outcome, name="communities.Greeting"):
    """`/start`, and what leads nowhere else in private: the first steps by buttons. `/help` tells the rest."""

    shop: str
    name: str
    owner: bool = False
    """Whether they may set up the shop. In private a button leads there."""
    panel: bool = False
    """Whether a button opens the staff's panel. Only staff have it, in private."""
    others: tuple[Shop, ...] = ()
    """Other shops of which they are a member. Their private chat can change to these."""


@dataclass(frozen=True, slots=True)
class Hello(Outcome, name="communities.Hello"):
    """`/help`: all that this person can do here."""

    shop: str
    name: str
    commands: tuple[str, ...]
    """Commands for every fan."""
    staff: tuple[str, ...] = ()
    """Further commands for staff; empty for a fan."""
    owner: bool = False
    """Whether they may set up the shop. In private a button leads there."""
    panel: bool = False
    """Whether a button opens the staff's panel. Only staff have it, in private."""
    others: tuple[Shop, ...] = ()
    """Other shops of which they are a member. Their private chat can change to these."""


@dataclass(frozen=True, slots=True)
class NearestCommand(Outcome, name="communities.NearestCommand"):
    """There is no command of this name, but one that is nearly called so."""

    typed: str
    """The name that was typed."""
    command: str
    """The name that was most likely meant."""
    line: str
    """The whole line with it, slash included."""


@dataclass(frozen=True, slots=True)
class FileAlone(Outcome, name="communities.FileAlone"):
    """Staff sent a file in private without saying what it is for."""

    owner: bool
    """Whether they may bring members in."""


@dataclass(frozen=True, slots=True)
class AskAgain(Outcome, name="communities.AskAgain"):
    """A staff command waited too long, because the bot was away. It isn't done without asking."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Undone(Outcome, name="communities.Undone"):
    """The act was taken back."""

    act: str
    """The act's name in the audit log: `campaign.made`, `coupon.redeemed`, `setup.changed`, …"""
    subject: str
    entry_id: int | None = field(default=None, compare=False)
    """The entry of the audit log that was taken back."""
    panel: bool = field(default=False, compare=False)
    """Whether it stands in private in place of what it took back. Then a button leads to the panel."""


@dataclass(frozen=True, slots=True)
class AlreadyUndone(Outcome, name="communities.AlreadyUndone"):
    """The act was taken back before."""

    act: str
    subject: str
    entry_id: int | None = field(default=None, compare=False)
    panel: bool = field(default=False, compare=False)
    """As in `Undone`."""


@dataclass(frozen=True, slots=True)
class StaysDone(Outcome, name="communities.StaysDone"):
    """What the person did last can't be taken back. What they did before isn't taken back unasked."""

    act: str
    subject: str
    before_id: int | None = None
    """The entry of their last act that can be taken back; None if there is none."""
    before: str | None = None
    """What that act was about."""


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
    """Only the present owner can take the act back: an owner did it, or only the owner may do it."""

    act: str
    subject: str


UndoOutcome = (
    Undone
    | AlreadyUndone
    | StaysDone
    | NothingToUndo
    | TooLateToUndo
    | OwnersAct
    | NotForHosts
    | GiveawayTooMuch
    | GiftNeedsStock
)


@dataclass(frozen=True, slots=True)
class Oops(Outcome, name="communities.Oops"):
    """The bot has a bug: nothing was changed, and the person is asked to try again."""


@dataclass(frozen=True, slots=True)
class OnlyInPrivate(Outcome, name="communities.OnlyInPrivate"):
    """The answer holds a secret, and it could only be shown to the whole group. The private chat shows it."""

    payload: str
    """Payload of the link into the private chat that shows the answer there."""


@dataclass(frozen=True, slots=True)
class TelegramSilent(Outcome, name="communities.TelegramSilent"):
    """The bot had to ask Telegram first, and got no answer for a minute or two."""


@dataclass(frozen=True, slots=True)
class NoWhispers(Outcome, name="communities.NoWhispers"):
    """To the owner, once: the Bot API server is too old for answers that only one person sees."""


@dataclass(frozen=True, slots=True)
class NotYourWords(Outcome, name="communities.NotYourWords"):
    """The command, word or answer was forwarded, or came through another bot: nothing was done."""


@dataclass(frozen=True, slots=True)
class StalePress(Outcome, name="communities.StalePress"):
    """The bot doesn't know this button any more, or somebody forged its data."""


@dataclass(frozen=True, slots=True)
class NotOpenYet(Outcome, name="arrivals.NotOpenYet"):
    """To a fan in a group: the owner hasn't said yet to which shop the group belongs."""

"""The act that every use case gets: where, by whom, when, and by which update."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.rules.calendar import day_of
from bot.rules.fans import Room
from bot.rules.place import Place
from bot.rules.rights import Role, sees_money


@dataclass(frozen=True, slots=True)
class Sender:
    """A person as Telegram shows them with an update."""

    user_id: int
    name: str
    username: str | None
    language: str | None
    room: Room | None = None
    """The shop's room in which they act; who acts there is a fan. None in private and in a channel."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The message through which an act came."""

    room_id: int | None
    """The row id of the room in which it stands; None in private."""
    message_id: int | None
    """For a press the message under which the button was; else the message that the person wrote. None: unknown."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """When something was done, and through which message."""

    at: datetime
    day: date
    """The calendar day on which it counts, in the shop's zone."""
    origin: Origin | None = None
    """None if it came through no message, as an order that the shop's platform tells of."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a person, as every use case gets it."""

    place: Place
    """The community in which it happens."""
    sender: Sender
    """The person who acts."""
    at: datetime
    """The instant of the act, aware."""
    cause: str
    """The update that brought the act, as `bot id:update id`. If it comes again, the first answer is given again."""
    actor_id: int
    """The actor in the audit log: the person's id, or the group's id for an anonymous administrator."""
    role: Role = Role.FAN
    """What the actor may do in the community, as Telegram said at the act."""
    or_said: str | None = None
    """The same command with the evening's hour, if the hour that was said may be of the morning or of the evening."""

    origin: Origin | None = None
    """The message through which it came; None if it came through none."""

    airing_id: int | None = None
    """The airing to whose stream it belongs, as what a heart goal opens; None for every other act."""
    by_clock: bool = False
    """Whether the clock acts in the name of staff, as for an activity of the calendar."""

    @property
    def typed(self) -> bool:
        """Whether a person does it now. Its messages leave at once; those of other acts wait for the budget."""
        return self.airing_id is None and not self.by_clock

    @property
    def sees_money(self) -> bool:
        """Whether the actor may see the shop's money and give its coins away. Hosts and fans may not."""
        return sees_money(self.role)

    @property
    def occasion(self) -> Occasion:
        """When it happened, and through which message."""
        return Occasion(self.at, day_of(self.at, self.place.timezone), self.origin)

    @property
    def community_id(self) -> int:
        """The community's id."""
        return self.place.community_id

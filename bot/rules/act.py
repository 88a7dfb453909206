"""The act that every use case gets: where, by whom, when, and by which update."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.fans import Room
from bot.rules.place import Place
from bot.rules.rights import Role


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

    @property
    def community_id(self) -> int:
        """The community's id."""
        return self.place.community_id

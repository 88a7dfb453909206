"""To whom a post goes: all rooms of the shop, some of them, or a segment of its fans in private."""

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Audience:
    """To whom a post goes. Make one by `everywhere`, `in_rooms` or `in_private`."""

    rooms: tuple[int, ...] | None = None
    """Row ids of the rooms; None: all that are told directly, so not the discussion group of a channel."""
    topic: int | None = None
    """The topic of the one room that was chosen; None: where the room is told things."""
    segment: str | None = None
    """The fans who are told in private, as `rules/segments.py` writes them; an empty text means all of them.
    None: it isn't private."""

    @classmethod
    def everywhere(cls) -> Self:
        """All rooms."""
        return cls()

    @classmethod
    def in_rooms(cls, *rooms: int, topic: int | None = None) -> Self:
        """These rooms, by row id."""
        return cls(rooms=rooms, topic=topic)

    @classmethod
    def in_private(cls, segment: str) -> Self:
        """These fans, each in their private chat."""
        return cls(segment=segment)

    @property
    def private(self) -> bool:
        """Whether it is told to each fan alone."""
        return self.segment is not None

    def to_facts(self) -> dict[str, Any]:
        """What a row keeps."""
        if self.segment is not None:
            return {"segment": self.segment}
        facts: dict[str, Any] = {"rooms": list(self.rooms) if self.rooms is not None else None}
        return facts if self.topic is None else {**facts, "topic": self.topic}

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Self:
        """The audience that a row keeps."""
        rooms = facts.get("rooms")
        return cls(tuple(rooms) if rooms is not None else None, facts.get("topic"), facts.get("segment"))

"""What domains bring to the staff's panel, put together."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from bot.handlers.kit.blanks import PanelAct
from bot.rules.panel import Section
from bot.store.panel import ListEnded, ListThings


@dataclass(frozen=True, slots=True)
class PanelParts:
    """All acts that the panel can do, and the lists of things that they are about."""

    acts: tuple[PanelAct, ...]
    """In the order in which they are shown."""
    lists: Mapping[str, ListThings]
    """By section."""
    ended: Mapping[str, ListEnded] = field(default_factory=dict)
    """Lists of ended things, by section."""
    by_name: Mapping[str, PanelAct] = field(init=False)

    def __post_init__(self) -> None:
        by_name = {act.name: act for act in self.acts}
        if len(by_name) < len(self.acts):
            raise ValueError("two acts of the panel have the same name")
        object.__setattr__(self, "by_name", MappingProxyType(by_name))

    @classmethod
    def of(
        cls, acts: Iterable[PanelAct], lists: Mapping[str, ListThings], ended: Mapping[str, ListEnded] | None = None
    ) -> "PanelParts":
        """Put acts in the order of sections, and inside a section in that of their rows."""
        sections = list(Section)
        return cls(
            tuple(sorted(acts, key=lambda act: (sections.index(Section(act.section)), act.row))), lists, ended or {}
        )

    def limited_to(self, commands: Collection[str]) -> "PanelParts":
        """The same without acts whose command no desk answers."""
        return replace(self, acts=tuple(act for act in self.acts if act.command in commands))

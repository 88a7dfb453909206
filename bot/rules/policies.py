"""All policies in one place, so that one number can be changed for one community or one test."""

from collections.abc import Iterable
from typing import Any, TypeVar

P = TypeVar("P")


class Policies:
    """The policies of a bot by their class. They are made in `bot/domains.py`, and nowhere else in the bot."""

    __slots__ = ("_by_kind",)

    def __init__(self, policies: Iterable[Any]) -> None:
        self._by_kind = {type(policy): policy for policy in policies}

    def __getitem__(self, kind: type[P]) -> P:
        """The policy of this class.

        Raises:
            KeyError: no domain registered one.
        """
        policy: P = self._by_kind[kind]
        return policy

    def but(self, *changed: Any) -> "Policies":
        """A copy in which these policies replace those of the same classes."""
        return Policies([*self._by_kind.values(), *changed])

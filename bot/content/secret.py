"""Which part of an outcome only its reader may see: a code, or a link that is worth something.

Such an outcome reaches one person only: by an alert, by a whisper, or in private. A test renders every outcome with a
unique code, and compares where the code appears with what is registered here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.rules.outcome import Outcome

MASK = "•••"


@dataclass(frozen=True, slots=True)
class Secret:
    """The fields of an outcome that hold a secret. If all of them are empty, the outcome shows no secret."""

    fields: tuple[str, ...]
    link: str | None = None
    """Prefix of the link that shows the secret in private: `t.me/<bot>?start=coupons_<shop>`. None for answers to
    staff: in a group they are shown with the code masked."""
    told_by_alert: bool = False
    """Whether the short form shows the code too, so that an alert is enough."""


Secrets = Mapping[type[Outcome], Secret]
"""The secret fields of each outcome that has some."""

"""What of an outcome only its reader may see: a code, or a link that is worth something.

Such outcomes reach one person only: by an alert, a whisper, or in private. A test renders every outcome with a code of
its own and holds what is registered against what it then reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.rules.outcome import Outcome

MASK = "•••"


@dataclass(frozen=True, slots=True)
class Secret:
    """Which fields of an outcome hold it. It is none where all of them are empty."""

    fields: tuple[str, ...]
    link: str | None = None
    """Prefix of the link that shows it in private: `t.me/<bot>?start=coupons_<shop>`. None for what staff hear of a
    code: they are told aloud too, with the code masked."""
    told_by_alert: bool = False
    """Whether the short form holds the code too: who has read the alert has been told."""


Secrets = Mapping[type[Outcome], Secret]
"""What is secret in each outcome that holds a secret."""

"""The preview of a drop whose codes come from files: what *do it* would put up."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.coupon_states import KeptFor
from bot.rules.for_whom import Aimed
from bot.rules.imports import Shown
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class CodesPreview(Outcome, name="coupons.CodesPreview"):
    """Codes of files, and the drop that they would become."""

    shown: Shown
    title: str
    codes: int
    left_out: int
    """Lines whose code was used up or is over, by the file's own status."""
    repeated: int
    """Codes that stand in more than one of the files. They count once."""
    first_code: str
    last_code: str
    price: int
    limit: int
    tier: str
    opens: datetime | None
    closes: datetime | None
    kept_for: KeptFor | None
    other_hour: datetime | None = None
    """The evening's instant, if an hour of the line may mean it; a button takes it instead of the morning's."""
    aimed: Aimed | None = None
    """The fans who may claim; None: all."""

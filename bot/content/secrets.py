"""Outcomes that show a code or a link that is worth something, and what may be said of them aloud.

They reach one person only: by an alert, a whisper, or in private. A test renders every outcome with a code of its own
and holds the table below against what it then reads.
"""

from dataclasses import dataclass, replace
from typing import Any

from bot.rules.coin_shop.shelf import Bought
from bot.rules.coupons.campaigns import CampaignMade, CampaignShown, SharedCodeTaken
from bot.rules.coupons.claims import AlreadyClaimed, Claimed
from bot.rules.coupons.code_files import CodesRefused
from bot.rules.coupons.ending_soon import CouponsEnd
from bot.rules.coupons.held_coupons import MyCoupons
from bot.rules.coupons.redemption import (
    AlreadyRedeemed,
    CodeMistyped,
    CodeUnknown,
    CouponOver,
    CouponVoid,
    FanHasNone,
    Redeemed,
    WhoseCode,
)
from bot.rules.general import OnlyInPrivate
from bot.rules.gifts.cards import GiftCard
from bot.rules.gifts.openings import GiftWelcome
from bot.rules.orders.orders import HookShown, OrderShown
from bot.rules.place import Place
from bot.rules.raffles.entries import MyEntry

COUPONS, ENTRIES, CARDS, PANEL = "coupons", "raffles", "gift", "admin"
"""Prefixes of the links that show the same in private: `t.me/<bot>?start=coupons_<shop>`."""
MASK = "•••"


@dataclass(frozen=True, slots=True)
class Secret:
    """Which fields of an outcome hold it. It is none where all of them are empty."""

    fields: tuple[str, ...]
    link: str | None = None
    """What shows it in private. None for what staff hear of a code: they are told aloud too, with the code masked."""


_STAFFS = Secret(("code",))
SECRETS: dict[type[Any], Secret] = {
    Claimed: Secret(("code",), COUPONS),
    AlreadyClaimed: Secret(("code",), COUPONS),
    MyCoupons: Secret(("coupons",), COUPONS),
    CouponsEnd: Secret(("coupons",), COUPONS),
    Bought: Secret(("code",), COUPONS),
    GiftWelcome: Secret(("code",), COUPONS),
    GiftCard: Secret(("payload",), CARDS),
    MyEntry: Secret(("salt",), ENTRIES),
    CodesRefused: Secret(("lines",), PANEL),
    HookShown: Secret(("secret",), PANEL),
    CampaignMade: Secret(("shared_code", "first_code", "last_code")),
    CampaignShown: Secret(("shared_code",)),
    **dict.fromkeys((SharedCodeTaken, Redeemed, AlreadyRedeemed, CodeMistyped, CodeUnknown), _STAFFS),
    **dict.fromkeys((CouponVoid, CouponOver, WhoseCode, FanHasNone, OrderShown), _STAFFS),
}
TOLD_BY_ALERT = (Claimed, AlreadyClaimed)
"""Whose short form holds the code too: who has read the alert has been told."""


def is_secret(outcome: Any) -> bool:
    """Whether it shows something that only its reader may see."""
    secret = SECRETS.get(type(outcome))
    return secret is not None and any(getattr(outcome, name) for name in secret.fields)


def aloud(outcome: Any, place: Place) -> Any:
    """What may be said in the group in its stead: the same without the code, or the way into the private chat."""
    secret = SECRETS[type(outcome)]
    if secret.link is not None:
        return OnlyInPrivate(f"{secret.link}_{place.community_id}")
    return replace(outcome, **{name: MASK for name in secret.fields if getattr(outcome, name)})

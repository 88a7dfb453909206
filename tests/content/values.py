"""The values that outcomes are tried with: what can stand in a field, in a setting, in a place."""

from datetime import UTC, date, datetime
from typing import get_args

from bot.flows.heart_prizes import PRIZES
from bot.rules.airings import Phase
from bot.rules.attention.wear_out import WearState
from bot.rules.exchange.states import ExportKind
from bot.rules.farming import HeldState
from bot.rules.forms import FormError
from bot.rules.goal_board import StepState
from bot.rules.packets.packets import PacketState
from bot.rules.place import Place
from bot.rules.raffles.cards import RaffleLine
from bot.rules.raffles.draws import UNREACHABLE
from bot.rules.raffles.facts import Reason
from bot.rules.raffles.results import Winner
from bot.rules.shops import setup as setup_rules
from bot.rules.shops.arrivals import Need
from bot.rules.words import Language
from tests import hostile
from tests.features.scene import PANEL

STATES = {
    "DropCard": ("soon", "open", "sold_out", "closed", "cancelled"),
    "CampaignShown": ("soon", "open", "sold_out", "closed", "cancelled"),
    **dict.fromkeys(("OrderShown", "ClaimLine"), ("paid", "refunded", "cancelled")),
    "ClaimSettled": ("open", "confirmed", "declined"),
    "HeldCoupon": ("held", "redeemed", "over", "cancelled"),
    "GiftCard": ("ready", "shared", "opened", "joined", "taken", "returned", "void"),
    "FriendLine": ("started", "new", "enough", "stayed", "held", "over", "capped", "left"),
    "OfferLine": ("open", "over", "closed"),
    "OfferShown": ("open", "over", "closed"),
    "PacketCard": tuple(state.value for state in PacketState),
    "HeldSettled": tuple(HeldState),
    "ShelfLine": ("open", "soon", "sold_out", "limit", "tier", "dear"),
    **dict.fromkeys(("ItemShown", "ItemLine"), ("open", "soon", "sold_out", "closed", "withdrawn")),
    **dict.fromkeys(
        ("RaffleCard", "RaffleLine", "RaffleShown", "RaffleNotNow", "MyEntry", "NothingToCheck"),
        ("open", "closed", "listed", "drawn", "cancelled"),
    ),
    "EntryClosed": ("closed", "listed", "drawn", "cancelled"),
    "GoalStep": tuple(StepState),
    "WearLine": tuple(WearState),
}
PHASES = tuple(phase.value for phase in Phase)
ACTS = (
    *("tag_rule.made", "tag_rule.removed", "welcome.made", "welcome.removed"),
    *("order.refunded", "order.given", "claim.confirmed", "claim.declined"),
    *("campaign.made", "campaign.cancelled", "coupon.redeemed", "setup.changed"),
    *("item.made", "item.closed", "item.opened", "item.handed_over"),
    *("stream.made", "stream.delayed", "stream.cancelled", "one.of.tomorrow"),
    "packet.opened",
    "held.refused",
    *("gift.made", "gift.closed", "raffle.made", "raffle.cancelled"),
    *("hearts.made", "hearts.cancelled"),
    *("staff.denied", "staff.lifted"),
    "room.topic",
    *("posting.changed", "slots.changed", "week.rested"),
    "blanks.filled",
    *("persona.changed", "persona.pillars"),
    *("post.made", "post.changed", "post.sent", "post.edited", "post.shelved", "post.unshelved", "post.deleted"),
    *("bounds.changed", "held.stopped", "typed.held"),
    *("fan.tagged", "fan.noted", "fan.note_gone", "fan.granted"),
)
TIERS = ("new", "fan", "loyal", "core")
MESSAGES = ("drop", "packet", "morning", "ending.CouponsEnd", "figures.Digest")
"""Kinds of messages that explanations are about."""
KINDS = {
    **dict.fromkeys(("About", "FoldedLine"), MESSAGES),
    **dict.fromkeys(("HeldLine", "HeldSettled"), ("gift", "packet", "raffle", "something")),
    **dict.fromkeys(("GoalStep", "StepFailed"), tuple(prize.name for prize in PRIZES)),
    **dict.fromkeys(("ExportFile", "ExportTooLarge", "ExportFailed"), tuple(ExportKind)),
    **dict.fromkeys(
        ("BuyAsked", "Bought", "ItemMade", "ItemShown", "Refunded"), ("coupon", "raffle", "makeup", "favour")
    ),
}
"""What a `kind` can be, by outcome."""
LINKS = ("https://example.com/live", "https://example.com/" + "w" * 490, None)
"""A link was read by us: at most 512 characters, no spaces."""
CODES = ("K7M2-QX4P", "SILK20", "W" * 32)
"""A coupon's own code was made or checked by us (`CouponPolicy.max_shared_code`), whatever staff type at the till."""
HASHES = ("5e" * 32,)
"""Made by us."""
SETTINGS = ("coin", "contact", "currency", "giveaway", "language", "morning", "packets", "persona", "shop", "timezone")
DEEDS = (
    *ACTS,
    "raffle.called_off",
    "stream.live",
    "stream.ended",
    "setup.kept",
    "source.made",
    "source.priced",
    "room.came",
    "held.released",
    "orders.imported",
    "hook.turned",
    "hook.closed",
    "digest.switched",
    *("post.taken_back", "post.pinned", "post.stopped"),
    *("bounds.changed", "held.sent_now", "held.stopped", "typed.held"),
)
PANEL_BLANKS = tuple(sorted({blank.name for act in PANEL.acts for blank in act.blanks}))
PROBLEMS = (*(kind.__name__ for kind in get_args(FormError)), "NoTyping", "OneOfTomorrow")
WINNERS = tuple(
    (Winner(number, name),) * many
    for number, name, many in (
        *((7, "Mina", 1), (7, None, 20), (hostile.HUGE, hostile.LONG_EMOJI, 20)),
        *((hostile.HUGE, hostile.LONG_MARKUP, 20), (7, "", 0)),
    )
)
"""Who won a raffle; that names are cut and escaped is tried in each of these."""
LOST_NUMBERS = ((7,), (hostile.HUGE,) * 4)
WHY_REDRAWN = (UNREACHABLE, "no answer", *hostile.NAMES)
RAFFLES = tuple(
    (RaffleLine(1, prize, state, datetime(2026, 11, 23, 11, 0, tzinfo=UTC), number, mine, reason, 5),) * many
    for prize, state, number, mine, reason, many in (
        *(("Silk scarf", "open", None, None, None, 2), ("Silk scarf", "drawn", 7, "won", None, 1)),
        *((hostile.LONG_MARKUP, state, hostile.HUGE, "in", None, 15) for state in ("open", "listed", "drawn")),
        *((hostile.LONG_EMOJI, "drawn", 7, mine, reason.value, 15) for mine in ("out", "struck") for reason in Reason),
        *(("Silk scarf", "cancelled", 7, "in", None, 15), ("Silk scarf", "drawn", None, None, None, 0)),
    )
)
"""What `/raffles` lists: at most fifteen."""
MISSING = (tuple(Need), *((need,) for need in Need), ())
AWARE = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
EXAMPLE = '/newcoupon title="Silk scarf" stock=100'
ORDINARY: dict[str, str] = {
    "title": "Silk scarf −20%",
    "wish": "Does the silk shrink?",
    "code": "K7M2-QX4P",
    "shared_code": "SILK20",
    "link": "https://t.me/encore_bot?start=src_kq3J9x_Tf-2Lw8aB",
    "url": "https://t.me/+AbCdEfGh12345678",
    "page": "/draws/12/00112233445566778899aabbccddeeff/",
    "name": "Mina",
    "fan": "mina_k",
    "shown": "@mina_k",
    "said": "@mina_k",
    "by": "Jun",
    "shop": "Silk Live",
    "persona": "Lumi",
    "contact": "02-123-4567",
    "coin": "coins",
    "timezone": "Asia/Seoul",
    "subject": "#12 Silk scarf −20%",
    "field": "stock",
    "value": "many",
    "word": "scarf",
    "example": EXAMPLE,
    "order": "20261123-0042",
    "shop_code": "K7M2QX",
    **dict.fromkeys(("owner", "claims"), "Jun"),
    "text": "SILK-0042",
    "secret": "kq3J9x_Tf-2Lw8aBkq3J9x_Tf-2Lw8aBkq3J9x_Tf-2",
    **dict.fromkeys(("first_code", "last_code"), "SILK-0001"),
    "stream": "Silk night",
    "benefit": "Silk scarf −20%",
    "coupon": "Silk scarf −20%",
    "giver": "Mina",
    "friend": "Jun",
    "luckiest": "Ben",
    **dict.fromkeys(("who", "username", "said", "home"), "Mina"),
    "prize": "Silk scarf −20%",
    "room": "Silk room",
    "wears": "pillar:tips",
    "rests": "pillar:tips",
    "wakes": "drop",
    "topic": "Drops",
    "typed": "newcopon",
    "piece": "tier>=loyl",
    **dict.fromkeys(("file", "files"), "codes.csv"),
    **dict.fromkeys(("sample", "samples"), "11/2/2026"),
    **dict.fromkeys(("nearest", "names"), "price"),
    **dict.fromkeys(("tag", "expected"), "b"),
    "label": "The new item",
    "command": "/redpacket 1000 20",
    **dict.fromkeys(("like", "before"), "Ivory knit cardigan"),
    "post": "Say hello to the new one",
    "notes": "Cheerful, no shouting",
    **dict.fromkeys(("segment", "segments"), "tier>=loyal quiet=14d"),
    "sign_off": "See you tonight, Mina",
    "emoji": "🌸",
    **dict.fromkeys(("pillar", "unused", "asks"), "tips"),
    **dict.fromkeys(("added", "removed", "tags"), "silk"),
    "reason": "for the lovely photos",
    "line": "50 for the lovely photos",
    "inviter": "Jun",
    "source": "video",
}
HERE = {
    "ordinary": Place(1, "Silk Live", Language.KO, "Asia/Seoul", "Lumi", "코인", 1, 1),
    "nobody's": None,
    "hostile": Place(
        1,
        hostile.LONG_MARKUP,
        Language.EN,
        "America/New_York",
        hostile.MARKUP * 200,
        ("<i>&" * 4)[: setup_rules.SetupPolicy().max_coin],
        1,
        1,
    ),
    "strange": Place(1, hostile.RIGHT_TO_LEFT, Language.ZH, "Asia/Shanghai", hostile.BRACES, hostile.BRACES[:16], 1, 1),
}
"""Where something happens. The coin's name is at most as long as `/setup` lets it be: it stands in every sum."""

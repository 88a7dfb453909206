"""What the staff's panel can do, in the order in which it is shown.

To add an act, name its command, its section and where its blanks stand in the command's line. Its words are in
`content/*/staff/asks.j2`; its reach is counted in `features/staff/reach.py`; what it is about is listed in
`features/staff/overview.py`.
"""

from typing import Any

from bot.handlers.coin_shop.items import NEW_ITEM_FORM
from bot.handlers.coupons.campaigns import NEW_COUPON_FORM, POLICY, REDEEM, WITH_FILE_FORM
from bot.handlers.gifts.offers import NEW_GIFT_FORM
from bot.handlers.hearts.hearts import HEARTS_FORM
from bot.handlers.kit.blanks import Act, Blank, Pick, bare, blanks_of, file, flag, person
from bot.handlers.kit.forms import Field, Form, Moment, one_of, whole, words
from bot.handlers.orders.orders import FILE_FORM, ORDER
from bot.handlers.orders.orders import POLICY as ORDERS
from bot.handlers.packets.packets import POLICY as PACKETS
from bot.handlers.packets.packets import days_back
from bot.handlers.people.sources import EXAMPLE as SOURCE
from bot.handlers.raffles.raffles import NEW_RAFFLE_FORM, REDRAW_FORM
from bot.handlers.streams.forms import END_FORM, go_live_form, new_stream_form, read_move
from bot.rules.airings import Phase
from bot.rules.people.sources import MAX_COST, MAX_NAME
from bot.rules.shops.report import PERIODS
from bot.rules.staff.panel import Section
from bot.rules.streams.airings import Move
from bot.rules.streams.streams import StreamPolicy

STREAMS = StreamPolicy()
RUNNING = frozenset({"soon", "open", "sold_out"})
COMING = frozenset({Phase.COMING, Phase.DELAYED, Phase.STARTING})
ON_SHELF = frozenset({"soon", "open", "sold_out"})
ANY_ITEM = ON_SHELF | {"closed", "ended"}
ON = frozenset({Phase.STARTING, Phase.ON_AIR})

DROP: dict[str, Any] = {
    "price": ("0", "30", "50", "100"),
    "limit": ("1", "2", "3"),
    "opens": ("+30m", "+1h", "20:00"),
    "closes": ("+1h", "+3h", "+1d", "+3d"),
}


def order_ref(name: str, text: str, moment: Moment) -> str:
    """An order's number: one word, as the shop's platform gives it."""
    return words(ORDERS.max_ref, ORDER)(name, "".join(text.split()), moment)


def new_start(_name: str, text: str, moment: Moment) -> Move:
    """By how long, or to when."""
    return read_move(text, moment, STREAMS.max_delay)


ACTS = (
    Act(
        "newcoupon",
        Section.COUPONS,
        "newcoupon",
        blanks_of(NEW_COUPON_FORM, stock=("20", "50", "100"), **DROP),
    ),
    Act(
        "newcoupon_file",
        Section.COUPONS,
        "newcoupon",
        (
            file("file"),
            *(blank for blank in blanks_of(WITH_FILE_FORM, **DROP) if blank.name not in {"stock", "code"}),
        ),
    ),
    Act("coupon_cancel", Section.COUPONS, "coupon", head="{number}", tail="cancel", states=RUNNING, danger=True),
    Act(
        "redeem",
        Section.ORDERS,
        "redeem",
        (bare("code", words(POLICY.max_shared_code, REDEEM)), person("fan", needed=False)),
    ),
    Act("redeem_file", Section.ORDERS, "redeem", (file("file"), *blanks_of(FILE_FORM)), unlogged=True),
    Act("order", Section.ORDERS, "order", (bare("order", order_ref),), unlogged=True),
    Act("order_refund", Section.ORDERS, "order", (bare("order", order_ref),), tail="refund", danger=True),
    Act("hook", Section.ORDERS, "hook", unlogged=True, owner=True),
    Act("hook_new", Section.ORDERS, "hook", tail="new", danger=True, owner=True),
    Act("hook_off", Section.ORDERS, "hook", tail="off", danger=True, owner=True),
    Act(
        "newstream",
        Section.STREAMS,
        "newstream",
        blanks_of(
            new_stream_form(STREAMS),
            at=("+1h", "19:00", "20:00", "21:00"),
            remind=("24h,1h,10m", "1h,10m", "10m", "off"),
            length=("1h", "2h", "3h", "4h"),
        ),
    ),
    Act("golive_now", Section.STREAMS, "golive", blanks_of(go_live_form(STREAMS))),
    Act("golive", Section.STREAMS, "golive", blanks_of(go_live_form(STREAMS)), head="#{number}", states=COMING | ON),
    Act(
        "delay",
        Section.STREAMS,
        "delay",
        (bare("time", new_start, "15m", "30m", "1h"),),
        tail="#{number}",
        states=COMING,
    ),
    Act("endlive", Section.STREAMS, "endlive", blanks_of(END_FORM), head="#{number}", states=ON),
    Act(
        "cancelstream",
        Section.STREAMS,
        "cancelstream",
        (flag("all"),),
        head="{number}",
        states=COMING | ON,
        danger=True,
    ),
    Act(
        "redpacket",
        Section.PACKETS,
        "redpacket",
        (
            bare("coins", whole(1, PACKETS.most_coins), "500", "1000", "3000"),
            bare("shares", whole(1, PACKETS.most_shares), "10", "20", "50", "100"),
            flag("rush"),
            Blank("fresh", days_back, quick=("7d", "30d")),
        ),
        gives=True,
    ),
    Act(
        "newraffle",
        Section.RAFFLES,
        "newraffle",
        blanks_of(
            NEW_RAFFLE_FORM,
            winners=("1", "3", "5", "10"),
            closes=("+10m", "+30m", "+1h", "+1d"),
            ticket=("0", "30", "50"),
            needs=("checkin", "stream", "checkin,stream"),
            fresh=("7d", "30d"),
            cap=("7d", "30d"),
            weights=("1,1,1,1", "1,1,2,3"),
            reserves=("0", "2", "5"),
            beacon=("yes", "no"),
        ),
    ),
    Act(
        "raffle_cancel",
        Section.RAFFLES,
        "raffle",
        head="{number}",
        tail="cancel",
        states=frozenset({"open", "closed", "listed"}),
        danger=True,
    ),
    Act(
        "raffle_redraw",
        Section.RAFFLES,
        "raffle",
        (bare("entry", whole(1, 2**31 - 1), needed=False), *blanks_of(REDRAW_FORM)),
        head="{number} redraw",
        states=frozenset({"drawn"}),
        danger=True,
        owner=True,
    ),
    Act(
        "newgift",
        Section.GIFTS,
        "newgift",
        blanks_of(
            NEW_GIFT_FORM,
            {"kind": (Pick("coupon:", Section.COUPONS, RUNNING),)},
            kind=("coins:10", "coins:20", "relay"),
            stock=("20", "50", "100"),
            closes=("+1d", "+3d", "+7d"),
        ),
        gives=True,
    ),
    Act("gifts", Section.GIFTS, "gifts", unlogged=True),
    Act("gift_close", Section.GIFTS, "gifts", head="{number}", tail="close", states=frozenset({"open"}), danger=True),
    Act(
        "newitem",
        Section.ITEMS,
        "newitem",
        blanks_of(
            NEW_ITEM_FORM,
            {"kind": (Pick("coupon:", Section.COUPONS, RUNNING),)},
            price=("50", "100", "200", "300"),
            kind=("makeup", "favour"),
            stock=("5", "10", "20", "50"),
            limit=("1", "2", "3"),
            opens=("+30m", "+1h", "20:00"),
            closes=("+1d", "+3d", "+7d"),
        ),
    ),
    Act("items", Section.ITEMS, "items", unlogged=True),
    Act("item_close", Section.ITEMS, "item", head="{number}", tail="close", states=ON_SHELF, danger=True),
    Act("item_open", Section.ITEMS, "item", head="{number}", tail="open", states=frozenset({"closed"})),
    Act("item_done", Section.ITEMS, "item", (person("fan"),), head="{number} done", states=ANY_ITEM),
    Act(
        "item_refund",
        Section.ITEMS,
        "item",
        (person("fan"),),
        head="{number} refund",
        states=ANY_ITEM,
        danger=True,
    ),
    Act(
        "hearts",
        Section.HEARTS,
        "hearts",
        blanks_of(
            HEARTS_FORM,
            {"gives": (Pick("coupon:", Section.COUPONS, RUNNING),)},
            goals=("100", "50,200", "100,300,500"),
            gives=("packet:500/20",),
        ),
        gives=True,
    ),
    Act("hearts_show", Section.HEARTS, "hearts", unlogged=True),
    Act("hearts_cancel", Section.HEARTS, "hearts", tail="cancel", danger=True),
    Act(
        "source",
        Section.FANS,
        "source",
        (bare("name", words(MAX_NAME, SOURCE)), *blanks_of(Form({"cost": Field(whole(0, MAX_COST))}, SOURCE))),
        unlogged=True,
    ),
    Act("sources", Section.FANS, "source", unlogged=True),
    Act("held", Section.FANS, "held", unlogged=True),
    Act("staff", Section.FANS, "staff", unlogged=True, owner=True),
    Act("report", Section.FANS, "report", (bare("days", one_of(PERIODS), "7d", "30d"),), unlogged=True),
)

BY_NAME = {act.name: act for act in ACTS}

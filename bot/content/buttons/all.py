"""Which buttons an outcome carries, and what pressing them says."""

from typing import Any

from bot.content.button import Button, Rows
from bot.content.buttons.coin_shop import HAND_OVER, ON_THE_SHELF, REFUND, shelf_buttons
from bot.content.buttons.shops import panel_buttons
from bot.rules.airings import LIVE_PHASES
from bot.rules.checkins.checkins import AlreadyCheckedIn, CheckedIn, MadeUp
from bot.rules.coin_shop.items import HandedOver, ItemClosed, ItemMade, ItemOpened
from bot.rules.coupons.coupons import (
    AlreadyClaimed,
    CampaignCancelled,
    CampaignMade,
    Claimed,
    DropCard,
    MyCoupons,
    Redeemed,
)
from bot.rules.coupons.ending_soon import CouponsEnd
from bot.rules.fans import ForFansOnly
from bot.rules.farming import HeldLine, HeldList, HeldRefused
from bot.rules.general import OnlyInPrivate
from bot.rules.gifts.gifts import (
    BackWithGift,
    GiftCard,
    GiftChoice,
    GiftKind,
    GiftMessage,
    GiftOpened,
    GiftReturned,
    GiftWelcome,
    InsideWithGift,
    OfferClosed,
    OfferMade,
    OwnGift,
)
from bot.rules.hearts.hearts import GoalCancelled, GoalMade
from bot.rules.naming import WhichFan
from bot.rules.orders.orders import OrderRefunded
from bot.rules.people.joining import Welcome, WelcomeAll, WelcomeBack
from bot.rules.people.members import MyCard
from bot.rules.people.preferences import PreferencesShown
from bot.rules.people.privacy import DeletionAsked, PrivacyNotice
from bot.rules.people.sources import InsideAlready, WayIn
from bot.rules.raffles.proofs import page_of
from bot.rules.raffles.raffles import (
    AlreadyEntered,
    CheckInFirst,
    Entered,
    MyEntry,
    RaffleCancelled,
    RaffleCard,
    RaffleLine,
    RaffleList,
    RaffleMade,
    TicketTooDear,
)
from bot.rules.shops.calendar import MorningCard
from bot.rules.shops.setup import SetupDone, SetupFinished
from bot.rules.streams.airings import AskOwner, Delayed, StreamCancelled
from bot.rules.streams.notices import LiveCard
from bot.rules.streams.reminders import OpenChatFirst, Reminder
from bot.rules.streams.streams import StreamLine, StreamList, StreamMade
from bot.rules.words import Language

CLAIM = "claim"
MAKE_UP = "makeup"
UNDO = "undo"
COUPONS = "coupons"
CHECK_IN = "checkin"
STREAMS = "streams"
REMIND = "remind"
UNREMIND = "unremind"
HERE = "here"
ON_AIR = "onair"
LATER = "later"
CALL_OFF = "calloff"
LATER_BY = (15, 30, 60)
"""Minutes by which the owner may put a start off with one tap."""
ENTER = "enter"
TICKET = "ticket"
RAFFLES = "raffles"
MY_ENTRY = "myentry"
ME = "me"
HEART = "heart"
HELD = "held"
"""`held:release:7`, `held:refuse:7`."""
SETTINGS = "settings"
PRIVACY = "privacy"
GIFT = "gift"
REDEEM_ONE = "redeem"
"""`redeem:<coupon>`: honour one fan's coupon with a shared code."""
DEEDS = {"done": HAND_OVER, "refund": REFUND, "redeem": REDEEM_ONE}
"""What a tap on a fan's name does."""


def buttons_for(outcome: Any) -> Rows:  # noqa: C901, PLR0911, PLR0912  # a table of outcomes
    """The outcome's buttons in rows, without their texts."""
    match outcome:
        case DropCard(state="open"):
            return ((Button("claim", press=f"{CLAIM}:{outcome.campaign_id}", style="primary"),),)
        case DropCard(state="soon"):
            return ((Button("soon", press=f"{CLAIM}:{outcome.campaign_id}"),),)
        case DropCard():
            return ((Button("over", disabled=True),),)
        case MyCoupons():
            return tuple(
                (Button("claim_early", press=f"{CLAIM}:{drop.campaign_id}", style="primary", about=drop),)
                for drop in outcome.early
                if drop.open
            )
        case Claimed(code=code) | AlreadyClaimed(code=code, redeemed=False):
            return ((Button("copy", copy=code),),)
        case CheckedIn(restorable=r) | AlreadyCheckedIn(restorable=r) | MadeUp(restorable=r) if r is not None:
            return ((Button("make_up", press=MAKE_UP),),)
        case MyCard():
            rows: list[Button] = []
            if not outcome.checked_in:
                rows.append(Button("check_in", press=CHECK_IN, style="primary"))
            if outcome.restorable is not None:
                rows.append(Button("make_up", press=MAKE_UP))
            if outcome.coupons:
                rows.append(Button("coupons", press=COUPONS))
            return tuple((button,) for button in rows)
        case LiveCard() | StreamList() | Reminder() | OpenChatFirst() | OnlyInPrivate() | AskOwner():
            return _of_streams(outcome)
        case MorningCard(past=False):
            rows = [Button("check_in", press=CHECK_IN, style="primary")]
            if outcome.stream is not None:
                rows.append(Button("streams", press=STREAMS))
            return tuple((button,) for button in rows)
        case StreamMade() | Delayed() | StreamCancelled(undoable=True):
            return ((Button("undo", press=f"{UNDO}:{outcome.audit_id}"),),)
        case CouponsEnd():
            return ((Button("coupons", press=COUPONS),),)
        case OrderRefunded(title=str()):
            return ((Button("undo", press=f"{UNDO}:{outcome.audit_id}"),),)
        case CampaignMade() | Redeemed() | CampaignCancelled(undoable=True):
            return ((Button("undo", press=f"{UNDO}:{outcome.audit_id}"),),)
        case ItemMade() | ItemClosed() | ItemOpened() | HandedOver():
            return ((Button("undo", press=f"{UNDO}:{outcome.audit_id}"),),)
        case _ if isinstance(outcome, ON_THE_SHELF):
            return shelf_buttons(outcome, make_up=MAKE_UP)
        case RaffleCard() | RaffleList() | Entered() | AlreadyEntered() | CheckInFirst() | TicketTooDear() | MyEntry():
            return _of_raffles(outcome)
        case RaffleMade() | RaffleCancelled(undoable=True):
            return ((Button("undo", press=f"{UNDO}:{outcome.audit_id}"),),)
        case SetupDone(audit_id=int(audit_id)) | SetupFinished(audit_id=int(audit_id)):
            return ((Button("undo", press=f"{UNDO}:{audit_id}"),),)
        case Welcome() | WelcomeAll() | WelcomeBack() | InsideAlready() | WayIn() | ForFansOnly():
            return _of_comings(outcome)
        case OfferMade() | OfferClosed():
            return ((Button("undo", press=f"{UNDO}:{outcome.audit_id}"),),)
        case GiftChoice() | GiftCard() | GiftReturned() | OwnGift() | InsideWithGift():
            return _of_giving(outcome)
        case GiftMessage() | GiftOpened() | BackWithGift() | GiftWelcome():
            return _of_being_given(outcome)
        case PreferencesShown() | PrivacyNotice() | DeletionAsked():
            return _of_my_rights(outcome)
        case HeldList():
            return tuple(_of_held(line) for line in outcome.lines)
        case HeldRefused(undoable=True) | GoalMade() | GoalCancelled():
            return ((Button("undo", press=f"{UNDO}:{outcome.audit_id}"),),)
        case WhichFan():
            return tuple(
                (Button("fan", press=f"{DEEDS[outcome.deed]}:{choice.row_id}", about=choice),)
                for choice in outcome.choices
            )
        case _:
            return panel_buttons(outcome)


def _of_held(line: HeldLine) -> tuple[Button, Button]:
    return (
        Button("release", press=f"{HELD}:release:{line.held_id}", about=line.number, style="success"),
        Button("refuse", press=f"{HELD}:refuse:{line.held_id}", about=line.number),
    )


def _of_streams(outcome: Any) -> Rows:  # noqa: PLR0911  # a table of outcomes
    match outcome:
        case LiveCard(phase=phase) if phase in LIVE_PHASES:
            watch = ((Button("watch", url=outcome.url),),) if outcome.url is not None else ()
            here = Button("here", press=f"{HERE}:{outcome.airing_id}", style="primary")
            if outcome.board is None:
                return (*watch, (here,))
            return (*watch, (here, Button("heart", press=f"{HEART}:{outcome.board.goal_id}")))
        case LiveCard(replay_url=str(url)):
            return ((Button("replay", url=url),),)
        case StreamList():
            return tuple((button,) for line in outcome.lines if (button := _of_line(line)) is not None)
        case Reminder():
            watch = ((Button("watch", url=outcome.url),),) if outcome.url is not None else ()
            return (*watch, (Button("unremind", press=f"{UNREMIND}:{outcome.stream_id}"),))
        case OpenChatFirst() | OnlyInPrivate():
            return ((Button("open_chat", start=outcome.payload),),)
        case AskOwner():
            on_air = Button("on_air", press=f"{ON_AIR}:{outcome.airing_id}", style="success")
            later = tuple(
                Button("later", press=f"{LATER}:{outcome.airing_id}:{minutes}", about=minutes) for minutes in LATER_BY
            )
            return ((on_air,), later, (Button("call_off", press=f"{CALL_OFF}:{outcome.airing_id}", style="danger"),))
        case _:
            return ()


def _of_line(line: StreamLine) -> Button | None:
    on = line.phase in LIVE_PHASES
    if on and line.url is not None:
        return Button("watch_line", url=line.url, about=line)
    if on and not line.weekly:
        return None
    if line.reminded:
        return Button("unremind_line", press=f"{UNREMIND}:{line.stream_id}", about=line)
    return Button("remind_line", press=f"{REMIND}:{line.stream_id}", about=line)


def _of_raffles(outcome: Any) -> Rows:  # noqa: PLR0911  # a table of outcomes
    match outcome:
        case RaffleCard(state="open"):
            enter = Button("enter", press=f"{ENTER}:{outcome.raffle_id}", style="primary")
            ticket = ((Button("ticket", press=f"{TICKET}:{outcome.raffle_id}"),),) if outcome.ticket else ()
            return ((enter,), *ticket)
        case RaffleCard(state="drawn"):
            mine = Button("mine", press=f"{MY_ENTRY}:{outcome.raffle_id}")
            return ((mine,), (Button("check", page=page_of(outcome.raffle_id, outcome.commitment)),))
        case RaffleCard(state="cancelled", seed=str()):
            return ((Button("check", page=page_of(outcome.raffle_id, outcome.commitment)),),)
        case MyEntry():
            return ((Button("check", page=outcome.page),),) if outcome.page is not None else ()
        case RaffleCard(state="cancelled"):
            return ((Button("over", disabled=True),),)
        case RaffleList():
            return tuple((button,) for line in outcome.lines if (button := _of_raffle_line(line)) is not None)
        case CheckInFirst():
            return ((Button("check_in", press=CHECK_IN, style="primary"),),)
        case TicketTooDear():
            return ((Button("free", press=f"{ENTER}:{outcome.raffle_id}", style="primary"),),)
        case _:
            return ((Button("mine", press=f"{MY_ENTRY}:{outcome.raffle_id}"),),)


def _of_raffle_line(line: RaffleLine) -> Button | None:
    if line.number is not None:
        return Button("mine_line", press=f"{MY_ENTRY}:{line.raffle_id}", about=line)
    if line.state == "open":
        return Button("enter_line", press=f"{ENTER}:{line.raffle_id}", about=line, style="primary")
    return None


def _of_comings(outcome: Any) -> Rows:
    check_in, me = Button("check_in", press=CHECK_IN, style="primary"), Button("me", press=ME)
    match outcome:
        case Welcome() | WelcomeAll():
            return ((check_in,), (Button("streams", press=STREAMS), me))
        case WayIn() | ForFansOnly():
            return tuple((Button("door", url=door.url, about=door.title, style="primary"),) for door in outcome.doors)
        case _:
            return ((check_in,), (me,))


def _of_giving(outcome: Any) -> Rows:
    match outcome:
        case GiftChoice():
            return tuple(
                (Button(_option(option.kind), press=f"{GIFT}:{option.offer_id}", about=option),)
                for option in outcome.options
            )
        case GiftCard(live=True):
            send = Button("send", forward=f"g{outcome.gift_id}", start=outcome.payload, style="primary")
            return ((send,),)
        case _:
            return ((Button("another", press=GIFT),),)


def _option(kind: str) -> str:
    """The label of a gift to choose: the plain invitation has no title."""
    return "plain" if kind == GiftKind.INVITATION else "option"


def _of_being_given(outcome: Any) -> Rows:
    match outcome:
        case GiftMessage():
            return ((Button("open", start=outcome.payload, style="primary"),),)
        case GiftWelcome():
            copy = ((Button("copy", copy=outcome.code),),) if outcome.code is not None else ()
            return ((Button("check_in", press=CHECK_IN, style="primary"),), *copy)
        case _:
            return tuple((Button("door", url=door.url, about=door.title, style="primary"),) for door in outcome.doors)


def _of_my_rights(outcome: Any) -> Rows:
    match outcome:
        case PrivacyNotice():
            stop = ((Button("stop", press=f"{PRIVACY}:stop"),),) if outcome.reminders else ()
            return (*stop, (Button("delete", press=f"{PRIVACY}:delete", style="danger"),))
        case DeletionAsked():
            keep = Button("keep", press=f"{PRIVACY}:keep", style="primary")
            return ((keep,), (Button("delete_all", press=f"{PRIVACY}:yes", style="danger"),))
        case _:
            return _of_preferences(outcome)


def _of_preferences(shown: PreferencesShown) -> Rows:
    """Languages, the chosen one marked; one button a switch."""
    languages = tuple(
        Button(
            f"language_{name}",
            press=f"{SETTINGS}:language:{name}",
            style="primary" if shown.language == (None if name == "auto" else name) else None,
        )
        for name in (*Language, "auto")
    )
    reminders, hidden = "off" if shown.reminders else "on", "off" if shown.hidden else "on"
    return (
        languages[:3],
        languages[3:],
        (Button(f"reminders_{reminders}", press=f"{SETTINGS}:reminders:{reminders}"),),
        (Button(f"hidden_{hidden}", press=f"{SETTINGS}:hidden:{hidden}"),),
    )

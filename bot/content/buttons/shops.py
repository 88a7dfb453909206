"""Buttons of the set-up's panel, of the questions about rooms, and of the greeting."""

from collections.abc import Sequence
from typing import Any

from bot.content.button import Button, Rows
from bot.content.buttons.packets import UNDO, packet_buttons
from bot.content.buttons.panel import ADMIN, admin_buttons
from bot.content.buttons.staff import staff_buttons
from bot.rules.general import Hello
from bot.rules.rights import HomeGone, OwnerInPerson
from bot.rules.shops.arrivals import Greeting, Room, RoomFounded, RoomJoined, WhoseRoom
from bot.rules.shops.setup import (
    REVIEW,
    ROOMS,
    STEPS,
    SetupGivenUp,
    SetupReview,
    SetupRooms,
    SetupShown,
    SetupStep,
    Step,
)
from bot.rules.topics import TopicChosen

SETUP = "setup"
"""`setup` opens the panel, `setup:verb:…` turns it. As a link's payload: `setup_<shop>`."""
WHOSE = "whose"
"""`whose:<shop, new or no>:<chat>` answers the question about a room."""
PART = "part"
"""`part:<chat>` makes a room a shop of its own."""
LEAVE_ROOM = "leave"
"""`leave:<chat>` takes a room out of the shop."""
GENERAL = "general"
"""`general:<chat>` lets a room's cards and announcements come to General, not to the topic that was chosen."""
HOME = "home"
"""`home:<chat>` makes a room the home group."""
SHOP = "shop"
"""`shop:<shop>` turns the private chat to another shop."""
NEW, NO = "new", "no"
OPTION_LABELS = {
    Step.LANGUAGE: "language",
    Step.TIMEZONE: "zone",
    Step.MORNING: "hour",
    Step.GIVEAWAY: "giveaway",
}
IN_A_ROW = {Step.LANGUAGE: 3, Step.TIMEZONE: 2, Step.MORNING: 3, Step.GIVEAWAY: 3}


def panel_buttons(outcome: Any) -> Rows:  # noqa: PLR0911  # a table of outcomes
    """The outcome's buttons in rows, without their texts; none for outcomes that have none."""
    match outcome:
        case Greeting(community_id=shop) | RoomFounded(community_id=shop):
            return _opens(shop)
        case SetupShown(mine=True):
            return (*_opens(outcome.community_id), *_of_topic(outcome))
        case TopicChosen():
            return _chosen(outcome)
        case Hello():
            return _hello(outcome)
        case SetupStep():
            return _step(outcome)
        case SetupReview():
            return _review(outcome)
        case SetupRooms():
            return _rooms(outcome)
        case SetupGivenUp():
            return ((Button("again", press=SETUP),),)
        case WhoseRoom() | RoomJoined() | HomeGone() | OwnerInPerson():
            return _of_rooms(outcome)
        case _:
            return packet_buttons(outcome) or staff_buttons(outcome) or admin_buttons(outcome)


def _opens(shop: int) -> Rows:
    return ((Button("open_setup", start=f"{SETUP}_{shop}", style="primary"),),)


def _of_topic(shown: SetupShown) -> Rows:
    undo = [Button("undo", press=f"{UNDO}:{shown.chosen}")] if shown.chosen is not None else []
    general = [Button("general", press=f"{GENERAL}:{shown.chat_id}")] if shown.topic is not None else []
    return tuple(row for row in ((*general, *undo),) if row)


def _chosen(chosen: TopicChosen) -> Rows:
    undo = (Button("undo", press=f"{UNDO}:{chosen.audit_id}"),) if chosen.audit_id is not None else ()
    back = (Button("back", press=f"{SETUP}:{ROOMS}"),) if chosen.panel else ()
    return tuple(row for row in ((*back, *undo),) if row)


def _of_rooms(outcome: WhoseRoom | RoomJoined | HomeGone | OwnerInPerson) -> Rows:
    match outcome:
        case WhoseRoom():
            return _whose(outcome)
        case RoomJoined(may_part=True):
            leave = (Button("leave_room", press=f"{LEAVE_ROOM}:{outcome.chat_id}"),)
            return (leave,) if outcome.is_channel else ((Button("part", press=f"{PART}:{outcome.chat_id}"),), leave)
        case HomeGone():
            return tuple(
                (Button("move_home", press=f"{HOME}:{one.chat_id}", about=one.title),) for one in outcome.rooms
            )
        case OwnerInPerson(community_id=shop):
            return ((Button("in_private", start=f"{ADMIN}_{shop}", style="primary"),),)
        case _:
            return ()


def _in_rows(buttons: Sequence[Button], wide: int) -> Rows:
    return tuple(tuple(buttons[start : start + wide]) for start in range(0, len(buttons), wide))


def _hello(hello: Hello) -> Rows:
    setup = (Button("setup", press=SETUP),) if hello.owner else ()
    panel = ((Button("panel", press=ADMIN, style="primary"), *setup),) if hello.panel else ()
    return (*panel, *((Button("shop", press=f"{SHOP}:{one.community_id}", about=one.name),) for one in hello.others))


def _step(shown: SetupStep) -> Rows:
    step = Step(shown.step)
    rows: Rows = ()
    if step in OPTION_LABELS:
        options = [
            Button(OPTION_LABELS[step], press=f"{SETUP}:set:{step}:{option}", about=option) for option in shown.options
        ]
        rows = _in_rows(options, IN_A_ROW[step])
    if not shown.guided:
        return (*rows, (Button("back", press=f"{SETUP}:go:{REVIEW}"),))
    walk = [Button("skip", press=f"{SETUP}:skip:{step}")]
    if step != STEPS[0]:
        walk.insert(0, Button("back", press=f"{SETUP}:back:{step}"))
    return (*rows, tuple(walk), (Button("done", press=f"{SETUP}:done"),))


def _review(shown: SetupReview) -> Rows:
    fields = [Button("field", press=f"{SETUP}:go:{step}", about=step.value) for step in STEPS]
    ends = (
        Button("save" if shown.changed else "done", press=f"{SETUP}:done", style="primary"),
        Button("cancel", press=f"{SETUP}:cancel"),
    )
    return (*_in_rows(fields, 2), (Button("rooms", press=f"{SETUP}:{ROOMS}"),), ends)


def _rooms(shown: SetupRooms) -> Rows:
    seconds: list[Room] = [room for room in shown.rooms if room.second]
    parts = ((Button("part", press=f"{PART}:{room.chat_id}", about=room.title),) for room in seconds)
    topics = (
        (Button("general_of", press=f"{GENERAL}:{room.chat_id}", about=room.title),)
        for room in shown.rooms
        if room.topic is not None
    )
    look = (Button("look", press=f"{SETUP}:{ROOMS}"), Button("back", press=f"{SETUP}:go:{REVIEW}"))
    return (*topics, *parts, look)


def _whose(question: WhoseRoom) -> Rows:
    chat = question.chat_id
    shops = (
        (Button("join", press=f"{WHOSE}:{shop.community_id}:{chat}", about=shop.name, style="primary"),)
        for shop in question.shops
    )
    new = ((Button("new_shop", press=f"{WHOSE}:{NEW}:{chat}"),),) if question.may_found else ()
    return (*shops, *new, (Button("not_here", press=f"{WHOSE}:{NO}:{chat}"),))

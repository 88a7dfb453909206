"""Buttons of the set-up's panel, the questions about rooms, and the greeting."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import ADMIN, PACES, SETUP, UNDO, WEEK, Buttons, in_rows, undo_button
from bot.rules.rights import HomeGone, OwnerInPerson
from bot.rules.shops.arrivals import Greeting, Room, RoomFounded, RoomJoined, WhoseRoom
from bot.rules.shops.setup import (
    REVIEW,
    ROOMS,
    STEPS,
    SetupDone,
    SetupFinished,
    SetupGivenUp,
    SetupReview,
    SetupRooms,
    SetupShown,
    SetupStep,
    Step,
)
from bot.rules.topics import TopicChosen

WHOSE = "whose"
"""`whose:<shop, new or no>:<chat>` answers the question about a room."""
PART = "part"
"""`part:<chat>` makes the room a shop of its own."""
LEAVE_ROOM = "leave"
"""`leave:<chat>` takes the room out of the shop."""
GENERAL = "general"
"""`general:<chat>` sends the room's cards and announcements to General again, not to the chosen topic."""
HOME = "home"
"""`home:<chat>` makes the room the home group."""
NEW, NO = "new", "no"
OPTION_LABELS = {
    Step.LANGUAGE: "language",
    Step.TIMEZONE: "zone",
    Step.MORNING: "hour",
    Step.GIVEAWAY: "giveaway",
    Step.CURRENCY: "currency",
}
IN_A_ROW = {Step.LANGUAGE: 3, Step.TIMEZONE: 2, Step.MORNING: 3, Step.GIVEAWAY: 3, Step.CURRENCY: 3}


def _open_setup(outcome: Greeting | RoomFounded | SetupShown) -> Rows:
    return ((Button("open_setup", start=f"{SETUP}_{outcome.community_id}", style="primary"),),)


def _shown(shown: SetupShown) -> Rows:
    return (*_open_setup(shown), *_topic_rows(shown)) if shown.mine else ()


def _topic_rows(shown: SetupShown) -> Rows:
    undo = [Button("undo", press=f"{UNDO}:{shown.chosen}")] if shown.chosen is not None else []
    general = [Button("general", press=f"{GENERAL}:{shown.chat_id}")] if shown.topic is not None else []
    return tuple(row for row in ((*general, *undo),) if row)


def _topic_chosen(chosen: TopicChosen) -> Rows:
    undo = (Button("undo", press=f"{UNDO}:{chosen.audit_id}"),) if chosen.audit_id is not None else ()
    back = (Button("back", press=f"{SETUP}:{ROOMS}"),) if chosen.panel else ()
    return tuple(row for row in ((*back, *undo),) if row)


def _room_joined(joined: RoomJoined) -> Rows:
    if not joined.may_part:
        return ()
    leave = (Button("leave_room", press=f"{LEAVE_ROOM}:{joined.chat_id}"),)
    return (leave,) if joined.is_channel else ((Button("part", press=f"{PART}:{joined.chat_id}"),), leave)


def _home_gone(question: HomeGone) -> Rows:
    return tuple((Button("move_home", press=f"{HOME}:{one.chat_id}", about=one.title),) for one in question.rooms)


def _in_private(outcome: OwnerInPerson) -> Rows:
    return ((Button("in_private", start=f"{ADMIN}_{outcome.community_id}", style="primary"),),)


def _step(shown: SetupStep) -> Rows:
    step = Step(shown.step)
    rows: Rows = ()
    if step in OPTION_LABELS:
        options = tuple(
            Button(OPTION_LABELS[step], press=f"{SETUP}:set:{step}:{option}", about=option) for option in shown.options
        )
        rows = in_rows(options, IN_A_ROW[step])
    if not shown.guided:
        return (*rows, (Button("back", press=f"{SETUP}:go:{REVIEW}"),))
    walk = [Button("skip", press=f"{SETUP}:skip:{step}")]
    if step != STEPS[0]:
        walk.insert(0, Button("back", press=f"{SETUP}:back:{step}"))
    return (*rows, tuple(walk), (Button("done", press=f"{SETUP}:done"),))


def _review(shown: SetupReview) -> Rows:
    fields = tuple(Button("field", press=f"{SETUP}:go:{step}", about=step.value) for step in STEPS)
    ends = (
        Button("save" if shown.changed else "done", press=f"{SETUP}:done", style="primary"),
        Button("cancel", press=f"{SETUP}:cancel"),
    )
    return (*in_rows(fields, 2), (Button("rooms", press=f"{SETUP}:{ROOMS}"),), ends)


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


def _set_up(outcome: SetupDone) -> Rows:
    return undo_button(outcome) if outcome.audit_id is not None else ()


def _finished(outcome: SetupFinished) -> Rows:
    """The last question of the set-up: how often to speak. The calendar answers it."""
    undo = undo_button(outcome) if outcome.audit_id is not None else ()
    if not outcome.silent:
        return undo
    paces = tuple(
        (Button("pace", press=f"{WEEK}:{outcome.community_id}:pace:{pace}", about=pace, style="primary"),)
        for pace in PACES
    )
    return (*paces, (Button("pace_later", press=f"{WEEK}:{outcome.community_id}:later"),), *undo)


def _given_up(_outcome: SetupGivenUp) -> Rows:
    return ((Button("again", press=SETUP),),)


BUTTONS: Buttons = {
    Greeting: _open_setup,
    RoomFounded: _open_setup,
    SetupShown: _shown,
    SetupStep: _step,
    SetupReview: _review,
    SetupRooms: _rooms,
    SetupDone: _set_up,
    SetupFinished: _finished,
    SetupGivenUp: _given_up,
    TopicChosen: _topic_chosen,
    WhoseRoom: _whose,
    RoomJoined: _room_joined,
    HomeGone: _home_gone,
    OwnerInPerson: _in_private,
}

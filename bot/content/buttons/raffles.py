"""Buttons of raffles."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import Buttons, check_in_button, undo_button, undo_if_possible
from bot.rules.raffles.cards import RaffleCard, RaffleLine, RaffleList
from bot.rules.raffles.draws import CallOffAnnounced, RedrawAnnounced
from bot.rules.raffles.entries import AlreadyEntered, CheckInFirst, Entered, MyEntry, TicketTooDear
from bot.rules.raffles.opening import RaffleCancelled, RaffleMade
from bot.rules.raffles.rechecks import CheckFilesCome, DrawChecked, DrawDoubtful
from bot.rules.raffles.results import DrawAnnounced

ENTER = "enter"
"""`enter:<raffle>` enters the raffle for free."""
TICKET = "ticket"
"""`ticket:<raffle>` buys another chance."""
RAFFLES = "raffles"
MY_ENTRY = "myentry"
"""`myentry:<raffle>` shows the fan's own number and line."""
CHECK_DRAW = "drawcheck"
"""`drawcheck:<raffle>` has the bot compute the draw again."""
DRAW_FILES = "drawfiles"
"""`drawfiles:<raffle>` sends the proof and the page that checks it. As a link it is `drawfiles_<shop>_<raffle>`."""


def _card(card: RaffleCard) -> Rows:
    check = _check(card.raffle_id)
    if card.state == "open":
        ticket = ((Button("ticket", press=f"{TICKET}:{card.raffle_id}"),),) if card.ticket else ()
        return ((Button("enter", press=f"{ENTER}:{card.raffle_id}", style="primary"),), *ticket)
    if card.state == "drawn":
        return (*_mine(card), (check,))
    if card.state == "cancelled":
        return ((check,),) if card.seed is not None else ((Button("over", disabled=True),),)
    return _mine(card)


def _mine(outcome: RaffleCard | Entered | AlreadyEntered) -> Rows:
    return ((Button("mine", press=f"{MY_ENTRY}:{outcome.raffle_id}"),),)


def _check(raffle_id: int) -> Button:
    return Button("check", press=f"{CHECK_DRAW}:{raffle_id}")


def _my_entry(entry: MyEntry) -> Rows:
    return ((_check(entry.raffle_id), Button("page", page=entry.page)),) if entry.page is not None else ()


def _checked(outcome: DrawChecked | DrawDoubtful) -> Rows:
    files = Button("files", press=f"{DRAW_FILES}:{outcome.raffle_id}")
    return ((Button("page", page=outcome.page),), (files,))


def _proof(caption: DrawAnnounced | CallOffAnnounced | RedrawAnnounced) -> Rows:
    page = ((Button("page", page=caption.page),),) if caption.page is not None else ()
    return ((_check(caption.raffle_id),), *page)


def _files(outcome: CheckFilesCome) -> Rows:
    if outcome.can_write:
        return ()
    return ((Button("open_files", start=f"{DRAW_FILES}_{outcome.community_id}_{outcome.raffle_id}"),),)


def _list(shown: RaffleList) -> Rows:
    return tuple((button,) for line in shown.lines if (button := _line(line)) is not None)


def _line(line: RaffleLine) -> Button | None:
    if line.number is not None:
        return Button("mine_line", press=f"{MY_ENTRY}:{line.raffle_id}", about=line)
    if line.state == "open":
        return Button("enter_line", press=f"{ENTER}:{line.raffle_id}", about=line, style="primary")
    return None


def _check_in_first(_outcome: CheckInFirst) -> Rows:
    return ((check_in_button(),),)


def _enter_free(outcome: TicketTooDear) -> Rows:
    return ((Button("free", press=f"{ENTER}:{outcome.raffle_id}", style="primary"),),)


BUTTONS: Buttons = {
    RaffleCard: _card,
    RaffleList: _list,
    Entered: _mine,
    AlreadyEntered: _mine,
    MyEntry: _my_entry,
    DrawChecked: _checked,
    DrawDoubtful: _checked,
    DrawAnnounced: _proof,
    CallOffAnnounced: _proof,
    RedrawAnnounced: _proof,
    CheckFilesCome: _files,
    CheckInFirst: _check_in_first,
    TicketTooDear: _enter_free,
    RaffleMade: undo_button,
    RaffleCancelled: undo_if_possible,
}

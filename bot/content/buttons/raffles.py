"""Buttons of raffles."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import Buttons, check_in_button, undo_button, undo_if_possible
from bot.rules.raffles.cards import RaffleCard, RaffleLine, RaffleList
from bot.rules.raffles.entries import AlreadyEntered, CheckInFirst, Entered, MyEntry, TicketTooDear
from bot.rules.raffles.opening import RaffleCancelled, RaffleMade
from bot.rules.raffles.proofs import page_path

ENTER = "enter"
"""`enter:<raffle>` enters the raffle for free."""
TICKET = "ticket"
"""`ticket:<raffle>` buys another chance."""
RAFFLES = "raffles"
MY_ENTRY = "myentry"
"""`myentry:<raffle>` shows the fan's own number and line."""


def _card(card: RaffleCard) -> Rows:
    check = Button("check", page=page_path(card.raffle_id, card.commitment))
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


def _my_entry(entry: MyEntry) -> Rows:
    return ((Button("check", page=entry.page),),) if entry.page is not None else ()


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
    CheckInFirst: _check_in_first,
    TicketTooDear: _enter_free,
    RaffleMade: undo_button,
    RaffleCancelled: undo_if_possible,
}

"""Buttons of gifts: for fans who send gifts on, and for friends who come by one."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import FIRST, LIKES, Buttons, check_in_button, door_buttons, undo_button
from bot.rules.gift_states import GiftKind
from bot.rules.gifts.cards import GiftCard, GiftChoice, GiftMessage, GiftReturned
from bot.rules.gifts.offers import OfferClosed, OfferMade
from bot.rules.gifts.openings import BackWithGift, GiftOpened, GiftWelcome, InsideWithGift, OwnGift

GIFT = "gift"
"""`gift` asks which gift, `gift:<offer>` makes a card of this offer."""


def _choice(choice: GiftChoice) -> Rows:
    return tuple(
        (Button(_option(option.kind), press=f"{GIFT}:{option.offer_id}", about=option),) for option in choice.options
    )


def _option(kind: str) -> str:
    """The label of a gift to choose. The plain invitation has a label of its own, because it has no title."""
    return "plain" if kind == GiftKind.INVITATION else "option"


def _card(card: GiftCard) -> Rows:
    if not card.live:
        return _another(card)
    return ((Button("send", forward=f"g{card.gift_id}", start=card.payload, style="primary"),),)


def _another(_outcome: object) -> Rows:
    return ((Button("another", press=GIFT),),)


def _open(message: GiftMessage) -> Rows:
    return ((Button("open", start=message.payload, style="primary"),),)


def _welcome(welcome: GiftWelcome) -> Rows:
    copy = ((Button("copy", copy=welcome.code),),) if welcome.code is not None else ()
    likes = ((Button("likes", press=f"{LIKES}:{welcome.asks}:{FIRST}"),),) if welcome.asks is not None else ()
    return ((check_in_button(),), *copy, *likes)


BUTTONS: Buttons = {
    OfferMade: undo_button,
    OfferClosed: undo_button,
    GiftChoice: _choice,
    GiftCard: _card,
    GiftReturned: _another,
    OwnGift: _another,
    InsideWithGift: _another,
    GiftMessage: _open,
    GiftOpened: door_buttons,
    BackWithGift: door_buttons,
    GiftWelcome: _welcome,
}

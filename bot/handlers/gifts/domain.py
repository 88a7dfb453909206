"""How the domain plugs in."""

from functools import partial

from bot.content.buttons import gifts as buttons
from bot.content.secrets import gifts as secrets
from bot.features.gifts import living_card
from bot.features.gifts import offers as offer_cases
from bot.features.gifts.cards import Gifts, expire_openings
from bot.features.gifts.offers import GiftOffers
from bot.features.gifts.rewards import Rewarding
from bot.flows.undo import Undoable
from bot.handlers.gifts import cards, offers
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.gifts.gifts import GiftPolicy

TOKEN_BYTES = 16
"""Of a gift's link: 128 bits, as it is worth something."""


def wire(core: Core) -> Wired:
    """Make what handlers of gifts ask for, and the clock's part."""
    policy = core.policies[GiftPolicy]
    gifts = Gifts(core.db, policy, partial(core.token, TOKEN_BYTES))
    return Wired(
        {"gifts": gifts, "gift_offers": GiftOffers(core.db, policy)},
        due=(Rewarding(core.db, policy), gifts),
    )


DOMAIN = Domain(
    name="gifts",
    desks=(offers.setup, cards.setup),
    policies=(GiftPolicy,),
    cards={living_card.CARD: living_card.card_of},
    undo={
        offer_cases.MADE: Undoable(
            lambda tx, act, entry, _: offer_cases.undo_make(tx, act.place, act.actor_id, entry, act.at, act.cause)
        ),
        offer_cases.CLOSED: Undoable(lambda tx, act, entry, _: offer_cases.undo_close(tx, act.place, entry)),
    },
    tidies=(expire_openings,),
    buttons=buttons.BUTTONS,
    secrets=secrets.SECRETS,
    wire=wire,
)

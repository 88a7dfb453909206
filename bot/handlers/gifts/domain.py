"""How the domain plugs in."""

from functools import partial

from bot.content.buttons import gifts as buttons
from bot.content.secrets import gifts as secrets
from bot.features.gifts import forget, giveaway, living_card
from bot.features.gifts import offers as offer_cases
from bot.features.gifts.gifts import Gifts
from bot.features.gifts.held import KIND, HeldGifts
from bot.features.gifts.offers import GiftOffers
from bot.features.gifts.openings import expire_openings
from bot.features.gifts.rewards import RewardClock
from bot.flows.held_rewards import Resolver
from bot.flows.undo import Undoable
from bot.handlers.gifts import cards, offers, panel
from bot.handlers.gifts.services import GiftServices
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.policies import Policies

TOKEN_BYTES = 16
"""Of a gift's link: 128 bits, as it is worth something."""


def wire(core: Core) -> Wired:
    """Make what handlers of gifts ask for, the clock's part, and what shows by the policy."""
    policy = core.policies[GiftPolicy]
    fans_cards = Gifts(core.db, core.policies, partial(core.token, TOKEN_BYTES))
    return Wired(
        {
            "gifts": GiftServices(
                fans_cards, GiftOffers(core.db, policy, core.giveaways), core.communities, core.ways, core.clock
            )
        },
        due=(RewardClock(core.db, core.policies), fans_cards),
        cards={living_card.CARD: partial(living_card.card_of, policy=policy)},
        tidies=(partial(expire_openings, policy=policy),),
    )


def _resolvers(policies: Policies) -> dict[str, Resolver]:
    held = HeldGifts(policies[GiftPolicy])
    return {KIND: Resolver(held.release, held.refuse, held.hold_again, held.worth)}


DOMAIN = Domain(
    name="gifts",
    desks=(offers.setup, cards.setup),
    policies=(GiftPolicy,),
    undo={
        giveaway.MADE: Undoable(lambda tx, act, entry, _: offer_cases.undo_make(tx, act, entry)),
        giveaway.CLOSED: Undoable(lambda tx, act, entry, _: offer_cases.undo_close(tx, act, entry)),
    },
    gives=(giveaway.GIVES,),
    resolvers=_resolvers,
    tells=forget.TELLS,
    forgets=(forget.forget,),
    drops_traces=(forget.drop_traces,),
    acted_by=forget.ACTED_BY,
    panel_acts=panel.panel_acts,
    panel_lists=panel.LISTS,
    panel_ended=panel.ENDED,
    buttons=buttons.BUTTONS,
    secrets=secrets.SECRETS,
    wire=wire,
)

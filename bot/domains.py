"""The list of domains, in the order in which the clock runs them, and functions that merge their registrations."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from bot.content import Words
from bot.content.buttons import general as general_buttons
from bot.flows import held_rewards
from bot.flows.held_rewards import Resolver
from bot.flows.move_group import Follow
from bot.flows.undo import Undoable
from bot.handlers import general
from bot.handlers.attention.domain import DOMAIN as ATTENTION
from bot.handlers.checkins.domain import DOMAIN as CHECKINS
from bot.handlers.coin_shop.domain import DOMAIN as COIN_SHOP
from bot.handlers.coins.domain import DOMAIN as COINS
from bot.handlers.coupons.domain import DOMAIN as COUPONS
from bot.handlers.exchange.domain import DOMAIN as EXCHANGE
from bot.handlers.figures.domain import DOMAIN as FIGURES
from bot.handlers.gifts.domain import DOMAIN as GIFTS
from bot.handlers.hearts.domain import DOMAIN as HEARTS
from bot.handlers.kit.domain import Domain, Wired
from bot.handlers.kit.panel import PanelParts
from bot.handlers.kit.table import Table
from bot.handlers.members.domain import DOMAIN as MEMBERS
from bot.handlers.orders.domain import DOMAIN as ORDERS
from bot.handlers.packets.domain import DOMAIN as PACKETS
from bot.handlers.people.domain import DOMAIN as PEOPLE
from bot.handlers.posts.domain import DOMAIN as POSTS
from bot.handlers.raffles.domain import DOMAIN as RAFFLES
from bot.handlers.shops.domain import DOMAIN as SHOPS
from bot.handlers.staff.domain import DOMAIN as STAFF
from bot.handlers.streams.domain import DOMAIN as STREAMS
from bot.rules.fans import FansPolicy
from bot.rules.files import ImportPolicy
from bot.rules.memory import MemoryPolicy
from bot.rules.policies import Policies
from bot.rules.tiers import TierPolicy
from bot.store.folded import LineOf
from bot.store.giveaways import Giveaways
from bot.store.leaving import Forgetting
from bot.telegram.deliveries import CardState

DOMAINS: tuple[Domain, ...] = (
    STREAMS,
    SHOPS,
    COINS,
    GIFTS,
    PACKETS,
    STAFF,
    COUPONS,
    RAFFLES,
    PEOPLE,
    CHECKINS,
    COIN_SHOP,
    HEARTS,
    ORDERS,
    MEMBERS,
    FIGURES,
    POSTS,
    ATTENTION,
    EXCHANGE,
)


K = TypeVar("K")
V = TypeVar("V")


def words_of(domains: Sequence[Domain]) -> Words:
    """The words, with the buttons and the secret outcomes of every domain."""
    buttons = _merged((general_buttons.BUTTONS, *(domain.buttons for domain in domains)))
    return Words(buttons, _merged(domain.secrets for domain in domains))


def _merged(parts: Iterable[Mapping[K, V]]) -> dict[K, V]:
    """Merge mappings into one.

    Raises:
        ValueError: two domains registered the same key.
    """
    merged: dict[K, V] = {}
    for part in parts:
        if twice := merged.keys() & part.keys():
            raise ValueError(f"registered twice: {twice}")
        merged.update(part)
    return merged


def policies_of(domains: Sequence[Domain]) -> Policies:
    """One of each policy, as it is from the start."""
    kernel = (FansPolicy(), TierPolicy(), MemoryPolicy(), ImportPolicy())
    return Policies([*kernel, *(kind() for domain in domains for kind in domain.policies)])


def table_of(domains: Sequence[Domain]) -> Table:
    """A new root router with all desks. Updates that no desk takes go to the general desk."""
    return Table(
        [general.setup(), *(desk() for domain in domains for desk in domain.desks)],
        message_else=general.something_else,
        message_borrowed=general.borrowed,
        press_else=general.stale_press,
    )


def undoables_of(domains: Sequence[Domain], policies: Policies) -> dict[str, Undoable]:
    """All acts that can be undone, by their names in the audit log."""
    own = {name: undoable for domain in domains for name, undoable in domain.undo.items()}
    return {**own, held_rewards.REFUSED: held_rewards.undoable(resolvers_of(domains, policies))}


def resolvers_of(domains: Sequence[Domain], policies: Policies) -> dict[str, Resolver]:
    """The resolvers of held rewards, by kind."""
    return {kind: resolver for domain in domains for kind, resolver in domain.resolvers(policies).items()}


def follows_of(domains: Sequence[Domain]) -> list[Follow]:
    """All functions that run when a group becomes a supergroup."""
    return [follow for domain in domains for follow in domain.follows]


def forgetting_of(domains: Sequence[Domain], policies: Policies) -> Forgetting:
    """All registrations for the deletion of a person's data.

    `forgets` run from the last domain to the first: packets must lock their rows before gifts lock offers and
    campaigns.
    """
    return Forgetting(
        locks=tuple(lock for domain in domains for lock in domain.locks_before_forgetting),
        forgets=tuple(forget for domain in reversed(domains) for forget in domain.forgets),
        traces=tuple(drop for domain in domains for drop in domain.drops_traces),
        acted_by=tuple(column for domain in domains for column in domain.acted_by),
        tells=tuple(one for domain in domains for one in domain.tells),
        policies=policies,
    )


def panel_of(domains: Sequence[Domain], policies: Policies) -> PanelParts:
    """All acts and lists of the staff's panel."""
    return PanelParts.of(
        [act for domain in domains for act in domain.panel_acts(policies)],
        {section.value: read for domain in domains for section, read in domain.panel_lists.items()},
        {section.value: read for domain in domains for section, read in domain.panel_ended.items()},
    )


def giveaways_of(domains: Sequence[Domain]) -> Giveaways:
    """All kinds of acts by which operators give coins away. They share one limit."""
    return Giveaways(gives for domain in domains for gives in domain.gives)


def lines_of(domains: Sequence[Domain]) -> dict[str, LineOf]:
    """How things are called in one line, by the kind of the message that is about them."""
    return _merged(domain.lines for domain in domains)


def with_additions(cards: Mapping[str, CardState], parts: Sequence[Domain | Wired]) -> dict[str, CardState]:
    """Functions that read a living card's state, by the card's kind, each with the additions of other domains."""
    return {kind: _with_additions(kind, card, parts) for kind, card in cards.items()}


def _with_additions(kind: str, card: CardState, parts: Sequence[Domain | Wired]) -> CardState:
    additions = [part.adds_to_cards[kind] for part in parts if kind in part.adds_to_cards]

    def state(session: Session, community_id: int, subject_id: int, now: datetime) -> Any:
        shown = card(session, community_id, subject_id, now)
        if shown is not None:
            for add in additions:
                shown = add(session, shown, subject_id, now)
        return shown

    return state

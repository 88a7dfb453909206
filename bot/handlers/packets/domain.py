"""How the domain plugs in."""

from bot.content.buttons import packets as buttons
from bot.content.secrets import packets as secrets
from bot.features.packets import draw, forget, opening
from bot.features.packets.ahead import look_ahead
from bot.features.packets.cards import CARD, card_of, line_of, rehang
from bot.features.packets.draw import PacketDraws
from bot.features.packets.giveaway import GIVES
from bot.features.packets.packets import Packets
from bot.features.packets.proofs import PAGE
from bot.flows.held_rewards import Resolver
from bot.flows.move_group import Move
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.packets import checking, packets, panel
from bot.rules.packets.packets import PacketPolicy
from bot.rules.policies import Policies
from bot.store.engine.sessions import Tx


def wire(core: Core) -> Wired:
    """Make what handlers of packets ask for, and the clock's part."""
    services = Packets(core.db, core.policies, core.giveaways, core.fresh_bytes)
    return Wired(
        {"packets": services},
        files={CARD: services.proofs.proof, PAGE: services.proofs.page},
        due=(PacketDraws(core.db, core.policies, core.whereabouts.look_up),),
        activities=(packets.activity(services),),
    )


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    if move.community_id is not None:
        rehang(tx, move.community_id, move.old_chat_id, move.new_chat_id, move.at)


def _resolvers(_policies: Policies) -> dict[str, Resolver]:
    return {draw.HELD: Resolver(draw.release, draw.refuse)}


DOMAIN = Domain(
    name="packets",
    desks=(packets.setup, checking.setup),
    policies=(PacketPolicy,),
    cards={CARD: card_of},
    lines={CARD: line_of},
    undo={opening.OPENED: Undoable(lambda tx, act, entry, _: opening.undo_open(tx, act, entry))},
    gives=(GIVES,),
    resolvers=_resolvers,
    looks_ahead=(look_ahead,),
    follows=(_follow,),
    tells=forget.TELLS,
    forgets=(forget.forget,),
    locks_before_forgetting=(forget.lock_givers,),
    acted_by=forget.ACTED_BY,
    panel_acts=panel.panel_acts,
    panel_lists=panel.LISTS,
    panel_ended=panel.ENDED,
    buttons=buttons.BUTTONS,
    secrets=secrets.SECRETS,
    wire=wire,
)

"""The registration of the domain raffles."""

from functools import partial

from bot.content.buttons import raffles as buttons
from bot.content.secrets import raffles as secrets
from bot.features.raffles import calling_off as calling_off_cases
from bot.features.raffles import cards, facts, forget, namings
from bot.features.raffles import raffles as raffle_cases
from bot.features.raffles.calling_off import CallingOff
from bot.features.raffles.draw import Draws
from bot.features.raffles.proofs import Proofs
from bot.features.raffles.raffles import Raffles
from bot.features.raffles.rechecks import PAGE, DrawChecks
from bot.features.raffles.redraw import Redraws
from bot.flows.move_group import Move
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.raffles import checking, panel, raffles
from bot.handlers.raffles.forms import RaffleForms
from bot.handlers.raffles.services import RaffleServices
from bot.outside import quicknet
from bot.rules.policies import Policies
from bot.rules.raffles.facts import RafflePolicy
from bot.store.engine.sessions import Tx


def wire(core: Core) -> Wired:
    """Make the services for handlers, the draws that the clock runs, and the makers of proofs."""
    policy, look_up = core.policies[RafflePolicy], core.whereabouts.look_up
    calling_off = CallingOff(core.db, policy, core.beacon)
    proving = Proofs(core.db)
    checks = DrawChecks(core.db, proving, quicknet.is_signed if quicknet.can_check() else None)
    services = RaffleServices(
        raffles=Raffles(core.db, core.policies, core.fresh_bytes, core.beacon),
        calling_off=calling_off,
        proofs=proving,
        checks=checks,
        redraws=Redraws(core.db, policy, look_up),
        forms=RaffleForms.of(policy),
        communities=core.communities,
    )
    return Wired(
        {"raffles": services},
        due=(Draws(core.db, core.policies, core.beacon, look_up),),
        cards={
            facts.CARD: partial(cards.raffle_card, policy=policy),
            namings.NAMING: partial(cards.naming_card, policy=policy),
        },
        files={facts.CARD: proving.proof, facts.REDRAW: proving.redraw, PAGE: checks.page},
        housekeeping=(calling_off.finish_refunds,),
        activities=(raffles.activity(services),),
    )


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    if move.community_id is not None:
        cards.rehang(tx, move.community_id, move.old_chat_id, move.new_chat_id, move.at)


DOMAIN = Domain(
    name="raffles",
    desks=(raffles.setup, checking.setup),
    policies=(RafflePolicy,),
    lines={facts.CARD: cards.line_of},
    witnesses={namings.NAMING: namings.note_posted},
    undo={
        raffle_cases.MADE: Undoable(calling_off_cases.undo_make),
        calling_off_cases.CANCELLED: Undoable(calling_off_cases.undo_cancel),
    },
    follows=(_follow,),
    tells=forget.TELLS,
    forgets=(forget.forget,),
    acted_by=forget.ACTED_BY,
    panel_acts=panel.panel_acts,
    panel_lists=panel.LISTS,
    panel_ended=panel.ENDED,
    buttons=buttons.BUTTONS,
    secrets=secrets.SECRETS,
    wire=wire,
)

"""How the domain plugs in."""

from bot.content.buttons import attention as buttons
from bot.content.buttons import consent as consent_buttons
from bot.content.buttons import reception as reception_buttons
from bot.features.attention import bounds, forget, unsent, warnings
from bot.features.attention import consent as consent_cases
from bot.features.attention.bounds import ShopBounds
from bot.features.attention.consent import Consents
from bot.features.attention.folded import FoldedOnCard
from bot.features.attention.unsent import Unsent
from bot.features.attention.warnings import StaffWarnings
from bot.features.attention.wear_out import Reception, WearClock
from bot.features.attention.why import Why
from bot.flows.undo import Undoable
from bot.handlers.attention import consent, log, panel, quiet, reception, verdicts, why
from bot.handlers.attention import warnings as warning_presses
from bot.handlers.attention.services import AttentionServices, ConsentServices
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.attention.bounds import BoundsPolicy
from bot.rules.attention.budget import AttentionPolicy
from bot.rules.attention.consent import ConsentPolicy
from bot.rules.attention.unsent import UnsentPolicy
from bot.rules.attention.warnings import WarningPolicy
from bot.rules.attention.wear_out import WearPolicy
from bot.rules.memory import MemoryPolicy
from bot.store.answers import drop_answers, forget_answers
from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving
from bot.store.mornings import CARD as MORNING


def wire(core: Core) -> Wired:
    """Make what handlers ask for, what the domain adds to cards, and the parts of the clock and the night."""
    consents = Consents(core.db, core.policies[ConsentPolicy])
    wear = core.policies[WearPolicy]
    return Wired(
        {
            "attention": _services(core),
            "consent": ConsentServices(consents, core.communities),
            "reception": Reception(core.db, wear),
        },
        due=(consents, WearClock(core.db, wear)),
        housekeeping=(consents.tell_owners,),
        adds_to_cards={MORNING: FoldedOnCard(core.lines).add},
        tidies=(verdicts.tidy(core.policies),),
    )


def _services(core: Core) -> AttentionServices:
    budget, limits = core.policies[AttentionPolicy], core.policies[BoundsPolicy]
    warned = StaffWarnings(core.db, budget, core.policies[WarningPolicy], core.clock.now, core.lines)
    core.db.on_typed(warned.look)
    core.voice.warning = warned.warning
    return AttentionServices(
        bounds=ShopBounds(core.db, budget, limits),
        limits=limits,
        why=Why(core.db, core.lines, core.policies[MemoryPolicy]),
        unsent=Unsent(core.db, core.lines, core.policies[UnsentPolicy]),
        warnings=warned,
        communities=core.communities,
    )


def _forget_answers(tx: Tx, leaving: Leaving) -> None:
    forget_answers(tx, leaving.community_id, leaving.user_id)


DOMAIN = Domain(
    name="attention",
    desks=(consent.setup, quiet.setup, why.setup, log.setup, warning_presses.setup, reception.setup),
    policies=(AttentionPolicy, ConsentPolicy, BoundsPolicy, UnsentPolicy, WarningPolicy, WearPolicy),
    buttons={**consent_buttons.BUTTONS, **buttons.BUTTONS, **reception_buttons.BUTTONS},
    undo={
        bounds.CHANGED: Undoable(lambda tx, act, entry, _: bounds.undo_change(tx, act, entry), owners_only=True),
        warnings.HELD: Undoable(lambda tx, act, entry, _: warnings.undo_hold(tx, act, entry)),
        unsent.STOPPED: Undoable(lambda tx, act, entry, _: unsent.undo_stop(tx, act, entry)),
    },
    panel_acts=panel.panel_acts,
    tells=forget.TELLS,
    forgets=(forget.forget, _forget_answers),
    tidies=(drop_answers,),
    follows=(verdicts.follow,),
    drops_traces=(verdicts.drop_traces,),
    unheard={
        consent_cases.QUESTION: consent_cases.question_unheard,
        consent_cases.REMINDER: consent_cases.reminder_unheard,
    },
    wire=wire,
)

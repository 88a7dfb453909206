"""How the domain plugs in."""

from bot.content.buttons import consent as consent_buttons
from bot.content.buttons import reception as reception_buttons
from bot.features.attention import consent as consent_cases
from bot.features.attention import forget
from bot.features.attention.consent import Consents
from bot.features.attention.wear_out import Reception, WearClock
from bot.handlers.attention import consent, reception, verdicts
from bot.handlers.attention.services import ConsentServices
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.attention.budget import AttentionPolicy
from bot.rules.attention.consent import ConsentPolicy
from bot.rules.attention.wear_out import WearPolicy
from bot.store.answers import drop_answers, forget_answers
from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving


def wire(core: Core) -> Wired:
    """Make what handlers of consent and of how things are received ask for, and the clock's part."""
    consents = Consents(core.db, core.policies[ConsentPolicy])
    wear = core.policies[WearPolicy]
    return Wired(
        {"consent": ConsentServices(consents, core.communities), "reception": Reception(core.db, wear)},
        due=(consents, WearClock(core.db, wear)),
        housekeeping=(consents.tell_owners,),
        tidies=(verdicts.tidy(core.policies),),
    )


def _forget_answers(tx: Tx, leaving: Leaving) -> None:
    forget_answers(tx, leaving.community_id, leaving.user_id)


DOMAIN = Domain(
    name="attention",
    desks=(consent.setup, reception.setup),
    policies=(AttentionPolicy, ConsentPolicy, WearPolicy),
    buttons={**consent_buttons.BUTTONS, **reception_buttons.BUTTONS},
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

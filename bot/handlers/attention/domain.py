"""How the domain plugs in."""

from bot.content.buttons import consent as consent_buttons
from bot.features.attention import consent as consent_cases
from bot.features.attention import forget
from bot.features.attention.consent import Consents
from bot.handlers.attention import consent, verdicts
from bot.handlers.attention.services import ConsentServices
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.attention.budget import AttentionPolicy
from bot.rules.attention.consent import ConsentPolicy


def wire(core: Core) -> Wired:
    """Make what handlers of consent ask for, and the clock's part."""
    consents = Consents(core.db, core.policies[ConsentPolicy])
    return Wired(
        {"consent": ConsentServices(consents, core.communities)},
        due=(consents,),
        housekeeping=(consents.tell_owners,),
        tidies=(verdicts.tidy(core.policies),),
    )


DOMAIN = Domain(
    name="attention",
    desks=(consent.setup,),
    policies=(AttentionPolicy, ConsentPolicy),
    buttons=consent_buttons.BUTTONS,
    forgets=(forget.forget,),
    follows=(verdicts.follow,),
    drops_traces=(verdicts.drop_traces,),
    unheard={
        consent_cases.QUESTION: consent_cases.question_unheard,
        consent_cases.REMINDER: consent_cases.reminder_unheard,
    },
    wire=wire,
)

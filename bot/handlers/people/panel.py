"""What the staff's panel can do with sources, the ways by which fans come."""

from bot.handlers.kit.blanks import PanelAct, bare, blanks_of
from bot.handlers.kit.forms import Field, Form, whole, words
from bot.handlers.people.sources import EXAMPLE
from bot.handlers.people.welcome import new_question_form
from bot.rules.panel import Section
from bot.rules.people.sources import MAX_COST, MAX_NAME
from bot.rules.people.welcome import QuestionPolicy
from bot.rules.policies import Policies


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """A source, new or known, and the list of sources; a question for newcomers, and the list of those."""
    question = blanks_of(new_question_form(policies[QuestionPolicy]))
    cost = blanks_of(Form({"cost": Field(whole(0, MAX_COST))}, EXAMPLE))
    return (
        PanelAct("source", Section.FANS, "source", (bare("name", words(MAX_NAME, EXAMPLE)), *cost), unlogged=True),
        PanelAct("sources", Section.FANS, "source", unlogged=True),
        PanelAct("welcome", Section.FANS, "welcome", question, owner=True, rare=True, row=3),
        PanelAct("welcomes", Section.FANS, "welcome", unlogged=True, rare=True, row=3),
    )

"""What owners write behind `/setup`, and how it is read."""

from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, one_of, timezone, whole, words
from bot.handlers.kit.money import currency
from bot.rules.forms import NotATime
from bot.rules.funding import Funding
from bot.rules.shops.setup import SetupPolicy, morning_of
from bot.rules.words import Language

EXAMPLE = '/setup timezone=Asia/Seoul shop="Mina Silk"'
LONGEST_ECHO = 40


def morning(name: str, text: str, _moment: Moment) -> str:
    """`09:00`, or `off`."""
    hour = morning_of(text)
    if hour is None:
        raise FormProblem(NotATime(name, text[:LONGEST_ECHO]))
    return hour


def setup_form(policy: SetupPolicy) -> Form:
    """The fields of `/setup`."""
    return Form(
        {
            "language": Field(one_of({language.value: language for language in Language})),
            "timezone": Field(timezone),
            "shop": Field(words(policy.max_shop, EXAMPLE)),
            "persona": Field(words(policy.max_persona, EXAMPLE)),
            "coin": Field(words(policy.max_coin, EXAMPLE)),
            "morning": Field(morning),
            "packets": Field(one_of({funding.value: funding for funding in Funding})),
            "giveaway": Field(whole(0, policy.max_giveaway)),
            "currency": Field(currency),
        },
        EXAMPLE,
    )

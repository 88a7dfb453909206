"""What owners write behind `/setup`, and how it is read."""

from bot.content.zones import only_zone
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, Reader, echo, one_of, whole, words
from bot.handlers.kit.money import currency
from bot.rules.forms import NoSuchZone, NotAContact, NotATime
from bot.rules.funding import Funding
from bot.rules.shops.setup import SetupPolicy, contact_of, morning_of
from bot.rules.words import Language

EXAMPLE = '/setup timezone=Asia/Seoul shop="Mina Silk"'
LONGEST_ECHO = 40


def timezone(name: str, text: str, _moment: Moment) -> str:
    """A time zone as the set-up's panel finds it: `Asia/Seoul`, a city, a country, `KST`, `UTC+9`."""
    found = only_zone(text)
    if found is None:
        raise FormProblem(NoSuchZone(echo(text), f"{name}=Asia/Seoul"))
    return found


def morning(name: str, text: str, _moment: Moment) -> str:
    """`09:00`, or `off`."""
    hour = morning_of(text)
    if hour is None:
        raise FormProblem(NotATime(name, text[:LONGEST_ECHO]))
    return hour


def contact(policy: SetupPolicy) -> Reader[str]:
    """A phone number, an address or a mail address."""

    def read(name: str, text: str, _moment: Moment) -> str:
        found = contact_of(text, policy)
        if found is None:
            raise FormProblem(NotAContact(name, policy.max_contact))
        return found

    return read


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
            "contact": Field(contact(policy)),
        },
        EXAMPLE,
    )

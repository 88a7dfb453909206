"""Currencies as people write them in a command."""

from bot.handlers.kit.forms import FormProblem, Moment, echo
from bot.rules.currencies import currency_of
from bot.rules.forms import NoSuchCurrency


def currency(name: str, text: str, _moment: Moment) -> str:
    """An ISO code, or a sign or name that means one currency."""
    found = currency_of(text)
    if found is None:
        raise FormProblem(NoSuchCurrency(echo(text), f"{name}=KRW"))
    return found

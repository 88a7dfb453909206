"""What shows a code or a link that is worth something is known as secret, and is never said aloud with it."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from bot.content.catalog import OUTCOMES
from bot.domains import DOMAINS
from bot.rules.coupons.code_files import BadLine
from bot.rules.words import Language
from tests.content.samples import instances
from tests.content.values import HERE
from tests.words import WORDS

SECRETS = {kind: secret for domain in DOMAINS for kind, secret in domain.secrets.items()}
SENTINEL = "ZZQ7XKW9"
HOLDERS = frozenset({"code", "shared_code", "first_code", "last_code", "secret", "salt", "payload"})
"""Fields that hold what is worth something, in outcomes and in their parts."""
LINES_OF_FILES = (BadLine, "text")
"""A line of the shop's own file of codes. Files of members hold none; their lines are another class."""
FOR_EVERYBODY = frozenset(
    {
        "gifts.GiftMessage",  # the card as its giver sends it on: its link is what they give away
        "reminders.OpenChatFirst",  # its link asks for a reminder of a stream
        "communities.OnlyInPrivate",  # its link shows everybody their own
    }
)


def marked(value: Any) -> Any:
    """The same with the sentinel wherever a code or such a link stands, its parts too."""
    if isinstance(value, tuple):
        return tuple(marked(one) for one in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed = {}
    for field in fields(value):
        old = getattr(value, field.name)
        holds = field.name in HOLDERS or (type(value), field.name) == LINES_OF_FILES
        changed[field.name] = SENTINEL if holds and isinstance(old, str) and old else marked(old)
    return replace(value, **changed)


def shown(outcome: Any, language: Language) -> Iterator[str | None]:
    """All that its reader gets: the words, and what its buttons copy or open."""
    said = WORDS.say(outcome, HERE["ordinary"], language)
    yield said.html
    for button in (button for row in said.buttons for button in row):
        yield from (button.copy, button.start, button.url)


def shows(outcome: Any) -> bool:
    """Whether the sentinel can be read in some language."""
    return any(SENTINEL in (part or "") for language in Language for part in shown(outcome, language))


@pytest.mark.parametrize("name", sorted(OUTCOMES.keys() - FOR_EVERYBODY))
def test_what_shows_a_code_is_secret(name: str) -> None:
    """Of each outcome: if the code can be read in it, it is secret; if it is never, it isn't in the table."""
    kind = OUTCOMES[name]
    shown_once = False
    for outcome in map(marked, instances(kind)):
        if shows(outcome):
            assert WORDS.is_secret(outcome), outcome
            shown_once = True
    assert shown_once is (kind in SECRETS)


@pytest.mark.parametrize("kind", SECRETS, ids=lambda kind: kind.__name__)
def test_what_is_said_aloud_holds_no_code(kind: type[Any]) -> None:
    """In its stead stands the way into the private chat, or the same with the code masked."""
    place = HERE["ordinary"]
    assert place is not None
    for outcome in map(marked, instances(kind)):
        if WORDS.is_secret(outcome):
            instead = WORDS.aloud(outcome, place)
            assert not WORDS.is_secret(instead) or SECRETS[kind].link is None
            assert not shows(instead)


def test_an_alert_counts_where_it_holds_the_code() -> None:
    """Who has read the alert of these has the code; of all others the alert tells less."""
    for kind, secret in SECRETS.items():
        told = [
            SENTINEL in (WORDS.short(outcome, HERE["ordinary"], language) or "")
            for outcome in map(marked, instances(kind))
            for language in Language
            if WORDS.is_secret(outcome)
        ]
        assert secret.told_by_alert is all(told), kind.__name__

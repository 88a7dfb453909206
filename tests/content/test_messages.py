"""Every sample's message, short answer and buttons are what Telegram takes and a phone can show."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pytest

from bot.content import Said
from bot.content.catalog import OUTCOMES
from bot.rules.words import Language
from sandbox.errors import ApiError
from sandbox.rich import read_rich
from tests.content.pressed import SHORT
from tests.content.samples import MANY, samples
from tests.content.telegram_html import MESSAGE, Strict, utf16
from tests.content.values import HERE
from tests.words import WORDS

ALERT = 200
BUTTON = 64
ORDINARY_BUTTON = 40


HARDEST = "hostile"
"""The place whose names are the longest and need most escaping: there every sample is said."""
OTHERS = tuple(place for place in HERE if place != HARDEST)


@dataclass(frozen=True)
class Spoken:
    """What is said of one outcome in every language: of each sample in the hardest place, and in one other in turn.

    Of very many samples the first are said in the hardest place in every language, the others in one of them in turn. A
    text takes no more from its place than its names and its zone, so each with each would say the same again.
    In three languages each sample comes to all places.
    """

    name: str
    said: dict[tuple[Language, str], tuple[tuple[Any, Said], ...]]

    @classmethod
    def of(cls, name: str) -> "Spoken":
        """Say it."""
        every = tuple(samples(OUTCOMES[name]))
        turns = {
            (language, place): (at + nth) % len(OTHERS)
            for at, language in enumerate(Language)
            for nth, place in enumerate(OTHERS)
        }
        said = {
            (language, place): tuple(
                (outcome, WORDS.say(outcome, HERE[place], language))
                for number, outcome in enumerate(every)
                if number == 0
                or (place == HARDEST and (number < MANY or number % len(Language) == at))
                or number % len(OTHERS) == turns.get((language, place))
            )
            for at, language in enumerate(Language)
            for place in HERE
        }
        return cls(name, said)

    def everywhere(self) -> Iterator[tuple[Any, Said]]:
        """Each sample's words, after what tells which they are."""
        for (language, place), every in self.said.items():
            for outcome, words in every:
                yield (str(language), place, outcome), words

    def first(self, *places: str) -> Iterator[tuple[Any, Said]]:
        """The first sample's words in these places."""
        for (language, place), every in self.said.items():
            if place in places:
                yield (str(language), place, every[0][0]), every[0][1]


@pytest.fixture(params=OUTCOMES, scope="module")
def spoken(request: pytest.FixtureRequest) -> Spoken:
    """Said once for all tests that look at it, and then forgotten: so many words slow down who keeps them."""
    return Spoken.of(str(request.param))


def test_messages_are_telegrams_html(spoken: Spoken) -> None:
    """A message of any sample is balanced, escaped, not empty and fits into one message of Telegram's."""
    for which, words in spoken.everywhere():
        try:
            text = "".join(Strict(words.html).text)
        except ValueError as wrong:
            raise AssertionError(which) from wrong
        assert text.strip(), which
        assert utf16(text) <= MESSAGE, which


def test_messages_keep_their_lines(spoken: Spoken) -> None:
    """No message has trailing blanks, doubled blanks or more than one empty line, and no `None` where a value lacks."""
    for which, words in spoken.first(*HERE):
        html = words.html
        for line in html.split("\n"):
            assert line == line.rstrip(), which
        assert "\n\n\n" not in html, which
        assert "None" not in html, which
    for which, words in spoken.first("ordinary", "nobody's"):
        assert "  " not in words.html, which


def test_pressed_outcomes_have_a_short_answer(spoken: Spoken) -> None:
    """Where a press can lead, there is an answer of at most 200 characters; elsewhere there is none."""
    for which, words in spoken.everywhere():
        if spoken.name not in SHORT:
            assert words.short is None, which
            continue
        short = words.short
        assert short, which
        assert utf16(short) <= ALERT, (which, short)


def test_short_answers_are_plain(spoken: Spoken) -> None:
    """A short answer has no markup and no entities of its own: an alert would show them as they are."""
    for which, words in spoken.first("ordinary"):
        assert not re.search(r"[<>]|&\w+;|&#", words.short or ""), which


def test_buttons_have_readable_labels(spoken: Spoken) -> None:
    """Every button of every sample has one line of 1 to 64 characters, and data that Telegram takes."""
    for which, words in spoken.everywhere():
        for button in chain.from_iterable(words.buttons):
            assert 1 <= utf16(button.text) <= BUTTON, (which, button.text)
            assert "\n" not in button.text, (which, button.text)
            assert len((button.press or "").encode()) <= BUTTON, (which, button.press)


def test_ordinary_labels_fit_a_phone(spoken: Spoken) -> None:
    """With ordinary values a label is at most 40 characters, so that a phone doesn't cut it."""
    for which, words in spoken.first("ordinary"):
        for button in chain.from_iterable(words.buttons):
            assert utf16(button.text) <= ORDINARY_BUTTON, (which, button.text)


def test_the_checker_is_strict() -> None:
    """The checker refuses what Telegram refuses, so that the tests above mean something."""
    for wrong in ("<b>x", "x</b>", "<b><i>x</b></i>", "a & b", "1 < 2", "<script>x</script>", "&nbsp;", "<br/>"):
        with pytest.raises(ValueError, match=r"."):
            Strict(wrong)
    assert "".join(Strict('<b>1 &lt; 2</b> <tg-time unix="1" format="t">x</tg-time>').text) == "1 < 2 x"


def test_rich_messages_are_telegrams(spoken: Spoken) -> None:
    """A rich message of any sample is read by the stand-in, within its limits, and shows the same title."""
    for which, words in spoken.everywhere():
        html = words.rich  # rendered anew whenever it is asked for
        if html is None:
            continue
        try:
            rich = read_rich({"html": html})
        except ApiError as wrong:
            raise AssertionError(which) from wrong
        assert "None" not in html, which
        assert [block["type"] for block in rich["blocks"]].count("table") == 1, which

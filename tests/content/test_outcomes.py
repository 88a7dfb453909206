"""What some outcomes must say, and where they must fit."""

from dataclasses import replace
from itertools import chain

import pytest

from bot.content.catalog import OUTCOMES
from bot.rules.raffles.cards import RaffleCard
from bot.rules.raffles.facts import RafflePolicy
from bot.rules.raffles.results import Winner
from bot.rules.words import Language
from tests import hostile
from tests.content.samples import said, worst
from tests.content.telegram_html import CAPTION, MESSAGE, Strict, utf16
from tests.content.values import ACTS, AWARE, HERE, TIERS
from tests.words import WORDS


@pytest.mark.parametrize("language", Language)
def test_a_claim_shows_its_code_to_copy(language: Language) -> None:
    """A claimed coupon's code stands in the message, in the alert and behind the copy button."""
    kind = OUTCOMES["coupons.Claimed"]
    words = WORDS.say(kind("Silk scarf", "K7M2-QX4P", 0, 8, AWARE), HERE["ordinary"], language)
    assert "<code>K7M2-QX4P</code>" in words.html
    assert words.short is not None
    assert "K7M2-QX4P" in words.short
    assert [button.copy for button in chain.from_iterable(words.buttons)] == ["K7M2-QX4P"]


@pytest.mark.parametrize("place", HERE)
@pytest.mark.parametrize("language", Language)
def test_captions_fit_under_their_files(language: Language, place: str) -> None:
    """The words under a QR code, and under a draw's proof, are captions, whatever the names."""
    for name in ("sources.SourceShown", "raffles.DrawTold", "draws.RedrawTold", "draws.CallOffTold"):
        for outcome, words in said(name, language, place):
            assert utf16("".join(Strict(words.html).text)) <= CAPTION, outcome


@pytest.mark.parametrize("place", HERE)
@pytest.mark.parametrize("language", Language)
def test_as_many_winners_as_a_card_names_fit_on_it(language: Language, place: str) -> None:
    """With every winner's name at its longest, and every rule, a raffle's card is one message."""
    policy, longest = RafflePolicy(), next(kind for kind in worst(RaffleCard) if kind.state == "drawn")
    won = tuple(Winner(99_999 - number, hostile.LONG_EMOJI) for number in range(policy.names))
    full = replace(longest, won=won, more=160, reserve_numbers=(99_999,) * policy.reserves_shown, lost=200)
    assert utf16("".join(Strict(WORDS.html(full, HERE[place], language)).text)) <= MESSAGE


@pytest.mark.parametrize("language", Language)
def test_a_listed_raffle_names_its_list_and_round_on_its_card(language: Language) -> None:
    """The edit of the card is what names the round, so everybody reads both there, not behind a button."""
    sample = next(kind for kind in worst(RaffleCard) if kind.state == "listed")
    listed = replace(sample, sealing="freeze", list_hash="ab" * 32, beacon_round=12_345_678, seed=None, beacon=None)
    text = "".join(Strict(WORDS.html(listed, HERE["ordinary"], language)).text)
    assert "ab" * 32 in text
    assert "12345678" in text


@pytest.mark.parametrize("language", Language)
def test_a_free_coupon_speaks_of_no_price(language: Language) -> None:
    """A free drop's card and button name no sum of coins, a priced one's do."""
    kind = OUTCOMES["coupons.DropCard"]
    free = kind(1, "Silk scarf", 0, 1, 88, 100, "open", None, None)
    priced = kind(1, "Silk scarf", 30, 1, 88, 100, "open", None, None)
    for outcome, named in ((free, False), (priced, True)):
        words = WORDS.say(outcome, HERE["ordinary"], language)
        assert ("30" in words.html) is named
        assert ("30" in words.buttons[0][0].text) is named
        assert "88" in words.buttons[0][0].text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", ["Undone", "TooLateToUndo"])
def test_each_act_has_its_own_words(language: Language, kind: str) -> None:
    """Taking back is told differently for each act that can be taken back."""
    outcomes = [OUTCOMES[f"communities.{kind}"](act, "#12 Silk scarf") for act in ACTS]
    assert len({WORDS.html(outcome, HERE["ordinary"], language) for outcome in outcomes}) == len(ACTS)


@pytest.mark.parametrize("language", Language)
def test_tiers_are_called_by_their_names(language: Language) -> None:
    """A drop for a tier says which, in the fans' own word; one for everybody doesn't speak of them."""
    kind = OUTCOMES["coupons.CampaignMade"]
    told = [
        WORDS.html(kind(12, "Silk", 10, 0, 1, tier, None, None, None, 1, 1), HERE["ordinary"], language)
        for tier in TIERS
    ]
    assert len(set(told)) == len(TIERS)
    if language is not Language.EN:
        assert not any(tier in words for tier, words in zip(TIERS, told, strict=True))

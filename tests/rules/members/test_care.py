"""What staff write about a fan: tags, coins with a reason, notes, and where the name stands."""

import pytest

from bot.rules.members.care import (
    CarePolicy,
    Grant,
    GrantHow,
    GrantLine,
    GrantTrouble,
    NoteHow,
    TagChange,
    TagHow,
    read_grant,
    read_note,
    read_tags,
    split_grant,
)
from bot.rules.members.written import split_note, split_tags

POLICY = CarePolicy()


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("silk", TagChange(("silk",), ())),
        ("silk wool", TagChange(("silk", "wool"), ())),
        ("silk, wool、linen", TagChange(("silk", "wool", "linen"), ())),
        ("-silk", TagChange((), ("silk",))),
        ("silk −wool －linen", TagChange(("silk",), ("wool", "linen"))),
        ("+silk #wool", TagChange(("silk", "wool"), ())),
        ("Silk silk", TagChange(("silk",), ())),
        ("silk -silk", TagChange((), ("silk",))),
        ("실크 丝巾", TagChange(("실크", "丝巾"), ())),
        ("", TagHow("")),
        ("🧣", TagHow("🧣")),
        ("silk a:b", TagHow("a:b")),
        ("-", TagHow("-")),
        ("x" * 25, TagHow("x" * 25)),
    ],
)
def test_tags_of_a_line(said: str, read: TagChange | TagHow) -> None:
    """Words are tags, with a minus they come off, and one that can't be a tag is named."""
    assert read_tags(said) == read


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("@ana 50 for the photos", GrantLine("@ana", "50", "for the photos")),
        ("50 for the photos @ana", GrantLine("@ana", "50", "for the photos")),
        ("50 for the photos", GrantLine("", "50", "for the photos")),
        ("Ana Kim 50 for the photos", GrantLine("Ana Kim", "50", "for the photos")),
        ("수아 50코인 후기", GrantLine("수아", "50코인", "후기")),
        ("@ana 50", GrantLine("@ana", "50", "")),
        ("@ana", GrantLine("@ana", "", "")),
        ("@ana thanks 50", GrantLine("@ana", "", "")),
        ("thanks", GrantLine("thanks", "", "")),
        ("", GrantLine("", "", "")),
    ],
)
def test_a_line_of_a_grant(line: str, parts: GrantLine) -> None:
    """The name stands first or last, the first number says how many, and the rest is the reason."""
    assert split_grant(line) == parts


@pytest.mark.parametrize(
    ("coins", "reason", "read"),
    [
        ("50", " for  the photos ", Grant(50, "for the photos")),
        ("1,000", "x", Grant(1000, "x")),
        ("100000", "x", Grant(100_000, "x")),
        ("100001", "x", GrantHow(GrantTrouble.COINS, 100_000)),
        ("0", "x", GrantHow(GrantTrouble.COINS, 100_000)),
        ("-5", "x", GrantHow(GrantTrouble.COINS, 100_000)),
        ("1.5", "x", GrantHow(GrantTrouble.COINS, 100_000)),
        ("many", "x", GrantHow(GrantTrouble.COINS, 100_000)),
        ("50", "\u200b ", GrantHow(GrantTrouble.REASON, 100_000)),
        ("50", "x" * 201, GrantHow(GrantTrouble.LONG, 200)),
    ],
)
def test_what_can_be_granted(coins: str, reason: str, read: Grant | GrantHow) -> None:
    """A whole number of coins and a reason that can be read."""
    assert read_grant(coins, reason, POLICY) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (" likes\nsoft colours ", "likes soft colours"),
        ("x" * 500, "x" * 500),
        ("x" * 501, NoteHow(500, long=True)),
        (" \u202e", NoteHow(500, long=False)),
    ],
)
def test_what_can_be_noted(text: str, read: str | NoteHow) -> None:
    """Up to 500 characters, on one line."""
    assert read_note(text, POLICY) == read


@pytest.mark.parametrize(
    ("line", "said", "note"),
    [
        ("@ana", "@ana", None),
        ('@ana note="likes silk"', "@ana", "likes silk"),
        ("note=likes silk", "", "likes silk"),
        ("Ana Kim note: likes silk", "Ana Kim", "likes silk"),
        ("notebook", "notebook", None),
    ],
)
def test_a_note_behind_a_name(line: str, said: str, note: str | None) -> None:
    """`note=` takes the rest of the line, in quotes or not."""
    assert split_note(line) == (said, note)


@pytest.mark.parametrize(
    ("line", "named", "parts"),
    [
        ("@ana silk wool", False, ("@ana", "silk wool")),
        ("silk @ana", True, ("@ana", "silk")),
        ("silk wool", True, ("", "silk wool")),
        ("Ana silk", False, ("Ana", "silk")),
        ("silk", False, ("silk", "")),
        ("", False, ("", "")),
    ],
)
def test_where_the_name_stands(line: str, named: bool, parts: tuple[str, str]) -> None:
    """`@name` first or last; else the first word, unless a reply or a mention names the fan."""
    assert split_tags(line, named=named) == parts

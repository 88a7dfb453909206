"""How `doctor` judges the schema's revision."""

import pytest

from bot.rules.doctor.database import NotEncores, SchemaAhead, SchemaBehind, SchemaFine, judge_schema
from bot.rules.doctor.findings import Finding


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("0002", SchemaFine("0002")),
        ("0001", SchemaBehind("0001")),
        ("0003", SchemaAhead("0003")),
        (None, NotEncores()),
    ],
)
def test_the_schema(revision: str | None, expected: Finding) -> None:
    """The newest is fine, a known one is behind, an unknown one was made by a newer Encore."""
    assert judge_schema(revision, "0002", frozenset({"0001", "0002"})) == expected

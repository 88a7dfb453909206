"""Which methods are played, and that the document says so."""

import re
from pathlib import Path

import sandbox
from sandbox.checks import SCHEMA
from tests.sandbox.client import Scene

DOCUMENT = Path(sandbox.__file__).parents[1] / "docs" / "stand-in-methods.md"
ENDING = frozenset({"close", "logOut"})
"""Played, but nothing else is answered after them."""


async def test_the_document_names_what_is_not_played(scene: Scene) -> None:
    """The methods that answer 404 are those of the document's second table, and it counts all of them right."""
    text = DOCUMENT.read_text("utf-8")
    played, unplayed = text.split("## Not played")
    named = set(re.findall(r"`([a-z]\w+)`", unplayed))

    missing = {one for one in SCHEMA["methods"].keys() - ENDING if (await scene.api(one)).status == 404}

    assert named == missing
    assert f"Of the {len(SCHEMA['methods'])} methods" in played
    assert not named & set(re.findall(r"`([a-z]\w+)`", played))

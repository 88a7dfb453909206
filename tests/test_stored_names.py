"""Names that databases and hung messages hold: whatever is moved or renamed in the code, each is still understood.

`data/stored_names.json` was written by the code of commit fa32b9d. A name is never taken out of it; a new one
may be added. Each outcome stands there with the facts of one sample, as a row holds them.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.app import build
from bot.content.catalog import OUTCOMES
from bot.domains import DOMAINS, panel_of, policies_of, resolvers_of, undoables_of
from bot.settings import Settings
from bot.store.messages.payloads import KINDS, Say, pack
from bot.telegram.promises import outcome_in

ROOT = Path(__file__).parents[1]
STORED: dict[str, Any] = json.loads((ROOT / "tests/data/stored_names.json").read_text(encoding="utf-8"))


async def understood(sqlite_url: str) -> dict[str, set[str]]:
    """The names of each kind that a wired bot knows."""
    wanted = {"bot_token": "42:TEST", "telegram_api_url": "http://127.0.0.1:1", "database_url": sqlite_url}
    app = build(Settings.model_validate(wanted))
    table, deliveries = app.table, app.sender._deliveries
    try:
        return {
            "outcomes": set(OUTCOMES),
            "outbox_acts": set(KINDS),
            "cards": set(deliveries._cards),
            "files": set(deliveries._files),
            "witnesses": set(deliveries._witnesses),
            "dialogues": set(table._replies),
            "presses": set(table._presses),
            "openings": set(table._openings),
            "commands": set(table.names),
            "undoable": set(undoables_of(DOMAINS, policies_of(DOMAINS))),
            "undoable_by_owner": {
                name for name, one in undoables_of(DOMAINS, policies_of(DOMAINS)).items() if one.owners_only
            },
            "held_kinds": set(resolvers_of(DOMAINS, policies_of(DOMAINS))),
            "panel_acts": {act.name for act in panel_of(DOMAINS, policies_of(DOMAINS)).acts},
        }
    finally:
        await app.close()


async def test_every_name_is_understood(sqlite_url: str) -> None:
    """Acts, cards, files, witnesses, dialogues, buttons, links, commands and what can be undone: none is lost."""
    known = await understood(sqlite_url)

    lost = {kind: set(STORED[kind]) - names for kind, names in known.items()}

    assert {kind: names for kind, names in lost.items() if names} == {}
    assert known.keys() == STORED.keys() - {"audit_acts"}


def test_audit_acts_keep_their_names() -> None:
    """What the audit log calls an act stands in the code as it did, also where nothing looks it up."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "bot").rglob("*.py")))

    assert [act for act in STORED["audit_acts"] if f'"{act}"' not in code] == []
    assert set(STORED["undoable"]) <= set(STORED["audit_acts"])


@pytest.mark.parametrize("name", sorted(STORED["outcomes"]))
def test_an_outcome_is_read_from_its_facts(name: str) -> None:
    """A stored name with stored facts gives an outcome that is written down with just these again.

    What an outcome has learnt to say since stands beside them.
    """
    facts = STORED["outcomes"][name]

    packed = pack(outcome_in(Say.from_facts({"outcome": name, "facts": facts})))

    assert (packed.outcome, as_stored(packed.facts, facts)) == (name, facts)


def as_stored(now: Any, stored: Any) -> Any:
    """Facts of today without the fields that the stored ones don't have."""
    if isinstance(stored, dict) and isinstance(now, dict):
        return {key: as_stored(value, stored[key]) for key, value in now.items() if key in stored}
    if isinstance(stored, list) and isinstance(now, list) and len(stored) == len(now):
        return [as_stored(*pair) for pair in zip(now, stored, strict=True)]
    return now


def test_a_forms_blanks_keep_their_names() -> None:
    """A half-filled form of the panel holds its answers by these names."""
    blanks = {act.name: {blank.name for blank in act.blanks} for act in panel_of(DOMAINS, policies_of(DOMAINS)).acts}

    lost = {name: set(stored) - blanks[name] for name, stored in STORED["panel_acts"].items()}

    assert {name: names for name, names in lost.items() if names} == {}

"""aiogram's types are built when they are used, and then they are the same as always."""

import json
import re
import subprocess
import sys
from typing import Any

from tests.nursery import ROOT

DESCRIBE = """

import json, sys
from pydantic import BaseModel
from aiogram import methods, types

told = {}
models = {name: getattr(part, name) for part in (types, methods) for name in part.__all__}
models = {name: one for name, one in models.items() if isinstance(one, type) and issubclass(one, BaseModel)}
built = [name for name, one in models.items() if one.__pydantic_complete__]
for name, one in models.items():
    one.model_rebuild()
    fields = one.model_fields.items()
    told[name] = {key: repr((field.annotation, field.default, field.metadata)) for key, field in fields}
json.dump([built, told], sys.stdout)
"""
LATE = "from bot.telegram.late_types import import_aiogram; import_aiogram()"


def run(code: str) -> str:
    """What a Python of its own prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def describe(first: str) -> tuple[set[str], dict[str, Any]]:
    """The types that are built at once, and all types' fields."""
    built, told = json.loads(re.sub(r" at 0x[0-9a-f]+", "", run(first + DESCRIBE)))
    return set(built), told


def test_types_that_are_built_late_have_the_same_fields() -> None:
    """Every type and method of aiogram can be built late, and has the fields that aiogram's own import gives it."""
    at_once, usual = describe("")
    built, late = describe(LATE)
    assert at_once == set(usual) == set(late)
    assert len(built) < len(at_once) / 4
    assert {name for name in late if late[name] != usual[name]} == set()


def test_a_second_import_changes_nothing() -> None:
    """Where aiogram is there already nothing is patched, and afterwards pydantic builds as it always did."""
    code = f"""
import aiogram
from pydantic import BaseModel
before = BaseModel.__dict__["model_rebuild"]
{LATE}
from aiogram.types import Message, Update
assert Message.__pydantic_complete__ and Update.__pydantic_complete__
assert BaseModel.__dict__["model_rebuild"] is before
print("same")
"""
    assert run(code) == "same\n"


def test_a_right_is_filled_in_before_its_type_was_built() -> None:
    """What an older server leaves out is made up from the type's fields, the first time too."""
    code = f"""
{LATE}
from bot.telegram.older_servers import chat_with_all_fields, member_with_all_fields
print(member_with_all_fields({{"status": "administrator"}})["can_be_edited"])
print(chat_with_all_fields({{"id": 1, "type": "group"}})["accepted_gift_types"]["unlimited_gifts"])
"""
    assert run(code).split() == ["False", "False"]

"""Numbers that nobody means, wherever a person can put one: no command, press, link or query meets a bug."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import pytest
from structlog.testing import capture_logs

from bot.handlers.coin_shop import items
from bot.handlers.coupons import campaigns
from bot.handlers.gifts import offers as gift_offers
from bot.handlers.hearts import hearts
from bot.handlers.kit.forms import Form
from bot.handlers.members.tag_rules import new_rule_form
from bot.handlers.orders import order_imports
from bot.handlers.people.welcome import new_question_form
from bot.handlers.posts import post_lines
from bot.handlers.posts.persona_services import persona_form
from bot.handlers.raffles.forms import RaffleForms
from bot.handlers.shops.forms import setup_form
from bot.handlers.streams.forms import go_live_form, new_stream_form
from bot.rules.coin_shop.shelf import ShopPolicy
from bot.rules.coupons.campaigns import CouponPolicy
from bot.rules.members.tag_rules import TagRulePolicy
from bot.rules.people.welcome import QuestionPolicy
from bot.rules.posts.persona import PersonaPolicy
from bot.rules.raffles.facts import RafflePolicy
from bot.rules.shops.setup import SetupPolicy
from bot.rules.streams.streams import StreamPolicy
from sandbox import Person
from tests.bot.conftest import Play, Stage

T = TypeVar("T")

FAILURES = frozenset({"handler_failed", "update_failed", "send_failed", "update_waits", "due_failed"})
NUMBERS = (
    "0",
    "-1",
    "-9223372036854775809",
    "2147483648",
    "999999999999",
    "9223372036854775807",
    "9223372036854775808",
    "9999999999999999999",
    "9" * 40,
    "٣",
    "²",
    "1e400",
    "nan",
    "0x7f",
    "1_000",
    "00001",
    "0000-00-00",
    "9999-12-31T23:59",
)
"""Around the ends of 32 and 64 bits, beyond them, digits of other scripts, and instants at the ends of time."""
TOO_LONG_TO_READ = "9" * 3_900
"""A message holds 4,096 characters; Python reads no number of more than 4,300 digits, and slowly one of so many."""
ENDLESS = "9" * 5_000
LINES = (
    "#{n}",
    "stream {n}",
    "{n} @fan",
    "A-1 @{n}",
    "{n} refund",
    "@fan {n}",
    "{n} {n}",
    "{n} cancel",
    "{n} all",
    "1 {n}",
    "{n} done @fan",
    "{n} redraw {n}",
    "{n}d",
    "cost={n}",
    "fresh={n}d",
)
FORMS = {
    "newcoupon": campaigns.new_coupon_form(CouponPolicy()),
    "newstream": new_stream_form(StreamPolicy()),
    "golive": go_live_form(StreamPolicy()),
    "newraffle": RaffleForms.of(RafflePolicy()).new,
    "newitem": items.new_item_form(ShopPolicy()),
    "newgift": gift_offers.NEW_GIFT_FORM,
    "hearts": hearts.HEARTS_FORM,
    "setup": setup_form(SetupPolicy()),
    "redeem": order_imports.FILE_FORM,
    "persona": persona_form(PersonaPolicy()),
    "post": post_lines.FORM,
    "tagrule": new_rule_form(TagRulePolicy()),
    "welcome": new_question_form(QuestionPolicy()),
}
KINDS = ("coupon:{n}", "raffle:{n}", "coins:{n}", "packet:{n}/{n}", "raffle:scarf/{n}/{n}", "{n}m", "{n}h{n}m", "+{n}d")
AMONG_OTHERS = {
    "title": "Scarf",
    "prize": "Scarf",
    "stock": "5",
    "price": "5",
    "at": "20:00",
    "closes": "+1h",
    "kind": "makeup",
    "goals": "100",
    "gives": "packet:5/1",
    "tag": "scarf",
    "when": "claimed",
    "ask": "Silk?",
    "answers": "Yes,No",
}
"""What a form needs, so that its other values are read too."""
REST = (":{n}:{n}", ":{n}:{n}:{n}", ":1:{n}", ":x:{n}", ":-{n}", ":-{n}:{n}")


def in_turn(shapes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each shape with a third of the numbers, other ones than the shape beside it."""
    for place, shape in enumerate(shapes):
        yield from ((number, shape) for number in NUMBERS[place % 3 :: 3])


def lines_of(name: str) -> Iterator[str]:
    """A command with a number at each place where one can stand."""
    for number in (*NUMBERS, TOO_LONG_TO_READ):
        yield f"/{name} {number}"
    yield from (f"/{name} {line.format(n=number)}" for number, line in in_turn(LINES))


def fields_of(name: str, form: Form) -> Iterator[str]:
    """A form with a number in each of its fields, among values that are right."""
    for field in form.fields:
        needed = {one: value for one, value in AMONG_OTHERS.items() if one in form.fields and one != field}
        others = " ".join(f"{one}={value}" for one, value in needed.items())
        for number in NUMBERS:
            yield f"/{name} {others} {field}={number}"
        for number, kind in in_turn(KINDS):
            yield f'/{name} {others} {field}="{kind.format(n=number)}"'


def chosen(person: Person, result_id: str) -> dict[str, Any]:
    """An update that tells of a chosen result; the stand-in's people choose from what they were shown only."""
    sender = {"id": person.id, "is_bot": False, "first_name": person.name}
    return {"update_id": 1, "chosen_inline_result": {"result_id": result_id, "from": sender, "query": ""}}


def share_of(stage: Stage, lines: Iterable[T], turn: int) -> list[T]:
    """All of them on PostgreSQL, which refuses what is beyond a column; on SQLite another third at each turn."""
    every = 1 if stage.app.db._engine.dialect.name == "postgresql" else 3
    return list(lines)[turn % every :: every]


async def all_handled(stage: Stage, what: Any) -> None:
    """Wait until every one of them had its answer, and nobody heard of a bug."""
    await stage.settled(120)
    assert stage.app.meters.failed == {}, what


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    """What was logged meanwhile, none of it a failure."""
    with capture_logs() as lines:
        yield lines
    assert [line for line in lines if line["event"] in FAILURES] == []


async def test_every_command(play: Play, logs: list[Any]) -> None:
    """Each command of the table takes each number at each place, said by the owner and by a fan, without a bug."""
    stage = await play(language="en")
    fan = stage.fan()
    names = sorted(stage.app.table.names)
    assert len(names) >= 40
    for turn, name in enumerate(names):
        for line in share_of(stage, lines_of(name), turn):
            stage.owner.says(stage.group, line)
        for number in share_of(stage, NUMBERS, turn):
            fan.says(stage.group, f"/{name} {number}")
        await all_handled(stage, name)
    assert logs


async def test_every_field(play: Play, logs: list[Any]) -> None:
    """Each field of each form takes each number, alone and as an amount, a length or a time."""
    stage = await play(language="en")
    for turn, (name, form) in enumerate(FORMS.items()):
        for line in share_of(stage, fields_of(name, form), turn):
            stage.owner.says(stage.group, line)
        await all_handled(stage, name)
    assert logs


async def test_every_press(play: Play, logs: list[Any]) -> None:
    """Each button's data, forged with each number at each place, is one button that isn't there any more."""
    stage = await play(language="en")
    fan = stage.fan()
    card = await stage.drop()
    prefixes = sorted(stage.app.table._presses)
    assert len(prefixes) > 35
    for turn, prefix in enumerate(prefixes):
        for number, rest in share_of(stage, in_turn(REST), turn):
            stage.owner.forges(stage.group, card, (prefix + rest.format(n=number))[:64])
        for number in share_of(stage, NUMBERS, turn):
            fan.forges(stage.group, card, f"{prefix}:{number}"[:64])
            stage.owner.forges(stage.group, card, f"{prefix}:{number}"[:64])
        await all_handled(stage, prefix)
    assert logs


async def test_every_link_and_query(play: Play, logs: list[Any]) -> None:
    """Links that open the private chat, inline queries and chosen results take each number."""
    stage = await play(language="en")
    fan = stage.fan()
    for prefix in sorted(stage.app.table._openings):
        for number in NUMBERS:
            if number.isascii() and len(number) < 50 and ":" not in number:
                fan.starts(stage.bot, f"{prefix}_{number}")
    await all_handled(stage, "links")
    for number in (*NUMBERS, ENDLESS[:200]):
        for text in (f"g{number}", number):
            await stage.asks_inline(fan, text)
        await stage.app._handle_or_wait(chosen(fan, f"g{number}"), stage.app.clock.now())
    await all_handled(stage, "queries")
    assert logs

"""Another shop's ids, in every button, command and link: nothing of it is read, nothing changed, one kind sentence."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from bot.rules import general
from bot.rules.figures.reports import ReportPicture
from bot.store.tables import metadata
from sandbox import Chat, Person, Rights
from tests.bot.conftest import Play, Stage
from tests.features.scene import query
from tests.who_may import listening
from tests.who_may_samples import Others, World, press, press_rests, things

MARK = " Zeppelin"
"""Stands in every title of the other shop."""
FOREIGN = ("Zeppelin", "Zelda", "Tea room", "4,321")
"""Words that nobody of the first shop may read: titles, a fan, the shop, an amount."""
LINES = ("{n}", "#{n}", "{n} cancel", "stream {n}", "{n} done @zelda", "@zelda {n}", "add @zelda host", "remove @zelda")
BY_CLOCK = frozenset(
    {"outbox", "verdict", "shown", "card", "room_activity", "answered", "lapse_ahead", "coin_fold", "wear_round"}
)
"""Tables in which the bot's own clock writes while the test runs."""
CLOCKED = frozenset({("fan_group", "heard_at"), ("packet", "state"), ("packet", "frozen")})
"""Columns that change by themselves: the ear's, once a minute, and a packet's draw, a minute after it was opened."""
BARE = frozenset({"admin", "checkin", "coupons", "makeup", "me", "raffles", "setup", "streams", "tier"})
"""Buttons that need no id."""
MINE = frozenset({"privacy", "settings", "shelf", "file"})
"""Buttons that carry no id of a shop's thing."""


@dataclass
class Two:
    """The Silk room with its people, and the Tea room whose things they try to reach."""

    stage: Stage
    people: dict[str, Person]
    mei: Person
    tea: Chat
    ids: dict[str, int]
    others: Others


async def two(play: Play) -> Two:
    """A shop with people in every role and no things, and another with things of every kind."""
    stage = await play(open=True, language="en")
    people = {name: stage.fan(name.title()) for name in ("operator", "added", "host", "fan")}
    people["owner"] = stage.owner
    for person in people.values():
        person.starts(stage.bot)
        person.says(stage.group, "/checkin")
    await stage.settled()
    stage.owner.promotes(people["operator"], stage.group, Rights(can_manage_chat=True))
    for name, role in (("added", "operator"), ("host", "host")):
        stage.owner.says(stage.group, f"/staff add {role} {people[name].name}", mentions=[people[name]])
        await stage.settled()
    mei, zelda = stage.telegram.add_user("Mei", language="en"), stage.telegram.add_user("Zelda", language="en")
    zelda.takes_username("zelda")
    tea = stage.telegram.add_group("Tea room", creator=mei)
    zelda.joins(tea)
    mei.adds(stage.bot, tea, Rights.full())
    await stage.settled()
    for person in (mei, zelda):
        person.starts(stage.bot)
        person.says(tea, "/checkin")
    await stage.settled()
    ids = await things(stage, mei, tea, mark=MARK)
    for prefix in ("claim", "enter"):
        press(stage, zelda, tea, f"{prefix}:{ids['campaign' if prefix == 'claim' else 'raffle']}")
        await stage.settled()
    press(stage, zelda, tea, f"pay:{ids['item']}:1:1")
    mei.says(tea, "/redpacket 4321 2 rush")
    await stage.settled()
    await stage.all_sent()
    ((first_act,),) = await query(stage.app.db, "SELECT min(id) FROM audit_entry WHERE community_id = 2")
    others = Others(2, tea.id, tea.id, tea.id, zelda.id)
    return Two(stage, people, mei, tea, {**ids, "audit_entry": first_act}, others)


async def of_tea(stage: Stage) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the Tea room."""
    rows = {}
    for table in metadata.sorted_tables:
        columns = [column.name for column in table.columns if (table.name, column.name) not in CLOCKED]
        if "community_id" in columns and table.name not in BY_CLOCK:
            named = ", ".join(f'"{column}"' for column in columns)
            sql = f"SELECT {named} FROM {table.name} WHERE community_id = 2"  # noqa: S608  # names of our own tables
            rows[table.name] = sorted(await query(stage.app.db, sql), key=repr)
    return rows


def read_by(both: Two, after: dict[int, int]) -> Iterator[str]:
    """All that people of the Silk room were shown since then, in the group and in private."""
    chats = [both.stage.group, *(person.chat_with(both.stage.bot) for person in both.people.values())]
    for chat in chats:
        for message in both.stage.telegram.messages(chat)[after.get(chat.id, 0) :]:
            if message.sender is both.stage.bot:
                yield message.text
                yield from (button.text for button in message.buttons)


async def test_buttons_with_another_shops_ids(play_sqlite: Play) -> None:
    """Each button of the table by the owner, both kinds of operators, a host and a fan, in the group and in private."""
    both = await two(play_sqlite)
    stage = both.stage
    await stage.all_sent()
    before = await of_tea(stage)
    world = World(stage, both.people, both.tea, defaultdict(list))
    pressed = []
    with listening(world):
        rests = press_rests(both.ids, both.others)
        rests |= {"leave": both.tea.id, "part": both.tea.id}
        assert {*rests} | BARE == {*stage.app.table._presses}
        data = [f"{prefix}:{rest}" for prefix, rest in rests.items() if prefix not in MINE]
        data += ["admin:2", "admin:2:s:coupons", "admin:2:t:coupons:1", "admin:2:b:coupon_cancel:1", "setup:2"]
        data += [f"staff:2:host:{both.others.person}", f"staff:1:host:{both.others.person}"]
        for one in data:
            for name, person in both.people.items():
                chats = (stage.group, person.chat_with(stage.bot))
                pressed += [(one, name, press(stage, person, chat, one)) for chat in chats]
            await stage.settled(60)
    for one, name, made in pressed:
        # In the group `report` is about the group's own shop: its picture comes second.
        heard = [kind for kind in world.heard[0, made.id] if kind is not ReportPicture]
        assert len(heard) == 1, (one, name, heard)
        assert general.Oops not in heard, (one, name)
    await stage.all_sent()
    assert await of_tea(stage) == before
    told = "\n".join(made.answer.text for _, _, made in pressed if made.answer is not None)
    shown = "\n".join(read_by(both, {}))
    assert [word for word in FOREIGN if word in told or word in shown] == []


async def test_commands_with_another_shops_ids(play_sqlite: Play) -> None:
    """Each command with the numbers and the people of another shop, by everybody who may say it."""
    both = await two(play_sqlite)
    stage = both.stage
    before = await of_tea(stage)
    said_by = [both.people[name] for name in ("owner", "added", "host", "fan")]
    numbers = (1, both.ids["stream"])
    for name in sorted(stage.app.table.names - {"privacy", "cancel", "start"}):
        for shape in LINES:
            for number in numbers if "{n}" in shape else (0,):
                for person in said_by:
                    person.says(stage.group, f"/{name} {shape.format(n=number)}")
        await stage.settled(120)
        assert stage.app.meters.failed == {}, name
    await stage.all_sent()
    assert await of_tea(stage) == before
    assert [word for word in FOREIGN for text in read_by(both, {}) if word in text] == []

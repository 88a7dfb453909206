"""Two shops with somebody in every role, and one sample of each command, press and link to try there."""

from collections import defaultdict
from dataclasses import dataclass, field

from bot.content.buttons.consent import PROMOTION
from bot.content.buttons.persona import PILLARS
from bot.content.buttons.shared import HAND_OVER, REDEEM_ONE, REFUND, SETUP
from bot.content.buttons.shops import HOME, LEAVE_ROOM, PART
from bot.content.buttons.streams import CALL_OFF, REMIND
from bot.rules import general as communities
from bot.rules.attention.consent import NotAFanThere
from bot.rules.general import Hello
from bot.rules.posts.persona import PillarsClosed
from bot.rules.shops.arrivals import RoomGone
from bot.rules.streams.reminders import StreamGone
from sandbox import Chat, Document, Person, Press, Rights
from tests.bot.conftest import Play, Stage
from tests.features.scene import query

PLACES = ("home", "room", "private")


@dataclass(frozen=True, slots=True)
class Sample:
    """One thing to try."""

    name: str
    """As the table calls it."""
    text: str
    """What is said, pressed, or stands in the link."""
    refused: tuple[type, ...] = ()
    """What is a refusal to this one only."""
    answers: tuple[type, ...] = ()
    """What is no refusal to this one."""
    texts: tuple[str, ...] = ()
    """One for each place, where what is done there leaves nothing to do elsewhere."""

    def text_in(self, place: str) -> str:
        """What is said or pressed there."""
        return self.texts[PLACES.index(place)] if self.texts else self.text


@dataclass
class World:
    """Two shops, and somebody in every role of the first."""

    stage: Stage
    people: dict[str, Person]
    den: Chat
    """A joined room."""
    heard: dict[tuple[int, int | str], list[type]] = field(default_factory=lambda: defaultdict(list))
    """What was answered, by chat and message, or by press."""

    def chat(self, place: str, person: Person) -> Chat:
        """The chat that a place is for a person."""
        return {"home": self.stage.group, "room": self.den}.get(place) or person.chat_with(self.stage.bot)

    def can_be(self, role: str, place: str, *, presses: bool) -> bool:
        """Whether somebody in this role can act there."""
        if role in {"anonymous", "keeper_anonymous"}:
            return not presses and place == ("home" if role == "anonymous" else "room")
        person = self.people[role]
        return self.chat(place, person).shows(person)


async def set_world(play: Play) -> World:
    """Play two shops up to the moment in which everybody has their role."""
    stage = await play(open=True, language="en")
    telegram, bot, home, former = stage.telegram, stage.bot, stage.group, stage.owner
    keeper = stage.fan("Bo")
    den = telegram.add_group("Silk den", creator=keeper)
    former.joins(den)
    keeper.promotes(former, den, Rights.full())
    former.adds(bot, den, Rights.full())
    names = ("operator", "anonymous", "fan", "demoted", "banned", "left", "owner", "other_owner", "other_operator")
    people = {name: stage.fan(name.title().replace("_", " ")) for name in names}
    people |= {"keeper": keeper, "keeper_anonymous": keeper, "former": former}
    people["stranger"] = telegram.add_user("Stranger")
    for name in names:
        if name != "left":
            people[name].joins(den)
    for name in ("operator", "anonymous", "demoted", "banned"):
        rights_there = Rights(can_manage_chat=True, can_invite_users=True, is_anonymous=name == "anonymous")
        former.promotes(people[name], home, rights_there)
    wool = telegram.add_group("Wool room", creator=people["other_owner"])
    people["other_operator"].joins(wool)
    people["other_owner"].promotes(people["other_operator"], wool, Rights.full())
    people["other_owner"].adds(bot, wool, Rights.full())
    await stage.settled()
    for person in people.values():
        person.starts(bot)
    await stage.settled()
    for name, person in people.items():
        if home.has(person):
            person.says(home, "/checkin")
            await stage.settled()
            if name.startswith("other"):  # their private chat means the shop of theirs until they turn
                press(stage, person, person.chat_with(bot), "shop:1")
    await stage.settled()
    met = {person.id for name, person in people.items() if name not in {"stranger", "anonymous"}}
    here = await query(stage.app.db, "SELECT user_id FROM person WHERE community_id = 1")
    assert met <= {user_id for (user_id,) in here}, "somebody's private chat means another shop"
    former.promotes(people["demoted"], home, None)
    former.removes(people["banned"], home)
    people["left"].leaves(home)
    former.hands_over(home, people["owner"], keeps=None)
    await stage.settled()
    return World(stage, people, den)


async def things(world: World) -> dict[str, int]:
    """Something of each kind in the first shop: ids for buttons."""
    stage, owner = world.stage, world.people["owner"]
    for line in (
        "/newcoupon title=Scarf stock=500",
        "/newstream title=Night at=+2h",
        "/golive",
        "/newstream title=Later at=+2d",
        '/hearts goals=5000 gives="packet:10/2"',
        "/newraffle prize=Scarf winners=1 closes=+2h ticket=1",
        "/newitem title=Hello price=1 kind=favour",
        "/newgift title=Warm kind=coins:1",
        "/redpacket 20 2",
        "/newitem title=Doubt price=1 kind=favour closes=tomorrow 9:00",
    ):
        owner.says(stage.group, line)
        await stage.settled()
    # The first evening is on, the second is to come.
    first = ("campaign", "heart_goal", "raffle", "item", "gift_offer", "packet", "airing", "audit_entry")
    columns = [f"(SELECT min(id) FROM {table})" for table in first]  # noqa: S608  # named above
    columns += [f"(SELECT max(id) FROM {table})" for table in ("stream", "audit_entry")]  # noqa: S608  # so is this
    (row,) = await query(stage.app.db, f"SELECT {', '.join(columns)}")
    found = dict(zip((*first, "stream", "doubt"), row, strict=True))
    assert None not in found.values(), f"something of it wasn't made: {found}"
    return found


async def press_samples(world: World) -> list[Sample]:
    """What is pressed: each prefix of the table at least once."""
    stage, owner = world.stage, world.people["owner"]
    ids = await things(world)
    joined = [stage.telegram.add_group(f"Room {number}", creator=owner) for number in range(2 * len(PLACES))]
    for room in joined:
        owner.adds(stage.bot, room, Rights.full())
        await stage.settled()
    loft = stage.telegram.add_group("Loft", creator=owner)
    owner.says(stage.group, "/newcoupon title=Silk", document=Document("codes.csv", b"code\nSILK-1\n", "text/csv"))
    # An operator brings the bot to a group of the owner's: the owner is asked.
    world.people["operator"].joins(loft)
    world.people["operator"].adds(stage.bot, loft)
    await stage.settled()
    of = {
        "blanks": "1:1",
        "buy": ids["item"],
        "calloff": ids["airing"],
        "claim": ids["campaign"],
        "digest": "1:off",
        "enter": ids["raffle"],
        "export": "1:fans:csv",
        "file": "1:0:m:1",  # answers what isn't asked: the preview is shown again
        "general": stage.group.id,
        "gift": ids["gift_offer"],
        "handover": 1,
        "heart": ids["heart_goal"],
        "held": "release:1",
        "here": ids["airing"],
        "home": world.den.id,
        "hour": ids["doubt"],
        "later": f"{ids['airing']}:15",
        "moved": "list:1:0",
        "myentry": ids["raffle"],
        "onair": ids["airing"],
        "orderclaim": "yes:1",
        "received": "1:1",
        "report": "1:7d",
        "packet": ids["packet"],
        "packetcheck": ids["packet"],
        "pay": f"{ids['item']}:1:1",
        "pillars": "1:show",
        "post": "1:list",
        "privacy": "keep",
        "promotion": "yes:1",
        "quiet": "1:most:5",
        "redeem": 1,
        "refund": 1,
        "remind": ids["stream"],
        "settings": "hidden:off",
        "shelf": 1,
        "shop": 1,
        "staff": f"1:add:{world.people['fan'].id}",
        "ticket": ids["raffle"],
        "undo": ids["audit_entry"],
        "unremind": ids["stream"],
        "unsent": "1",
        "wait": "1:1",
        "week": "1:show",
        "whose": f"1:{loft.id}",
        "why": 1,
    }
    bare = {"admin", "checkin", "coupons", "makeup", "me", "raffles", "setup", "streams", "tier"}
    refused: dict[str, tuple[type, ...]] = {HOME: (RoomGone,), REMIND: (StreamGone,), PILLARS: (PillarsClosed,)}
    refused[PROMOTION] = (NotAFanThere,)
    samples = [Sample(prefix, f"{prefix}:{rest}", refused.get(prefix, ())) for prefix, rest in of.items()]
    samples += [Sample(prefix, prefix) for prefix in bare]
    for prefix, rooms in ((LEAVE_ROOM, joined[: len(PLACES)]), (PART, joined[len(PLACES) :])):
        samples.append(Sample(prefix, prefix, texts=tuple(f"{prefix}:{room.id}" for room in rooms)))
    agree({sample.name for sample in samples}, set(stage.app.table._presses))
    # Rooms are left before something is announced there; what ends the evening, or needs a purchase, comes last.
    last = {CALL_OFF, HAND_OVER, REDEEM_ONE, REFUND}
    return sorted(samples, key=lambda sample: (sample.name not in {LEAVE_ROOM, PART}, sample.name in last, sample.name))


def agree(sampled: set[str], listened_to: set[str]) -> None:
    """Make sure that everything that the bot listens to is tried, and nothing else."""
    assert sampled == listened_to, f"lacks a sample: {listened_to - sampled}; is no more: {sampled - listened_to}"


def command_samples(world: World) -> list[Sample]:
    """What is said: each command alone, and what only the owner may say in a line."""
    lines = {f"/{name}": f"/{name}" for name in world.stage.app.table.names}
    lines |= {
        "/setup coin=…": "/setup coin=petals",
        "/quiet …": "/quiet 22:00-08:00",
        "/redpacket": "/redpacket 10 2",
        "/myorder": "/myorder 20261123-7",
    }
    lines |= {"/persona notes=…": "/persona notes=warm", "/pillars tips=100": "/pillars tips=100"}
    ends = {"/undo", "/endlive", "/cancelstream"}
    # To who asks for help, "come into a shop's group first" is the help.
    helps = dict.fromkeys(("/start", "/help"), (communities.NoCommunityYet,))
    samples = (Sample(name, text, answers=helps.get(name, ())) for name, text in lines.items())
    return sorted(samples, key=lambda one: (one.name in ends, one.name))


async def link_samples(world: World) -> list[Sample]:
    """What a link says for who opens it."""
    world.people["owner"].says(world.stage.group, "/source video")
    await world.stage.settled()
    ((token,),) = await query(world.stage.app.db, "SELECT token FROM source WHERE name = 'video'")
    rest = {"admin": "1", "setup": "1", "remind": "2", "gift": "1", "g": "none", "src": token}
    rest |= {"coupons": "1", "raffles": "1", "post": "1", "blanks": "1", "week": "1", "privacy": "1"}
    agree(set(rest), set(world.stage.app.table._openings))
    return [
        Sample(f"{prefix}_…", f"/start {prefix}_{payload}", {SETUP: (Hello,), REMIND: (StreamGone,)}.get(prefix, ()))
        for prefix, payload in sorted(rest.items())
    ]


def press(stage: Stage, person: Person, chat: Chat, data: str) -> Press:
    """Press what needn't hang there, as a forged app can."""
    under = next(one for one in chat.messages if one.sender is stage.bot and not one.is_ephemeral)
    return person.forges(chat, under, data)

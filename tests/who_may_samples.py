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
from bot.rules.general import Greeting
from bot.rules.members.tag_rules import When
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


async def set_world(play: Play, *, denied: bool = False) -> World:
    """Play two shops up to the moment in which everybody has their role.

    With `denied` the owner denies the administrator of that name: then anonymous administrators may nothing.
    """
    stage = await play(open=True, language="en")
    telegram, bot, home, former = stage.telegram, stage.bot, stage.group, stage.owner
    keeper = stage.fan("Bo")
    den = telegram.add_group("Silk den", creator=keeper)
    former.joins(den)
    keeper.promotes(former, den, Rights.full())
    former.adds(bot, den, Rights.full())
    names = (
        *("operator", "anonymous", "fan", "demoted", "banned", "left", "owner", "other_owner", "other_operator"),
        *("added", "host", "gone", "denied"),
    )
    people = {name: stage.fan(name.title().replace("_", " ")) for name in names}
    people |= {"keeper": keeper, "keeper_anonymous": keeper, "former": former}
    people["stranger"] = telegram.add_user("Stranger")
    for name in names:
        if name not in {"left", "gone"}:
            people[name].joins(den)
    for name in ("operator", "anonymous", "demoted", "banned", "denied"):
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
    await give_roles(stage, people, denied=denied)
    people["gone"].leaves(home)
    former.hands_over(home, people["owner"], keeps=None)
    people["newcomer"] = stage.telegram.add_user("Newcomer", language="en")
    people["newcomer"].joins(home)
    people["newcomer"].joins(den)
    await stage.settled()
    people["newcomer"].starts(bot)
    await stage.settled()
    return World(stage, people, den)


async def give_roles(stage: Stage, people: dict[str, Person], *, denied: bool) -> None:
    """The owner gives two roles that hold and one of somebody who leaves, and perhaps denies an administrator."""
    lines = {"added": "/staff add operator", "host": "/staff add host", "gone": "/staff add host"}
    lines |= {"denied": "/staff remove"} if denied else {}
    for name, line in lines.items():
        stage.owner.says(stage.group, f"{line} {people[name].name}", mentions=[people[name]])
        await stage.settled()
    given = await query(stage.app.db, "SELECT count(*) FROM staff_role WHERE ended_at IS NULL")
    off = await query(stage.app.db, "SELECT count(*) FROM denied")
    assert (given, off) == ([(3,)], [(int(denied),)])


async def things(stage: Stage, owner: Person, group: Chat, *, mark: str = "") -> dict[str, int]:
    """Something of each kind in the first shop that makes things: ids for buttons. `mark` stands in every title."""
    for line in (
        f'/newcoupon title="Scarf{mark}" stock=500 for="spent>=0"',
        f'/newstream title="Night{mark}" at=+2h',
        "/golive",
        f'/newstream title="Later{mark}" at=+2d',
        '/hearts goals=5000 gives="packet:10/2"',
        f'/newraffle prize="Scarf{mark}" winners=1 closes=+2h ticket=1 for="spent>=0"',
        f'/newitem title="Hello{mark}" price=1 kind=favour for="spent>=0"',
        f'/newgift title="Warm{mark}" kind=coins:1 for="spent>=0"',
        '/redpacket 20 2 for="spent>=0"',
        *(f"/tagrule tag={when} when={when} times=999" for when in When),
        '/welcome ask="Silk?" answers="Yes:silk,No:cotton"',
        f'/newitem title="Doubt{mark}" price=1 kind=favour closes="tomorrow 9:00"',
    ):
        owner.says(group, line)
        await stage.settled()
    # The first evening is on, the second is to come.
    first = ("campaign", "heart_goal", "raffle", "item", "gift_offer", "packet", "airing", "audit_entry")
    columns = [f"(SELECT min(id) FROM {table})" for table in first]  # noqa: S608  # named above
    columns += [f"(SELECT max(id) FROM {table})" for table in ("stream", "audit_entry")]  # noqa: S608  # so is this
    (row,) = await query(stage.app.db, f"SELECT {', '.join(columns)}")
    found = dict(zip((*first, "stream", "doubt"), row, strict=True))
    assert None not in found.values(), f"something of it wasn't made: {found}"
    return found


@dataclass(frozen=True, slots=True)
class Others:
    """What buttons carry beside ids of a shop's things."""

    shop: int
    home: int
    room: int
    loft: int
    """A chat about which the owner is asked whose it is."""
    person: int


def press_rests(ids: dict[str, int], others: Others) -> dict[str, str | int]:
    """What stands behind each prefix of the table, with a shop's ids."""
    shop = others.shop
    return {
        "blanks": f"{shop}:1",
        "buy": ids["item"],
        "calloff": ids["airing"],
        "claim": ids["campaign"],
        "digest": f"{shop}:off",
        "drawcheck": ids["raffle"],
        "drawfiles": ids["raffle"],
        "enter": ids["raffle"],
        "export": "1:fans:csv",
        "fans": "1:l:all",
        "file": "1:0:m:1",  # answers what isn't asked: the preview is shown again
        "general": others.home,
        "gift": ids["gift_offer"],
        "handover": 1,
        "heart": ids["heart_goal"],
        "held": "release:1",
        "here": ids["airing"],
        "home": others.room,
        "hour": ids["doubt"],
        "later": f"{ids['airing']}:15",
        "likes": "1:first",
        "moved": "list:1:0",
        "myentry": ids["raffle"],
        "onair": ids["airing"],
        "orderclaim": "yes:1",
        "received": f"{shop}:1",
        "report": f"{shop}:7d",
        "packet": ids["packet"],
        "packetcheck": ids["packet"],
        "packetfiles": ids["packet"],
        "pay": f"{ids['item']}:1:1",
        "pillars": f"{shop}:show",
        "post": f"{shop}:list",
        "privacy": "keep",
        "promotion": f"yes:{shop}",
        "quiet": f"{shop}:most:5",
        "redeem": 1,
        "refund": 1,
        "remind": ids["stream"],
        "settings": "hidden:off",
        "shelf": 1,
        "shop": shop,
        "staff": f"{shop}:add:{others.person}",
        "tagrule": "1:1:ask",
        "ticket": ids["raffle"],
        "undo": ids["audit_entry"],
        "unremind": ids["stream"],
        "unsent": f"{shop}",
        "wait": f"{shop}:1",
        "week": f"{shop}:show",
        "welcome": "1:1:remove",
        "whose": f"{shop}:{others.loft}",
        "why": 1,
        "wish": 1,
    }


async def press_samples(world: World) -> list[Sample]:
    """What is pressed: each prefix of the table at least once."""
    stage, owner = world.stage, world.people["owner"]
    ids = await things(stage, owner, stage.group)
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
    others = Others(1, stage.group.id, world.den.id, loft.id, world.people["fan"].id)
    of = press_rests(ids, others)
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
        "/fan note=…": "/fan Fan note=likes silk",
        "/tag": "/tag Fan silk",
        "/grant": "/grant Fan 5 thanks",
    }
    lines |= {"/welcome ask=…": '/welcome ask="Silk?" answers="Yes:silk,No:cotton"'}
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
    rest |= {"coupons": "1", "raffles": "1", "post": "1", "blanks": "1", "week": "1", "wish": "1_1", "fans": "1"}
    rest |= {"privacy": "1", "drawfiles": "1_1", "packetfiles": "1_1"}
    agree(set(rest), set(world.stage.app.table._openings))
    return [
        Sample(f"{prefix}_…", f"/start {prefix}_{payload}", {SETUP: (Greeting,), REMIND: (StreamGone,)}.get(prefix, ()))
        for prefix, payload in sorted(rest.items())
    ]


def press(stage: Stage, person: Person, chat: Chat, data: str) -> Press:
    """Press what needn't hang there, as a forged app can."""
    under = next(one for one in chat.messages if one.sender is stage.bot and not one.is_ephemeral)
    return person.forges(chat, under, data)

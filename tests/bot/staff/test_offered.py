"""The panel offers nothing that must fail: every button of it is tapped, in several states of the shop."""

import pytest

from bot.rules.figures.reports import NoStreamYet
from bot.rules.hearts.hearts import NoGoal
from bot.rules.raffles.opening import RaffleNotNow
from sandbox import Person, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.raffles.test_raffles import HALF_HOUR, opened
from tests.bot.staff.walking import NAMES_SOMETHING, Walker

REFUSALS = (NoStreamYet, NoGoal, RaffleNotNow)
"""Answers to questions that change nothing: there was nothing to be looked at."""
SETS_WHAT_HOLDS = "b:quiet"
"""The first hours that are offered are those that hold: to choose them changes nothing, and the page says so."""
RUNNING = (
    '/newcoupon title="Now" stock=50',
    '/newcoupon title="Later" stock=50 opens=+2h',
    '/newcoupon title="Shop" stock=50 for=shop',
    '/newcoupon title="Friends" stock=50 for=gift',
    '/newcoupon title="Hearts" stock=50 for=hearts',
    '/newcoupon title="Loyal" stock=50 tier=loyal',
    '/newitem title="A question first" price=5 kind=favour',
    '/newitem title="A make-up" price=5 kind=makeup',
    "/item 2 close",
    '/newgift title="A warm start" kind=coins:5 stock=3',
    "/redpacket 100 5",
    '/newstream title="Silk night" at=+3h repeat=weekly',
)
"""What an owner types until the shop has one of everything."""


async def empty(_stage: Stage, _fan: Person) -> None:
    """Nothing has happened yet."""


async def running(stage: Stage, fan: Person) -> None:
    """One of everything runs; a drop is gone, a favour waits."""
    await stage.ask(fan, "/checkin")
    for line in RUNNING:
        stage.owner.says(stage.group, line)
        await stage.settled()
    card = await stage.drop('title="Gone" stock=1')
    await fan.presses(card, "claim:").answered(10)
    await opened(stage)
    shelf = await stage.ask(fan, "/shop")
    await fan.presses(shelf, "buy:").answered(10)
    await stage.settled()
    await fan.presses(shelf, "pay:").answered(10)
    await stage.all_sent()


async def on_air(stage: Stage, fan: Person) -> None:
    """A live is on, with a heart goal; a raffle's entries are over, but it isn't drawn yet."""
    await running(stage, fan)
    stage.owner.says(stage.group, "/golive")
    await stage.settled()
    stage.owner.says(stage.group, '/hearts goals=50 gives="packet:60/3"')
    stage.owner.says(stage.bot, "/hook")
    stage.owner.says(stage.bot, "/pause")
    await stage.all_sent()
    stage.telegram.clock.advance(HALF_HOUR + 1)
    await stage.all_sent()


async def afterwards(stage: Stage, fan: Person) -> None:
    """The raffle is drawn, the live is over, a drop was cancelled, the favour is done."""
    stage.owner.says(stage.group, "/golive")
    card = await opened(stage)
    for one in (fan, *stage.fans(3)):
        await one.presses(card, "enter").answered(10)
    for line in ('/newcoupon title="Gone" stock=5', "/coupon 1 cancel", "/redpacket 3 1 rush", "/endlive"):
        stage.owner.says(stage.group, line)
        await stage.settled()
    for seconds in (HALF_HOUR + 1, 11, 5):
        stage.telegram.clock.advance(seconds)
        await stage.all_sent()


async def offers_left(walker: Walker, done: set[str]) -> list[tuple[str, str]]:
    """What is offered and wasn't done yet. What takes something away comes last: the others need what it would take."""
    offered = await walker.offers()
    left = [one for one in offered.items() if one[0] not in done and one[0].split(":")[1] not in NAMES_SOMETHING]
    return sorted(left, key=lambda one: (any(word in one[0] for word in ("cancel", "close", "off", "end")), one))


STATES = {"empty": empty, "running": running, "on_air": on_air, "afterwards": afterwards}


@pytest.mark.parametrize(
    ("state", "turn", "owner"),
    [
        *(pytest.param(state, turn, True, id=state) for turn, state in enumerate(STATES)),
        pytest.param("running", 2, False, id="operator"),
    ],
)
async def test_no_offered_act_is_refused(
    play_sqlite: Play, monkeypatch: pytest.MonkeyPatch, state: str, turn: int, owner: bool
) -> None:
    """Each act that is offered is done by offered answers alone, names aside, and something comes of it."""
    stage = await play_sqlite(language="en")
    fan, jun = stage.fan("Ana"), stage.fan("Jun")
    stage.owner.starts(stage.bot)
    stage.owner.promotes(jun, stage.group, Rights(can_manage_chat=True))
    await stage.settled()
    await STATES[state](stage, fan)
    walker = await Walker.enter(stage, stage.owner if owner else jun, turn=turn)
    walker.listen(monkeypatch)
    done: set[str] = set()
    while left := await offers_left(walker, done):
        for data, page in left:
            done.add(data)
            await walker.turn_to(page)
            if data in walker.data:  # what was done before may have taken it away
                walker.heard.clear()
                await walker.does(data)
                assert data == SETS_WHAT_HOLDS or "Nothing was changed" not in walker.panel.text, walker.panel.text
                assert "isn't there any more" not in walker.panel.text, data
                assert not any(isinstance(outcome, REFUSALS) for outcome in walker.heard), (data, walker.heard)
    assert {"b:newcoupon", "b:newraffle", "b:redpacket", "b:newitem_coupon"} <= done
    assert (await stage.books()).sound


JOBS = {
    "a drop": (("s:coupons", "b:newcoupon"), 4),
    "a red packet": (("s:packets", "b:redpacket"), 5),
    "a raffle": (("s:raffles", "b:newraffle"), 4),
    "a live is planned": (("s:streams", "b:newstream"), 4),
    "a live begins": (("s:streams", "t:streams:1", "b:golive:1"), 4),
    "tonight's figures": (("s:fans", "b:report"), 3),
}
"""The owner's most common jobs: the buttons up to the act, and how many taps there were in all before *more* came."""


async def test_the_common_jobs_take_no_more_taps(play_sqlite: Play) -> None:
    """From the first page of the panel to the end, names aside: each job takes as many taps as it always did."""
    stage = await play_sqlite(language="en")
    walker = await Walker.enter(stage, stage.owner)
    for job, (path, most) in JOBS.items():
        await walker.home()
        walker.taps = 0
        for data in path[:-1]:
            await walker.tap(data)
        await walker.does(path[-1])
        assert "Nothing was changed" not in walker.panel.text, job
        assert walker.taps == most, job

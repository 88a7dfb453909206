"""`/setup`: in one line, and question by question in a dialogue that is a row; on both databases."""

import asyncio

import pytest

from bot.features.communities import Communities
from bot.features.shops.setup import Panel, open_panel
from bot.rules.general import Undone
from bot.rules.place import Place
from bot.rules.shops.setup import (
    CURRENCIES_OFFERED,
    GUIDED,
    Setup,
    SetupClosed,
    SetupDone,
    SetupFinished,
    SetupGivenUp,
    SetupPolicy,
    SetupReview,
    SetupStep,
    Step,
)
from bot.rules.words import Language
from bot.store.engine.db import Database
from tests.features.scene import (
    NOON,
    OWNER,
    Causes,
    act_of,
    days,
    desk,
    everything,
    fan,
    query,
    setup_panel,
    shop,
    undo,
)

MINE = OWNER.user_id


async def test_a_new_shop_posts_a_morning_card(db: Database) -> None:
    """It is founded with its first slot, at nine, and the alarm clock is told."""
    told: list[int] = []
    db.on_plan(lambda: told.append(1))
    place = await shop(db)
    assert await query(db, "SELECT community_id, kind, cron, active FROM slot") == [
        (place.community_id, "morning", "0 9 * * *", True)
    ]
    assert told


async def test_settings_change_what_was_asked_for(db: Database, causes: Causes) -> None:
    """What is given changes, the rest stays; what is already so isn't a change."""
    place, settings, communities = await shop(db), desk(db), Communities(db, open_to_all=False)
    wish = Setup(timezone="Asia/Tokyo", shop="Silk & Co", coin=place.coin)
    done = await settings.change(act_of(place, cause=causes.next()), wish)
    assert done == SetupDone(
        "Silk & Co",
        Language.KO,
        "Asia/Tokyo",
        place.persona,
        place.coin,
        ("shop", "timezone"),
        done.audit_id,
        "09:00",
        currency="KRW",
    )
    assert done.audit_id is not None
    group = await communities.group(-1001)
    assert group is not None
    assert (group.place.shop, group.place.timezone) == ("Silk & Co", "Asia/Tokyo")
    same = await settings.change(act_of(place, cause=causes.next()), wish)
    assert (same.changed, same.audit_id) == ((), None)


async def test_a_currency_is_chosen_and_put_back(db: Database, causes: Causes) -> None:
    """A shop has the usual one of its language until it chooses; then a new language leaves it; undo goes back."""
    place, settings = await shop(db), desk(db)
    turned = await settings.change(act_of(place, cause=causes.next()), Setup(language=Language.EN))
    assert (turned.changed, turned.currency) == (("currency", "language"), "USD")
    chosen = await settings.change(act_of(place, cause=causes.next()), Setup(currency="TWD"))
    assert (chosen.changed, chosen.currency) == (("currency",), "TWD")
    kept = await settings.change(act_of(place, cause=causes.next()), Setup(language=Language.ZH))
    assert (kept.changed, kept.currency) == (("language",), "TWD")
    group = await Communities(db, open_to_all=False).group(-1001)
    assert group is not None
    assert group.place.currency == "TWD"
    for currency in ("TWD", "USD", "KRW"):
        assert isinstance(await undo(db, place, MINE, NOON, causes.next()), Undone)
        assert (await settings.read(place))["currency"] == currency
    # Said aloud, the usual one is a choice too.
    same = await settings.change(act_of(place, cause=causes.next()), Setup(currency="KRW"))
    assert same.changed == ("currency",)
    await settings.change(act_of(place, cause=causes.next()), Setup(language=Language.EN))
    assert (await settings.read(place))["currency"] == "KRW"


async def test_the_panel_offers_currencies(db: Database) -> None:
    """The overview leads to the usual ones; a new shop isn't asked."""
    place, dialogue = await shop(db), setup_panel(db)
    await dialogue.open(act_of(place))
    assert Step.CURRENCY not in GUIDED
    panel = shown(await dialogue.go(MINE, Step.CURRENCY, None))
    assert (panel.value, panel.options, panel.guided) == ("KRW", CURRENCIES_OFFERED, False)
    review = await dialogue.fill(MINE, Step.CURRENCY, "JPY", None)
    assert isinstance(review, SetupReview)
    assert (review.currency, review.changed) == ("JPY", ("currency",))


async def test_a_redelivered_setup_hears_the_same(db: Database, causes: Causes) -> None:
    """Even when the settings were changed again in between, the old wish isn't done again."""
    place, settings = await shop(db), desk(db)
    cause = causes.next()
    first = await settings.change(act_of(place, cause=cause), Setup(shop="A", language=Language.EN))
    await settings.change(act_of(place, cause=causes.next()), Setup(shop="B"))
    before = await everything(db)
    assert await settings.change(act_of(place, cause=cause), Setup(shop="A", language=Language.EN)) == first
    assert await everything(db) == before


async def test_settings_are_each_shops_own(db: Database, causes: Causes) -> None:
    """One shop's settings and causes leave the other's alone."""
    here, there, settings = await shop(db), await shop(db, fan(900), -1002), desk(db)
    cause = causes.next()
    await settings.change(act_of(here, cause=cause), Setup(shop="Here"))
    done = await settings.change(act_of(there, fan(900), cause=cause), Setup(shop="There", morning="off"))
    assert done.changed == ("morning", "shop")
    assert sorted(await query(db, "SELECT shop FROM community")) == [("Here",), ("There",)]
    assert await query(db, "SELECT active FROM slot ORDER BY id") == [(True,), (False,)]


async def test_the_morning_card_is_moved_switched_off_and_put_back(db: Database, causes: Causes) -> None:
    """Each change moves the plan; switched on again it keeps no old hour; undo goes back one act at a time."""
    place, settings = await shop(db), desk(db)
    told: list[int] = []
    db.on_plan(lambda: told.append(1))
    for morning in ("08:30", "off", "07:00"):
        before = len(told)
        done = await settings.change(act_of(place, cause=causes.next()), Setup(morning=morning))
        assert (done.morning, done.changed) == (morning, ("morning",))
        assert len(told) == before + 1
    assert await query(db, "SELECT cron, active FROM slot") == [("0 7 * * *", True)]
    for morning in ("off", "08:30", "09:00"):
        assert isinstance(await undo(db, place, MINE, NOON, causes.next()), Undone)
        assert (await settings.read(place))["morning"] == morning


async def test_a_shop_from_before_the_calendar(db: Database, causes: Causes) -> None:
    """Without a slot no card is posted; setting an hour makes one."""
    place, settings = await shop(db), desk(db)
    await db.write(lambda tx: tx.connection().exec_driver_sql("DELETE FROM slot"))
    assert (await settings.read(place))["morning"] == "off"
    await settings.change(act_of(place, cause=causes.next()), Setup(morning="10:00"))
    assert await query(db, "SELECT community_id, cron, active FROM slot") == [(place.community_id, "0 10 * * *", True)]


async def test_a_time_zone_moves_the_plan(db: Database, causes: Causes) -> None:
    """What is due at a time of day is due at another instant; a name moves nothing."""
    place, settings = await shop(db), desk(db)
    told: list[int] = []
    db.on_plan(lambda: told.append(1))
    await settings.change(act_of(place, cause=causes.next()), Setup(shop="Other"))
    assert told == []
    await settings.change(act_of(place, cause=causes.next()), Setup(timezone="Asia/Tokyo"))
    assert told == [1]


def shown(panel: Panel) -> SetupStep:
    """The question that a panel shows."""
    assert isinstance(panel, SetupStep), panel
    return panel


async def walk(db: Database, place: Place, answers: dict[str, str]) -> Panel:
    """Go through the questions, answering some and skipping the others."""
    dialogue = setup_panel(db)
    panel = await dialogue.open(act_of(place))
    for step in GUIDED:
        assert shown(panel).step == step
        if step in answers:
            panel = await dialogue.fill(MINE, step, answers[step], None)
        else:
            panel = await dialogue.skip(MINE, step, None)
    return panel


async def test_a_new_owner_is_guided(db: Database, causes: Causes) -> None:
    """Six questions follow one another; nothing changes before *save*, and it is one act with one undo."""
    place = await shop(db)
    answers = {"language": "en", "timezone": "America/New_York", "coin": "petals", "morning": "off"}
    panel = await walk(db, place, answers)
    assert panel == SetupReview(
        place.shop,
        Language.EN,
        "America/New_York",
        place.persona,
        "petals",
        "off",
        ("language", "timezone", "coin", "morning"),
        currency="KRW",
    )
    assert (await desk(db).read(place))["coin"] == place.coin
    done = await setup_panel(db).finish(act_of(place, cause=causes.next()), None)
    assert isinstance(done, SetupFinished)
    assert done.changed == ("coin", "currency", "language", "morning", "timezone")
    assert await query(db, "SELECT * FROM dialogue") == []
    assert {**await desk(db).read(place), "shop": place.shop} == {
        **answers,
        "shop": place.shop,
        "persona": place.persona,
        "packets": "staff",
        "giveaway": "2000",
        "currency": "USD",
        "contact": "",
    }
    assert isinstance(await undo(db, place, MINE, NOON, causes.next()), Undone)
    assert (await desk(db).read(place))["timezone"] == "Asia/Seoul"


async def test_the_language_chosen_offers_its_cities(db: Database) -> None:
    """The second question's cities are those of the first one's answer."""
    place, dialogue = await shop(db), setup_panel(db)
    await dialogue.open(act_of(place))
    panel = shown(await dialogue.fill(MINE, Step.LANGUAGE, "zh", None))
    assert panel.options[0] == "Asia/Shanghai"
    panel = shown(await dialogue.skip(MINE, Step.TIMEZONE, None, back=True))
    assert (panel.step, panel.value) == ("language", "zh")


async def test_a_shop_that_was_set_up_opens_its_overview(db: Database, causes: Causes) -> None:
    """Done once, even without a change, the panel shows everything at once, and each question leads back."""
    place, dialogue = await shop(db), setup_panel(db)
    await dialogue.open(act_of(place))
    done = await dialogue.finish(act_of(place, cause=causes.next()), None)
    assert done == SetupFinished(place.shop, (), None, community_id=place.community_id, silent=True)
    assert isinstance(await dialogue.open(act_of(place)), SetupReview)
    assert not shown(await dialogue.go(MINE, "shop", None)).guided
    panel = await dialogue.fill(MINE, "shop", "Wool", None)
    assert isinstance(panel, SetupReview)
    assert (panel.shop, panel.changed) == ("Wool", ("shop",))
    # Answered as it is already, it isn't a change any more.
    panel = await dialogue.fill(MINE, "shop", place.shop, None)
    assert isinstance(panel, SetupReview)
    assert panel.changed == ()


async def test_a_half_filled_dialogue_is_gone_on_with(db: Database) -> None:
    """Opened again days later, the panel is at its question with what was filled in; another shop begins anew."""
    place, other = await shop(db), await shop(db, fan(900), -1002)
    await setup_panel(db).open(act_of(place))
    await setup_panel(db).fill(MINE, "language", "zh", None)
    again = shown(await setup_panel(db).open(act_of(place, at=days(3))))
    assert (again.step, again.options[0]) == ("timezone", "Asia/Shanghai")
    assert shown(await setup_panel(db).open(act_of(other, at=days(3)))).step == "language"


async def test_an_older_panel_is_closed(db: Database, causes: Causes) -> None:
    """Only the message that shows the dialogue turns it; without a dialogue every panel is closed."""
    place, dialogue = await shop(db), setup_panel(db)
    await dialogue.open(act_of(place))
    await dialogue.shown_in(MINE, 20)
    before = await everything(db)
    assert await dialogue.fill(MINE, "language", "en", 10) == SetupClosed()
    assert await dialogue.finish(act_of(place, cause=causes.next()), 10) == SetupClosed()
    for step in ("nonsense", "", "review "):
        assert await dialogue.go(MINE, step, 20) == SetupClosed()
        assert await dialogue.skip(MINE, step, 20) == SetupClosed()
    assert await everything(db) == before
    assert shown(await dialogue.fill(MINE, "language", "en", 20)).step == "timezone"
    assert await dialogue.give_up(MINE) == SetupGivenUp(unsaved=True)
    assert await dialogue.give_up(MINE) is None
    assert await dialogue.go(MINE, "shop", 20) == SetupClosed()
    assert await dialogue.finish(act_of(place, cause=causes.next()), 20) == SetupClosed()


@pytest.mark.parametrize("answers", [{"shop": "Wool"}, {}])
async def test_a_redelivered_save_hears_the_same(db: Database, causes: Causes, answers: dict[str, str]) -> None:
    """Saved and closed already, the same press finishes the same way, and nothing is saved twice."""
    place, cause = await shop(db), causes.next()
    await walk(db, place, answers)
    first = await setup_panel(db).finish(act_of(place, cause=cause), None)
    before = await everything(db)
    assert await setup_panel(db).finish(act_of(place, cause=cause), None) == first
    assert await everything(db) == before


async def test_one_dialogue_a_person(db: Database) -> None:
    """Ten openings at once leave one dialogue; two people have one each."""
    place = await shop(db)
    people = [OWNER, fan(1)] * 5
    await asyncio.gather(*(db.write(open_panel, act_of(place, one), SetupPolicy()) for one in people))
    assert sorted(await query(db, "SELECT user_id FROM dialogue")) == [(MINE,), (fan(1).user_id,)]


async def test_three_answers_at_once(db: Database, causes: Causes) -> None:
    """Answers to different questions at once are all kept."""
    place, dialogue = await shop(db), setup_panel(db)
    await dialogue.open(act_of(place))
    await dialogue.finish(act_of(place, cause=causes.next()), None)
    await dialogue.open(act_of(place))
    await asyncio.gather(
        dialogue.fill(MINE, "shop", "Wool", None),
        dialogue.fill(MINE, "coin", "petals", None),
        dialogue.fill(MINE, "morning", "off", None),
    )
    panel = await dialogue.go(MINE, "review", None)
    assert isinstance(panel, SetupReview)
    assert (panel.shop, panel.coin, panel.morning) == ("Wool", "petals", "off")

"""Tiers as fans and the owner meet them: on the card, at a rise, beside a name, and in the owner's private chat."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.rules.act import Occasion
from bot.rules.notes import Did
from bot.store.engine.sessions import Tx
from bot.store.notes import note
from bot.store.tables import Member
from sandbox import Person, Rights
from tests.bot.conftest import Play, Stage

HOURS = 3_600.0


def _count(tx: Tx, user_id: int, day: timedelta, times: int, now: float) -> None:
    member_id = tx.execute(select(Member.id).where(col(Member.user_id) == user_id)).scalar_one()
    assert member_id is not None
    at = datetime.fromtimestamp(now, UTC) - day
    note(tx, member_id, Did.ATTEND, Occasion(at, at.date(), None), times=times)


async def attended(stage: Stage, fan: Person, times: int) -> None:
    """The fan attended so many streams today."""
    await stage.app.db.write(_count, fan.id, timedelta(0), times, stage.telegram.clock.now())


async def test_a_fan_reads_their_tier_in_the_group_and_in_private(play_sqlite: Play) -> None:
    """The card names tier and what is missing; *why* whispers the sums in the group and edits the card in private."""
    stage = await play_sqlite()
    ana = stage.fan("Ana")
    await stage.ask(ana, "/checkin")
    card = await stage.ask(ana, "/me")
    assert "New" in card.text
    assert "28 points to go to Fan: about 9 check-ins and 2 lives" in card.text
    press = ana.presses(card, "Why New?")
    page = await stage.whisper(ana, after=press)
    assert "Check-ins: 2" in page.text
    ana.starts(stage.bot)
    chat = stage.bot
    said = ana.says(chat, "/me")
    private = await ana.waits_for(chat, lambda m: "your card" in m.text, after=said)
    ana.presses(private, "Why New?")
    await stage.all_sent()
    assert "Fan is 28 points away" in ana.sees(chat)[-1].text


async def test_a_rise_is_whispered_with_what_it_opens(play_sqlite: Play) -> None:
    """Twenty-four streams make a loyal fan, who alone reads it, once, and is paid by it from then on."""
    stage = await play_sqlite()
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    await stage.ask(ana, "/me")
    said = ana.says(stage.group, "/checkin")
    await stage.whisper(ana, after=said)
    await attended(stage, ana, 24)
    told = await ana.waits_for(stage.group, lambda m: "made it to Loyal" in m.text, timeout=10)
    assert "×1.25" in told.text
    assert "5 minutes early" in told.text
    assert told not in ben.sees(stage.group)
    stage.telegram.clock.advance(24 * HOURS)
    assert "(Loyal ×1.25)" in (await stage.ask(ana, "/checkin")).text
    await stage.all_sent()
    assert len([m for m in ana.sees(stage.group) if "made it to Loyal" in m.text]) == 1


async def test_the_owner_is_asked_in_private_to_thank_a_core_fan(play_sqlite: Play) -> None:
    """At ten the next morning, with the fan's name and what they did; nobody reads it in the group."""
    stage = await play_sqlite()
    ana = stage.fan("Ana")
    stage.owner.starts(stage.bot)
    await stage.ask(ana, "/me")
    await stage.ask(ana, "/checkin")
    await attended(stage, ana, 60)
    await ana.waits_for(stage.group, lambda m: "made it to Core" in m.text, timeout=10)
    stage.telegram.clock.advance(23 * HOURS)
    nudge = await stage.owner.waits_for(stage.bot, lambda m: "Ana" in m.text and "💛" in m.text, timeout=10)
    assert "60" in nudge.text
    assert not [m for m in stage.owner.sees(stage.group) if "💛" in m.text]


async def wants_tag(stage: Stage, fan: Person) -> None:
    """The fan asks for their tier beside their name."""
    card = await stage.ask(fan, "/me")
    page = await stage.whisper(fan, after=fan.presses(card, "Why"))
    await fan.presses(page, "beside my name").answered()
    await stage.all_sent()


def manage_tags(stage: Stage, *, allowed: bool) -> None:
    """Let the bot manage tags, or not."""
    stage.group.members[stage.bot.id].rights = Rights(can_manage_tags=allowed)


async def test_the_tag_comes_and_goes_with_the_switch_and_the_tier(play_sqlite: Play) -> None:
    """In the community's language; a rise changes it, and *off* removes it."""
    stage = await play_sqlite()
    manage_tags(stage, allowed=True)
    ana = stage.fan("Ana")
    await stage.ask(ana, "/checkin")
    await wants_tag(stage, ana)
    first = stage.group.members[ana.id].tag
    await attended(stage, ana, 6)
    await ana.waits_for(stage.group, lambda m: "made it to Fan" in m.text, timeout=10)
    await stage.all_sent()
    second = stage.group.members[ana.id].tag
    assert (first, second) == ("새싹", "팬")
    card = await stage.ask(ana, "/me")
    page = await stage.whisper(ana, after=ana.presses(card, "Why"))
    await ana.presses(page, "Take it off").answered()
    await stage.all_sent()
    assert stage.group.members[ana.id].tag == ""


async def test_a_tag_of_their_own_stays(play_sqlite: Play) -> None:
    """Who has a tag already keeps it, whatever they ask for."""
    stage = await play_sqlite()
    manage_tags(stage, allowed=True)
    ana = stage.fan("Ana")
    stage.telegram.world.membership.tag(stage.group, stage.owner, ana, "silk queen")
    await stage.ask(ana, "/checkin")
    await wants_tag(stage, ana)
    assert stage.group.members[ana.id].tag == "silk queen"
    assert [call.method for call in stage.telegram.calls if call.method == "setChatMemberTag"] == []


@pytest.mark.parametrize("right", [True, False])
async def test_without_the_right_the_tag_is_given_up_in_silence(play_sqlite: Play, right: bool) -> None:
    """The fan's page works, nobody is told, and nothing is tried for ever."""
    stage = await play_sqlite()
    manage_tags(stage, allowed=right)
    ana = stage.fan("Ana")
    await stage.ask(ana, "/checkin")
    await wants_tag(stage, ana)
    assert bool(stage.group.members[ana.id].tag) is right
    assert len([call for call in stage.telegram.calls if call.method == "setChatMemberTag"]) == 1


async def test_who_has_their_data_deleted_loses_the_tag(play_sqlite: Play) -> None:
    """The tag goes from the name, and no row names the person any more."""
    stage = await play_sqlite()
    manage_tags(stage, allowed=True)
    ana = stage.fan("Ana")
    await stage.ask(ana, "/checkin")
    await wants_tag(stage, ana)
    assert stage.group.members[ana.id].tag
    ana.starts(stage.bot)
    chat = stage.bot
    await ana.waits_for(chat, lambda m: bool(m.buttons))
    said = ana.says(chat, "/privacy")
    notice = await ana.waits_for(chat, lambda m: bool(m.buttons), after=said)
    press = ana.presses(notice, "elete")
    asked = await ana.waits_for(chat, lambda m: bool(m.buttons), after=press)
    ana.presses(asked, "elete")
    await stage.all_sent()
    assert stage.group.members[ana.id].tag == ""

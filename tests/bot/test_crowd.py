"""Five hundred fans tap one drop of fifty at once, over HTTP."""

import asyncio
import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.store.tables import Campaign, Coupon
from sandbox import Press
from tests.bot.conftest import Play

FANS = 500
STOCK = 50
CODE = re.compile(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}")


async def test_five_hundred_taps_on_fifty_coupons(play: Play) -> None:
    """Exactly fifty codes, every tap answered, none in public, and the card ends on the truth."""
    stage = await play()
    fans = stage.fans(FANS)
    await stage.settled()
    card = await stage.drop(f'title="Silk scarf" stock={STOCK}')
    public_before = len(stage.telegram.messages(stage.group))

    presses: list[Press] = [fan.presses(card, "claim") for fan in fans]
    answers = await asyncio.gather(*(press.answered(timeout=60) for press in presses))
    codes = [found.group() for answer in answers if (found := CODE.search(answer.text or ""))]

    assert all(answer.text for answer in answers)
    assert len(codes) == STOCK
    assert len(set(codes)) == STOCK
    assert await stage.app.db.read(_stock) == (STOCK, STOCK)
    public = stage.telegram.messages(stage.group)
    assert len(public) == public_before
    assert not any(CODE.search(message.text) for message in public)
    await stage.owner.waits_for(stage.group, lambda m: m.message_id == card.message_id and m.keyboard[0][0].disabled)
    assert (await stage.books()).sound


async def test_a_crowd_checks_in(play: Play) -> None:
    """Three hundred fans who check in twice at once are paid once each, and each hears of it."""
    stage = await play()
    fans = stage.fans(300)
    await stage.settled()
    for fan in fans:
        fan.says(stage.group, "출석")
        fan.says(stage.group, "/checkin")
    async with asyncio.timeout(60):
        while any(sum(m.only_for is fan for m in fan.sees(stage.group)) < 2 for fan in fans):
            await asyncio.sleep(0.05)
    books = await stage.books()
    assert books.sound
    assert (books.transfers, books.held_by_fans) == (300, 1500)


def _stock(session: Session) -> tuple[int, int]:
    taken = session.execute(select(Campaign.taken)).scalar_one()  # type: ignore[call-overload]
    claimed = session.execute(select(func.count()).select_from(Coupon)).scalar_one()
    return taken, claimed

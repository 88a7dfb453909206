"""The owner switches the morning digest off, or on again."""

from bot.rules.act import Act
from bot.rules.figures.digest import DigestOff, DigestOn
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry

SWITCHED = "digest.switched"
"""The audit log's name for switching the digest."""
ON, OFF = "on", "off"


class DigestSwitch:
    """The use case of the digest's button."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def switch(self, act: Act, *, off: bool) -> DigestOff | DigestOn:
        """Switch the digest."""
        return await self._db.write(switch, act, off=off)


def switch(tx: Tx, act: Act, *, off: bool) -> DigestOff | DigestOn:
    """Switch the digest; pressed again it stays as it is."""
    kind: type[DigestOff | DigestOn] = DigestOff if off else DigestOn
    answer = first_answer(tx, act, kind)
    if answer is not None:
        return answer
    shop = lock_shop(tx, act.community_id)
    outcome = kind(act.community_id)
    if (shop.digest_off_at is not None) is not off:
        before, after = (ON, OFF) if off else (OFF, ON)
        shop.digest_off_at = act.at if off else None
        tx.info[PLANNED] = True
        entry = record_act(tx, act, SWITCHED, after, before={"digest": before}, after={"digest": after})
        entry.answer = causes.to_json(outcome)
    tx.flush()
    return outcome


def undo_switch(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Put the switch back; False if it was switched again since."""
    shop = lock_shop(tx, act.community_id)
    off = (entry.after or {}).get("digest") == OFF
    if (shop.digest_off_at is not None) is not off:
        return False
    shop.digest_off_at = None if off else act.at
    tx.info[PLANNED] = True
    tx.flush()
    return True

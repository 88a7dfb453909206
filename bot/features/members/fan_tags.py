"""Staff tag fans."""

from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.members.of_fan import TAGGED, lock_fan, name_of
from bot.rules.act import Act
from bot.rules.members.care import FanTagged, TagChange, TagsFull, TagsSame
from bot.rules.members.fan_page import FanTags
from bot.rules.members.lists import TAGS_OFFERED, NoFanHere, TagCount
from bot.rules.place import Place
from bot.rules.tags import MOST, Tagging, TagOrigin, tag_key
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.fan_tags import count_tags, set_tag, tags_of, take_tag
from bot.store.tables import AuditEntry
from bot.store.tables.base import id_of
from bot.store.tables.tags import FanTag

ACTED_BY = (col(FanTag.by),)
"""Columns that say who of the staff did something."""

TagOutcome = FanTagged | TagsSame | TagsFull | NoFanHere


class FanTagging:
    """Use cases of tags."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def change(self, act: Act, member_id: int, change: TagChange) -> TagOutcome:
        """Set tags of a fan and take tags off."""
        return await self._db.write(change_tags, act, member_id, change)

    async def page(self, place: Place, member_id: int) -> FanTags | None:
        """The fan's tags, and those that can be added by a tap; None if there is no such fan."""
        return await self._db.read(tags_page, place, member_id)


def change_tags(tx: Tx, act: Act, member_id: int, change: TagChange) -> TagOutcome:
    """All of it or nothing: with too many tags nothing is changed."""
    before = first_answer(tx, act, FanTagged)
    if before is not None:
        return before
    fan = lock_fan(tx, act.community_id, member_id)
    if fan is None:
        return NoFanHere("")
    held = {tag_key(tag): tag for tag in tags_of(tx, member_id)}
    removed = tuple(held[tag_key(tag)] for tag in change.removed if tag_key(tag) in held)
    added = tuple(tag for tag in change.added if tag_key(tag) not in held)
    if not added and not removed:
        return TagsSame(fan.name)
    if len(held) - len(removed) + len(added) > MOST:
        return TagsFull(fan.name, MOST)
    _apply(tx, act, member_id, TagChange(added, removed))
    entry = record_act(
        tx,
        act,
        TAGGED,
        fan.name,
        subject_id=member_id,
        before={"tags": sorted(held.values())},
        after={"added": list(added), "removed": list(removed)},
    )
    outcome = FanTagged(act.community_id, member_id, fan.name, added, removed, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_change(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Take tags off that were set, and set those that were taken off. False if the fan's tags were changed since."""
    fan = lock_fan(tx, act.community_id, entry.subject_id) if entry.subject_id is not None else None
    changed = entry.after or {}
    added, removed = changed.get("added", ()), changed.get("removed", ())
    if fan is None:
        return False
    held = {tag_key(tag) for tag in tags_of(tx, fan.member_id)}
    still_so = all(tag_key(tag) in held for tag in added) and all(tag_key(tag) not in held for tag in removed)
    if not still_so or len(held) - len(added) + len(removed) > MOST:
        return False
    _apply(tx, act, fan.member_id, TagChange(tuple(removed), tuple(added)))
    return True


def _apply(tx: Tx, act: Act, member_id: int, change: TagChange) -> None:
    for tag in change.removed:
        take_tag(tx, member_id, tag)
    for tag in change.added:
        set_tag(tx, act.community_id, member_id, Tagging(tag, TagOrigin.STAFF, act.actor_id), act.at)


def tags_page(session: Session, place: Place, member_id: int) -> FanTags | None:
    """What stands on the page of tags."""
    name = name_of(session, place.community_id, member_id)
    if name is None:
        return None
    tags = tags_of(session, member_id)
    held = {tag_key(tag) for tag in tags}
    used = count_tags(session, place.community_id, TAGS_OFFERED + len(held))
    offered = [TagCount(tag, count) for tag, count in used if tag_key(tag) not in held]
    return FanTags(place.community_id, member_id, name, tags, tuple(offered[:TAGS_OFFERED]))

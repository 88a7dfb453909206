"""Rules by which fans get a tag: staff make one, look at all, and remove one. The clock's part is `tag_clock.py`."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.members.tag_rules import (
    TITLED,
    MakeRuleOutcome,
    NewRule,
    NoTitleThere,
    RemoveRuleOutcome,
    RuleLeaves,
    RuleLine,
    RuleList,
    RuleMade,
    RuleRemoved,
    RuleState,
    RuleUnknown,
    SameRule,
    TagRulePolicy,
    TooManyRules,
    When,
)
from bot.rules.place import Place
from bot.rules.tags import TagOrigin, tag_key
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry
from bot.store.tables.base import id_of
from bot.store.tables.tag_rules import TagRule
from bot.store.tables.tags import FanTag

MADE = "tag_rule.made"
REMOVED = "tag_rule.removed"
ACTED_BY = (col(TagRule.made_by),)
"""Columns that say who of the staff did something."""


class TagRules:
    """Staff's use cases of rules that give tags."""

    def __init__(self, db: Database, policy: TagRulePolicy) -> None:
        self._db = db
        self._policy = policy

    async def make(self, act: Act, wish: NewRule) -> MakeRuleOutcome:
        """Make a rule. The clock looks at all fans soon after, and from then on again and again."""
        return await self._db.write(make, act, wish, self._policy)

    async def list_all(self, place: Place) -> RuleList:
        """The shop's rules."""
        return await self._db.read(list_rules, place)

    async def ask(self, place: Place, number: int) -> RuleLeaves | RuleUnknown:
        """What shall become of the tags that a rule gave, if it is removed?"""
        return await self._db.read(ask_removal, place, number)

    async def remove(self, act: Act, number: int, *, take_off: bool) -> RemoveRuleOutcome:
        """Remove a rule, and with `take_off` the tags that it gave."""
        return await self._db.write(remove, act, number, take_off=take_off)


def make(tx: Tx, act: Act, wish: NewRule, policy: TagRulePolicy) -> MakeRuleOutcome:
    """Number a rule and write it down."""
    before = first_answer(tx, act, RuleMade)
    if before is not None:
        return before
    if wish.title and wish.when not in TITLED:
        return NoTitleThere(wish.when)
    lock_shop(tx, act.community_id)
    rules = _rules_on(tx, act.community_id)
    same = next((one for one in rules if rule_of(one) == _as_asked(wish)), None)
    if same is not None:
        return SameRule(same.number, same.tag)
    if len(rules) >= policy.most:
        return TooManyRules(policy.most)
    rule = TagRule(
        community_id=act.community_id,
        number=_next_number(tx, act.community_id),
        tag=wish.tag,
        tag_key=tag_key(wish.tag),
        counts=wish.when,
        times=wish.times,
        title=wish.title,
        state=RuleState.ON,
        made_by=act.actor_id,
        made_at=act.at,
    )
    tx.add(rule)
    tx.flush()
    entry = record_act(tx, act, MADE, _subject(rule), subject_id=rule.id, after=causes.to_facts(wish))
    outcome = RuleMade(_line(tx, rule), id_of(entry))
    entry.answer = causes.to_json(outcome)
    tx.info[PLANNED] = True
    return outcome


def list_rules(session: Session, place: Place) -> RuleList:
    """The rules that hold, the oldest first."""
    return RuleList(place.community_id, tuple(_line(session, one) for one in _rules_on(session, place.community_id)))


def ask_removal(session: Session, place: Place, number: int) -> RuleLeaves | RuleUnknown:
    """The rule that staff want to remove, with how many fans have its tag."""
    rule = _by_number(session, place.community_id, number)
    return RuleLeaves(place.community_id, _line(session, rule)) if rule is not None else RuleUnknown(number)


def remove(tx: Tx, act: Act, number: int, *, take_off: bool) -> RemoveRuleOutcome:
    """Let a rule give its tag to nobody any more. The clock takes the tags off, if they are to go."""
    before = first_answer(tx, act, RuleRemoved)
    if before is not None:
        return before
    lock_shop(tx, act.community_id)
    rule = _by_number(tx, act.community_id, number, lock=True)
    if rule is None:
        return RuleUnknown(number)
    fans = _count(tx, rule)
    rule.state = RuleState.TAKING_OFF if take_off else RuleState.OFF
    entry = record_act(
        tx,
        act,
        REMOVED,
        _subject(rule),
        subject_id=rule.id,
        before={"state": RuleState.ON},
        after={"state": rule.state},
    )
    outcome = RuleRemoved(rule.number, rule.tag, take_off, fans, id_of(entry))
    entry.answer = causes.to_json(outcome)
    tx.flush()
    tx.info[PLANNED] = True
    return outcome


def undo_make(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Take a rule back, with the tags that it gave; False if it was removed since."""
    rule = _lock_subject(tx, act, entry)
    if rule is None or rule.state != RuleState.ON:
        return False
    rule.state = RuleState.TAKING_OFF
    tx.flush()
    tx.info[PLANNED] = True
    return True


def undo_remove(tx: Tx, act: Act, entry: AuditEntry, policy: TagRulePolicy) -> bool:
    """Let a rule hold again: all fans are looked at anew. False if the shop has as many as it may have."""
    lock_shop(tx, act.community_id)
    rule = _lock_subject(tx, act, entry)
    if rule is None or rule.state == RuleState.ON or len(_rules_on(tx, act.community_id)) >= policy.most:
        return False
    rule.state, rule.checked_at, rule.looked_to = RuleState.ON, None, 0
    tx.flush()
    tx.info[PLANNED] = True
    return True


def _rules_on(session: Session, community_id: int) -> list[TagRule]:
    rows = session.execute(
        select(TagRule)
        .where(col(TagRule.community_id) == community_id, col(TagRule.state) == RuleState.ON)
        .order_by(col(TagRule.number))
    ).scalars()
    return list(rows)


def _next_number(tx: Tx, community_id: int) -> int:
    last: int | None = tx.execute(
        select(func.max(col(TagRule.number))).where(col(TagRule.community_id) == community_id)
    ).scalar_one()
    return (last or 0) + 1


def _by_number(session: Session, community_id: int, number: int, *, lock: bool = False) -> TagRule | None:
    query: Any = select(TagRule).where(
        col(TagRule.community_id) == community_id,
        col(TagRule.number) == number,
        col(TagRule.state) == RuleState.ON,
    )
    found: TagRule | None = session.execute(query.with_for_update() if lock else query).scalar_one_or_none()
    return found


def _lock_subject(tx: Tx, act: Act, entry: AuditEntry) -> TagRule | None:
    return tx.execute(
        select(TagRule)
        .where(col(TagRule.community_id) == act.community_id, col(TagRule.id) == entry.subject_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def rule_of(rule: TagRule) -> NewRule:
    """The row as the rules need it, its tag as tags are compared."""
    return NewRule(rule.tag_key, When(rule.counts), rule.times, rule.title)


def _as_asked(wish: NewRule) -> NewRule:
    return NewRule(tag_key(wish.tag), wish.when, wish.times, wish.title)


def _subject(rule: TagRule) -> str:
    return f"#{rule.number} {rule.tag}"


def _line(session: Session, rule: TagRule) -> RuleLine:
    return RuleLine(
        number=rule.number,
        tag=rule.tag,
        when=When(rule.counts),
        times=rule.times,
        title=rule.title,
        fans=_count(session, rule),
        checked=rule.checked_at is not None,
    )


def _count(session: Session, rule: TagRule) -> int:
    """How many fans have the rule's tag by a rule."""
    counted: int = session.execute(
        select(func.count()).where(
            col(FanTag.community_id) == rule.community_id,
            col(FanTag.tag_key) == rule.tag_key,
            col(FanTag.origin) == TagOrigin.RULE,
        )
    ).scalar_one()
    return counted

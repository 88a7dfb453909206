"""Questions at the welcome: staff make and remove them, newcomers are asked and answer.

Who is asked has a row for each question, made with the welcome. Nobody else can answer, and nobody is asked twice.
"""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.people.welcome import (
    AllAsked,
    AnswerLine,
    AnswerOutcome,
    AskedNow,
    MakeQuestionOutcome,
    NewQuestion,
    NextAsked,
    QuestionLine,
    QuestionList,
    QuestionMade,
    QuestionPolicy,
    QuestionRemoved,
    QuestionUnknown,
    RemoveQuestionOutcome,
    TooManyQuestions,
)
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.rules.tags import Tagging, TagOrigin, tag_key
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.fan_tags import set_tag
from bot.store.members import standing
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry, Member
from bot.store.tables.base import id_of
from bot.store.tables.tags import FanTag
from bot.store.tables.welcome import WelcomeAnswer, WelcomeQuestion

MADE = "welcome.made"
REMOVED = "welcome.removed"


class WelcomeQuestions:
    """Use cases of questions at the welcome."""

    def __init__(self, db: Database, policy: QuestionPolicy) -> None:
        self._db = db
        self._policy = policy

    async def make(self, act: Act, wish: NewQuestion) -> MakeQuestionOutcome:
        """Ask newcomers one more question from now on."""
        return await self._db.write(make, act, wish, self._policy)

    async def remove(self, act: Act, number: int) -> RemoveQuestionOutcome:
        """Ask a question no more."""
        return await self._db.write(remove, act, number)

    async def list_all(self, place: Place, role: Role) -> QuestionList:
        """What newcomers are asked."""
        return await self._db.read(list_questions, place, role)

    async def answer(self, act: Act, question_id: int, choice: int | None) -> AnswerOutcome | None:
        """Note a newcomer's answer, or that they skipped; None if they weren't asked this."""
        return await self._db.write(answer, act, question_id, choice)

    async def begin(self, act: Act, *, again: bool) -> AnswerOutcome | None:
        """The first question that a newcomer hasn't answered; with `again` the first of all. None: they were asked
        nothing.
        """
        return await self._db.write(begin, act, again=again)


def make(tx: Tx, act: Act, wish: NewQuestion, policy: QuestionPolicy) -> MakeQuestionOutcome:
    """Number a question and write it down."""
    before = first_answer(tx, act, QuestionMade)
    if before is not None:
        return before
    lock_shop(tx, act.community_id)
    asked = questions_of(tx, act.community_id)
    if len(asked) >= policy.most:
        return TooManyQuestions(policy.most)
    last: int | None = tx.execute(
        select(func.max(col(WelcomeQuestion.number))).where(col(WelcomeQuestion.community_id) == act.community_id)
    ).scalar_one()
    question = WelcomeQuestion(
        community_id=act.community_id,
        number=(last or 0) + 1,
        text=wish.text,
        answers=[[one.label, one.tag] for one in wish.answers],
        made_by=act.actor_id,
        made_at=act.at,
    )
    tx.add(question)
    tx.flush()
    entry = record_act(tx, act, MADE, _subject(question), subject_id=question.id, after=causes.to_facts(wish))
    outcome = QuestionMade(_line(tx, question), policy.most - len(asked) - 1, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def remove(tx: Tx, act: Act, number: int) -> RemoveQuestionOutcome:
    """Ask a question no more. What was answered stays, and so do the tags."""
    before = first_answer(tx, act, QuestionRemoved)
    if before is not None:
        return before
    lock_shop(tx, act.community_id)
    question = next((one for one in questions_of(tx, act.community_id) if one.number == number), None)
    if question is None:
        return QuestionUnknown(number)
    question.removed_at = act.at
    entry = record_act(tx, act, REMOVED, _subject(question), subject_id=question.id)
    outcome = QuestionRemoved(number, question.text, id_of(entry))
    entry.answer = causes.to_json(outcome)
    tx.flush()
    return outcome


def undo_make(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Take a question back that nobody has answered yet."""
    lock_shop(tx, act.community_id)
    question = _subject_of(tx, act, entry)
    if question is None or question.removed_at is not None or any(one.fans for one in _line(tx, question).answers):
        return False
    question.removed_at = act.at
    tx.flush()
    return True


def undo_remove(tx: Tx, act: Act, entry: AuditEntry, policy: QuestionPolicy) -> bool:
    """Ask a question again; False if the shop asks as many as it may."""
    lock_shop(tx, act.community_id)
    question = _subject_of(tx, act, entry)
    full = len(questions_of(tx, act.community_id)) >= policy.most
    if question is None or question.removed_at is None or full:
        return False
    question.removed_at = None
    tx.flush()
    return True


def list_questions(session: Session, place: Place, role: Role) -> QuestionList:
    """The questions with their answers, and how many picked each."""
    lines = tuple(_line(session, one) for one in questions_of(session, place.community_id))
    return QuestionList(place.community_id, lines, role is Role.OWNER)


def questions_of(session: Session, community_id: int) -> list[WelcomeQuestion]:
    """What newcomers are asked, in the order in which they are."""
    rows = session.execute(
        select(WelcomeQuestion)
        .where(col(WelcomeQuestion.community_id) == community_id, col(WelcomeQuestion.removed_at).is_(None))
        .order_by(col(WelcomeQuestion.number))
    ).scalars()
    return list(rows)


def ask_newcomer(tx: Tx, community_id: int, member_id: int) -> AskedNow | None:
    """Note that a newcomer is asked the shop's questions; the first, or None if it has none."""
    questions = questions_of(tx, community_id)
    if not questions:
        return None
    rows = [{"member_id": member_id, "question_id": one.id} for one in questions]
    tx.execute(insert_into(tx, WelcomeAnswer).values(rows).on_conflict_do_nothing())
    return _asked(questions, questions[0])


def is_asked(tx: Tx, community_id: int, user_id: int) -> bool:
    """Whether a person was asked something that they haven't answered."""
    found = tx.execute(
        select(col(WelcomeAnswer.question_id))
        .join(Member, col(Member.id) == col(WelcomeAnswer.member_id))
        .where(
            col(Member.community_id) == community_id, col(Member.user_id) == user_id, col(WelcomeAnswer.at).is_(None)
        )
        .limit(1)
    )
    return found.first() is not None


def answer(tx: Tx, act: Act, question_id: int, choice: int | None) -> AnswerOutcome | None:
    """Give the tag of the answer, and take the one off that the same question gave before."""
    member = standing(tx, act.community_id, act.sender, act.at)
    asked = _asked_of(tx, act.community_id, member.member_id)
    found = next((pair for pair in asked if pair[0].id == question_id), None)
    if found is None or (choice is not None and not 0 <= choice < len(found[0].answers)):
        return None
    question, row = found
    if choice is not None and question.removed_at is None:
        _move_tag(tx, act, asked, question, row, choice)
        row.choice = choice
    row.at = act.at
    tx.flush()
    return _next(asked, thanks=choice is not None)


def begin(tx: Tx, act: Act, *, again: bool) -> AnswerOutcome | None:
    """Ask what is open; with `again` everything is. Answers stand until others are picked."""
    member = standing(tx, act.community_id, act.sender, act.at)
    if again:
        tx.execute(update(WelcomeAnswer).where(col(WelcomeAnswer.member_id) == member.member_id).values(at=None))
    asked = _asked_of(tx, act.community_id, member.member_id)
    return _next(asked, thanks=False) if asked else None


Asked = Sequence[tuple[WelcomeQuestion, WelcomeAnswer]]


def _asked_of(tx: Tx, community_id: int, member_id: int) -> Asked:
    """What a member was asked in their shop, in its order. The member is locked."""
    rows = tx.execute(
        select(WelcomeQuestion, WelcomeAnswer)
        .join(WelcomeAnswer, col(WelcomeAnswer.question_id) == col(WelcomeQuestion.id))
        .where(col(WelcomeAnswer.member_id) == member_id, col(WelcomeQuestion.community_id) == community_id)
        .order_by(col(WelcomeQuestion.number))
        .execution_options(populate_existing=True)
    ).all()
    return [(question, row) for question, row in rows]


def _move_tag(tx: Tx, act: Act, asked: Asked, question: WelcomeQuestion, row: WelcomeAnswer, choice: int) -> None:
    tag = question.answers[choice][1]
    old = question.answers[row.choice][1] if row.choice is not None else None
    if old is not None and tag_key(old) != tag_key(tag):
        others = {
            tag_key(one.answers[its.choice][1]) for one, its in asked if one is not question and its.choice is not None
        }
        if tag_key(old) not in others:
            tx.execute(
                delete(FanTag).where(
                    col(FanTag.member_id) == row.member_id,
                    col(FanTag.tag_key) == tag_key(old),
                    col(FanTag.origin) == TagOrigin.WELCOME,
                )
            )
    set_tag(tx, act.community_id, row.member_id, Tagging(tag, TagOrigin.WELCOME), act.at)


def _next(asked: Asked, *, thanks: bool) -> AnswerOutcome:
    still = [question for question, _ in asked if question.removed_at is None]
    for question, row in asked:
        if row.at is None and question.removed_at is None:
            return NextAsked(_asked(still, question), thanks)
    return AllAsked(asked[0][0].community_id, sum(row.choice is not None for _, row in asked))


def _asked(questions: Sequence[WelcomeQuestion], question: WelcomeQuestion) -> AskedNow:
    return AskedNow(
        community_id=question.community_id,
        question_id=id_of(question),
        text=question.text,
        answers=tuple(label for label, _ in question.answers),
        nth=1 + [one.id for one in questions].index(question.id),
        of=len(questions),
    )


def _line(session: Session, question: WelcomeQuestion) -> QuestionLine:
    picked = dict(
        session.execute(
            select(col(WelcomeAnswer.choice), func.count())
            .where(col(WelcomeAnswer.question_id) == question.id, col(WelcomeAnswer.choice).is_not(None))
            .group_by(col(WelcomeAnswer.choice))
        ).all()
    )
    answers = tuple(AnswerLine(label, tag, picked.get(nth, 0)) for nth, (label, tag) in enumerate(question.answers))
    return QuestionLine(question.number, question.text, answers)


def _subject(question: WelcomeQuestion) -> str:
    return f"#{question.number} {question.text}"


def _subject_of(tx: Tx, act: Act, entry: AuditEntry) -> WelcomeQuestion | None:
    return tx.execute(
        select(WelcomeQuestion)
        .where(col(WelcomeQuestion.community_id) == act.community_id, col(WelcomeQuestion.id) == entry.subject_id)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()

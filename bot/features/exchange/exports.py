"""Exports: the owner's wish is written down, and the file is made when it is sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.exchange.exports import ExportPolicy, FileComes, SegmentOfFans
from bot.rules.exchange.states import ExportFormat, ExportKind
from bot.rules.general import OnlyInPrivate
from bot.rules.segments import BadSegment, read_segment
from bot.rules.words import Language, reader_language
from bot.store.audit import caused_by, record_act
from bot.store.chunks import delete_some
from bot.store.engine.db import Database
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import SendFile
from bot.store.private_messages import is_reachable
from bot.store.segments import check_names
from bot.store.tables import Person
from bot.store.tables.exchange import Export

EXPORTED = "exported"
EXPORT = "export"
"""The kind of an export's file. Its subject is the export's row."""
BAD_LINES = "members.bad_lines"
"""The kind of a file of lines that an import can't take. Its subject are the files that were handed in."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be exported."""

    community_id: int
    kind: ExportKind
    format: ExportFormat
    segment: str
    language: Language
    at: datetime


class Exports:
    """Use cases of exports."""

    def __init__(self, db: Database, policy: ExportPolicy, admin_link: str) -> None:
        """`admin_link` is how the payload of the link into the private chat begins."""
        self._db = db
        self._policy = policy
        self._admin_link = admin_link

    async def ask(self, act: Act, kind: ExportKind, form: ExportFormat, segment: str = "") -> Any:
        """Promise the owner a file, in private only."""
        return await self._db.write(ask, act, (kind, form, segment), self._policy, self._admin_link)

    async def send(self, act: Act, kind: str, subject_id: int) -> FileComes | OnlyInPrivate:
        """Promise a file of another kind, in private only."""
        return await self._db.write(send, act, kind, subject_id, self._admin_link)

    async def wanted(self, export_id: int) -> Wanted | None:
        """What an export is to hold."""
        return await self._db.read(wanted, export_id)


def ask(tx: Tx, act: Act, wish: tuple[ExportKind, ExportFormat, str], policy: ExportPolicy, link: str) -> Any:
    """Write the wish and its entry in the audit log down once, and promise the file."""
    kind, form, said = wish
    segment = read_segment(said) if said else None
    if segment is not None:
        if kind is not ExportKind.FANS:
            return SegmentOfFans()
        wrong = segment if isinstance(segment, BadSegment) else check_names(tx, act.place, segment)
        if wrong is not None:
            return wrong
    if not is_reachable(tx.get(Person, act.sender.user_id)):
        return OnlyInPrivate(f"{link}_{act.community_id}")
    made = tx.execute(
        insert_into(tx, Export)
        .values(
            community_id=act.community_id,
            made_by=act.actor_id,
            at=act.at,
            cause=act.cause,
            kind=kind.value,
            format=form.value,
            segment=said,
            language=_language(tx, act).value,
        )
        .on_conflict_do_nothing()
        .returning(col(Export.id))
    ).scalar_one_or_none()
    if made is not None:
        if caused_by(tx, act.community_id, act.cause) is None:
            record_act(tx, act, EXPORTED, f"{kind.value} {form.value}", subject_id=made, after={"segment": said})
        terms = Terms(now=act.at, key=f"export:{made}", not_after=act.at + policy.kept, by_staff=True)
        promise(tx, act.community_id, act.sender.user_id, SendFile(EXPORT, made), terms)
    return FileComes()


def send(tx: Tx, act: Act, kind: str, subject_id: int, link: str) -> FileComes | OnlyInPrivate:
    """Promise the asker a file."""
    if not is_reachable(tx.get(Person, act.sender.user_id)):
        return OnlyInPrivate(f"{link}_{act.community_id}")
    terms = Terms(now=act.at, key=f"{kind}:{subject_id}:{act.cause}", by_staff=True)
    promise(tx, act.community_id, act.sender.user_id, SendFile(kind, subject_id), terms)
    return FileComes()


def wanted(session: Session, export_id: int) -> Wanted | None:
    """What an export is to hold; None if it isn't kept any more."""
    row = session.execute(select(Export).where(col(Export.id) == export_id)).scalar_one_or_none()
    if row is None:
        return None
    return Wanted(
        row.community_id,
        ExportKind(row.kind),
        ExportFormat(row.format),
        row.segment,
        Language(row.language),
        row.at,
    )


def drop_old(tx: Tx, now: datetime, policy: ExportPolicy) -> bool:
    """Wishes that are over; whether there may be more of them."""
    return delete_some(tx, Export, col(Export.at) < now - policy.kept)


def _language(tx: Tx, act: Act) -> Language:
    person = tx.get(Person, act.sender.user_id)
    chosen = person.language if person is not None else None
    return reader_language(chosen, act.sender.language, act.place.language)

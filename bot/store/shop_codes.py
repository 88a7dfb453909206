"""Members' shop codes: given once, and looked up in orders' notes."""

from collections.abc import Callable, Collection

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.shop_codes import new_shop_code
from bot.store.engine.sessions import Tx
from bot.store.tables import Member

TRIES = 5
"""How many codes are tried before the source of randomness counts as broken."""


def lacks_shop_code(session: Session, community_id: int, user_id: int) -> bool:
    """Whether they are a member to whom no shop code was ever shown."""
    mine = (col(Member.community_id) == community_id, col(Member.user_id) == user_id)
    return session.execute(select(col(Member.id)).where(*mine, col(Member.shop_code).is_(None))).first() is not None


def shop_code_of(session: Session, community_id: int, user_id: int) -> str | None:
    """The member's shop code; None if they have none yet, or are no member."""
    return session.execute(
        select(col(Member.shop_code)).where(col(Member.community_id) == community_id, col(Member.user_id) == user_id)
    ).scalar_one_or_none()


def give_shop_code(tx: Tx, community_id: int, user_id: int, choice: Callable[[str], str]) -> str | None:
    """The member's shop code, made now if they have none; None if they are no member.

    Raises:
        RuntimeError: each fresh code was another member's, so the random source is broken.
    """
    mine = (col(Member.community_id) == community_id, col(Member.user_id) == user_id)
    for _ in range(TRIES):
        code = new_shop_code(choice)
        try:
            with tx.connection().begin_nested():
                tx.execute(update(Member).where(*mine, col(Member.shop_code).is_(None)).values(shop_code=code))
        except IntegrityError:
            continue  # another member has this code
        return shop_code_of(tx, community_id, user_id)
    raise RuntimeError(f"{TRIES} fresh shop codes were all taken: the random source is broken")


def members_with_codes(session: Session, community_id: int, codes: Collection[str]) -> frozenset[int]:
    """Ids of the members whose shop codes these are."""
    if not codes:
        return frozenset()
    found = session.execute(
        select(col(Member.id)).where(col(Member.community_id) == community_id, col(Member.shop_code).in_(codes))
    ).scalars()
    return frozenset(member_id for member_id in found if member_id is not None)

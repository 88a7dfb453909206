"""A new shop: its community, its ledger account, the first slot of its week; and the greeting in its groups."""

from datetime import datetime, timedelta

from bot.rules.place import DEFAULT_TIMEZONES, Place
from bot.rules.shops.arrivals import Greeting
from bot.rules.shops.setup import MORNING_AT_FIRST
from bot.rules.words import Language
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import say
from bot.store.slots import begin_week
from bot.store.tables import Account, Community
from bot.store.tables.base import id_of
from bot.store.tables.ledger import AccountKind
from bot.store.tables.messages import Lane

DEFAULT_PERSONA = {Language.KO: "루미", Language.ZH: "小鹿", Language.EN: "Lumi"}
DEFAULT_COIN = {Language.KO: "코인", Language.ZH: "金币", Language.EN: "coins"}

GREETED_WITHIN = timedelta(days=1)
"""How long a greeting may be late: later it would only puzzle the group."""


def greet(tx: Tx, place: Place, chat_id: int, at: datetime, missing: tuple[str, ...] = ()) -> None:
    """Promise the greeting in a group that has just become the shop's: the owner joined it, so it is said at once."""
    key = f"greeting:{place.community_id}:{at.timestamp():.0f}"
    terms = Terms(now=at, key=key, not_after=at + GREETED_WITHIN, lane=Lane.POST, by_staff=True)
    say(tx, place.community_id, Greeting(place.shop, place.community_id, missing), terms, chats=(chat_id,))


def found(tx: Tx, title: str, owner_id: int, language: Language, at: datetime) -> int:
    """Make a shop with its group's title as name; its id."""
    community = Community(
        shop=title,
        language=language,
        timezone=DEFAULT_TIMEZONES[language],
        persona=DEFAULT_PERSONA[language],
        coin=DEFAULT_COIN[language],
        owner_id=owner_id,
        made_at=at,
        home_told_at=at,
        consent_told_at=at,
    )
    tx.add(community)
    tx.flush()
    community_id = id_of(community)
    tx.add(Account(community_id=community_id, kind=AccountKind.SHOP))
    begin_week(tx, community_id, MORNING_AT_FIRST, at)
    return community_id

"""How the domain plugs in."""

from datetime import datetime

from bot.content.buttons import exchange as buttons
from bot.content.buttons.shared import ADMIN
from bot.features.exchange import coming, forget, moving
from bot.features.exchange import exports as export_cases
from bot.features.exchange.coming import Awaited, ExchangeClock
from bot.features.exchange.exports import Exports
from bot.features.exchange.moving import MemberImports
from bot.flows.undo import Undoable
from bot.handlers.exchange import exports, members, panel
from bot.handlers.exchange.export_files import ExportFiles
from bot.handlers.exchange.member_files import BadLines, MemberFiles
from bot.handlers.exchange.services import ExchangeServices
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.exchange.exports import ExportPolicy
from bot.rules.exchange.lines import MovePolicy
from bot.rules.tiers import TierPolicy
from bot.store.engine.sessions import Tx


def wire(core: Core) -> Wired:
    """Make what handlers of the exchange ask for, and the clock's part."""
    moves, policy = core.policies[MovePolicy], core.policies[ExportPolicy]
    wishes = Exports(core.db, policy, ADMIN)
    members_by_file = MemberFiles(MemberImports(core.db, core.policies), moves)
    files = ExportFiles(
        core.db,
        wishes,
        BadLines(members_by_file, core.file_talk, core.words),
        core.words,
        (policy, core.policies[TierPolicy]),
        core.clock.now,
    )

    def drop_old(tx: Tx, now: datetime) -> bool:
        return export_cases.drop_old(tx, now, policy)

    services = ExchangeServices(Awaited(core.db, core.policies), wishes, core.file_talk, core.communities)
    return Wired(
        {"exchange": services},
        due=(ExchangeClock(core.db, core.policies),),
        files=files.makers,
        file_kinds=(members_by_file.kind,),
        tidies=(drop_old,),
    )


DOMAIN = Domain(
    name="exchange",
    desks=(members.setup, exports.setup),
    policies=(MovePolicy, ExportPolicy),
    undo={
        moving.IMPORTED: Undoable(lambda tx, act, entry, _: moving.undo(tx, act, entry), owners_only=True),
        coming.DROPPED: Undoable(lambda tx, act, entry, _: coming.undo_drop(tx, act, entry), owners_only=True),
    },
    tells=forget.TELLS,
    forgets=(forget.forget,),
    drops_traces=(forget.drop_traces,),
    acted_by=forget.ACTED_BY,
    tidies=(coming.expire,),
    panel_acts=panel.panel_acts,
    buttons=buttons.BUTTONS,
    wire=wire,
)

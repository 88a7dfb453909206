"""How the domain plugs in."""

from functools import partial

from bot.content.buttons import staff as buttons
from bot.features import imports as import_cases
from bot.features.staff import forget, giving
from bot.features.staff import staff as staff_cases
from bot.features.staff.drafts import Drafts
from bot.features.staff.giving import RoleGiving
from bot.features.staff.held import HeldQueue
from bot.features.staff.overview import Overview
from bot.features.staff.staff import Staffing
from bot.flows.held_rewards import GIVES, HeldRewards
from bot.flows.move_group import Move
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.staff import held, imports, panel, panel_acts, staff
from bot.handlers.staff.panel_form import PanelForm
from bot.handlers.staff.panel_pages import PanelPages
from bot.handlers.staff.services import StaffServices
from bot.rules.farming import FarmingPolicy
from bot.rules.files import ImportPolicy
from bot.rules.policies import Policies
from bot.store.engine.sessions import Tx
from bot.store.held import forget_sightings


def wire(core: Core) -> Wired:
    """Make what handlers of staff ask for, and the clock's part."""
    policy = core.policies[FarmingPolicy]
    drafts = Drafts(core.db)
    held_rewards = HeldRewards(core.db, policy, core.giveaways, core.resolvers)
    overview = Overview(core.db, core.panel_parts.lists, core.panel_parts.ended, core.giveaways)
    parts = core.panel_parts.limited_to(core.table.names)
    pages = PanelPages(overview, parts, core.undoing, core.voice)
    form = PanelForm(
        communities=core.communities,
        drafts=drafts,
        people=core.people,
        pages=pages,
        voice=core.voice,
        commands=core.table.commands,
    )
    services = StaffServices(
        communities=core.communities,
        staffing=Staffing(core.db),
        giving=RoleGiving(core.db),
        menus=core.menus,
        roles=core.roles,
        naming=core.naming,
        undoing=core.undoing,
        held_queue=HeldQueue(core.db, policy),
        held_rewards=held_rewards,
        drafts=drafts,
        pages=pages,
        form=form,
        file_talk=core.file_talk,
    )
    drop_imports = partial(import_cases.drop_old, policy=core.policies[ImportPolicy])
    return Wired(
        {"staff": services}, due=(held_rewards,), tidies=(partial(forget_sightings, policy=policy), drop_imports)
    )


def _follow(tx: Tx, move: Move, _policies: Policies) -> None:
    import_cases.follow(tx, move.old_chat_id, move.new_chat_id)


DOMAIN = Domain(
    name="staff",
    desks=(panel.setup, held.setup, staff.setup, imports.setup),
    policies=(FarmingPolicy,),
    undo={
        staff_cases.DENIED: Undoable(lambda tx, act, entry, _: staff_cases.undo_deny(tx, act, entry), owners_only=True),
        staff_cases.LIFTED: Undoable(lambda tx, act, entry, _: staff_cases.undo_lift(tx, act, entry), owners_only=True),
        giving.GIVEN: Undoable(lambda tx, act, entry, _: giving.undo_give(tx, act, entry), owners_only=True),
        giving.ENDED: Undoable(lambda tx, act, entry, _: giving.undo_end(tx, act, entry), owners_only=True),
    },
    gives=(GIVES,),
    tells=forget.TELLS,
    forgets=(forget.forget,),
    drops_traces=(forget.drop_traces, import_cases.drop_traces),
    acted_by=(*forget.ACTED_BY, *import_cases.ACTED_BY),
    follows=(_follow,),
    panel_acts=panel_acts.panel_acts,
    buttons=buttons.BUTTONS,
    wire=wire,
)

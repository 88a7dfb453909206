"""How the domain plugs in."""

from bot.content.buttons import staff as buttons
from bot.features.staff import forget
from bot.features.staff import staff as staff_cases
from bot.features.staff.drafts import Drafts
from bot.features.staff.held import HeldQueue
from bot.features.staff.overview import Overview
from bot.features.staff.staff import Staffing
from bot.flows.held_rewards import GIVES, HeldRewards
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.staff import held, panel, panel_acts, staff
from bot.handlers.staff.panel_form import PanelForm
from bot.handlers.staff.panel_pages import PanelPages
from bot.handlers.staff.services import StaffServices
from bot.rules.farming import FarmingPolicy
from bot.store.held import forget_sightings


def wire(core: Core) -> Wired:
    """Make what handlers of staff ask for, and the clock's part."""
    policy = core.policies[FarmingPolicy]
    drafts = Drafts(core.db)
    held_rewards = HeldRewards(core.db, policy, core.giveaways, core.resolvers)
    overview = Overview(core.db, core.panel_parts.lists, core.giveaways)
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
        roles=core.roles,
        naming=core.naming,
        undoing=core.undoing,
        held_queue=HeldQueue(core.db, policy),
        held_rewards=held_rewards,
        drafts=drafts,
        pages=pages,
        form=form,
    )
    return Wired({"staff": services}, due=(held_rewards,))


DOMAIN = Domain(
    name="staff",
    desks=(panel.setup, held.setup, staff.setup),
    policies=(FarmingPolicy,),
    undo={
        staff_cases.DENIED: Undoable(lambda tx, act, entry, _: staff_cases.undo_deny(tx, act, entry), owners_only=True),
        staff_cases.LIFTED: Undoable(lambda tx, act, entry, _: staff_cases.undo_lift(tx, act, entry), owners_only=True),
    },
    gives=(GIVES,),
    tidies=(forget_sightings,),
    forgets=(forget.forget,),
    drops_traces=(forget.drop_traces,),
    acted_by=forget.ACTED_BY,
    panel_acts=panel_acts.panel_acts,
    buttons=buttons.BUTTONS,
    wire=wire,
)

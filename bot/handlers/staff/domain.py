"""How the domain plugs in."""

from bot.content.buttons import staff as buttons
from bot.features.staff import staff as staff_cases
from bot.features.staff.drafts import Drafts
from bot.features.staff.held import Holding
from bot.features.staff.overview import Overview
from bot.features.staff.reach import Reaches
from bot.flows import held_rewards
from bot.flows.held_rewards import Resolving
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.staff import held, panel, staff
from bot.handlers.staff.panel_pages import AdminPanel
from bot.rules.farming import FarmingPolicy
from bot.store.held import forget_sightings


def wire(core: Core) -> Wired:
    """Make what handlers of staff ask for, and the clock's part."""
    policy = core.policies[FarmingPolicy]
    drafts, resolving = Drafts(core.db), Resolving(core.db, policy)
    admin_panel = AdminPanel(
        communities=core.communities,
        drafts=drafts,
        overview=Overview(core.db),
        people=core.people,
        undoing=core.undoing,
        reaches=Reaches(core.db),
        voice=core.voice,
        commands=core.table.commands,
    )
    return Wired(
        {
            "drafts": drafts,
            "admin_panel": admin_panel,
            "holding": Holding(core.db, policy),
            "resolving": resolving,
        },
        due=(resolving,),
    )


DOMAIN = Domain(
    name="staff",
    desks=(panel.setup, held.setup, staff.setup),
    policies=(FarmingPolicy,),
    undo={
        held_rewards.REFUSED: Undoable(
            lambda tx, act, entry, _: held_rewards.undo_refusal(tx, act.place, entry, act.at)
        ),
        staff_cases.DENIED: Undoable(
            lambda tx, act, entry, _: staff_cases.undo_deny(tx, act.place, entry, act.at), owners_only=True
        ),
        staff_cases.LIFTED: Undoable(
            lambda tx, act, entry, _: staff_cases.undo_lift(tx, act.place, entry), owners_only=True
        ),
    },
    tidies=(forget_sightings,),
    buttons=buttons.BUTTONS,
    wire=wire,
)

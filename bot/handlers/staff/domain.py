"""How the domain plugs in."""

from bot.features.staff import forget
from bot.features.staff import staff as staff_cases
from bot.features.staff.drafts import Drafts
from bot.features.staff.held import Holding
from bot.features.staff.overview import Overview
from bot.flows import held_rewards
from bot.flows.held_rewards import Resolving
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.staff import held, panel, panel_acts, staff
from bot.handlers.staff.panel_pages import AdminPanel
from bot.rules.farming import FarmingPolicy
from bot.store.held import forget_sightings


def wire(core: Core) -> Wired:
    """Make what handlers of staff ask for, and the clock's part."""
    policy = core.policies[FarmingPolicy]
    drafts, resolving = Drafts(core.db), Resolving(core.db, policy, core.giveaways)
    admin_panel = AdminPanel(
        communities=core.communities,
        drafts=drafts,
        overview=Overview(core.db, core.panel_parts.lists, core.giveaways),
        people=core.people,
        undoing=core.undoing,
        parts=core.panel_parts,
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
    gives=(held_rewards.GIVES,),
    tidies=(forget_sightings,),
    forgets=(forget.forget,),
    drops_traces=(forget.drop_traces,),
    acted_by=forget.ACTED_BY,
    panel_acts=panel_acts.panel_acts,
    wire=wire,
)

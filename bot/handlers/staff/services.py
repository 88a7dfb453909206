"""What the handlers of staff and of the panel are given."""

from dataclasses import dataclass

from bot.features.communities import Communities
from bot.features.staff.drafts import Drafts
from bot.features.staff.giving import RoleGiving
from bot.features.staff.held import HeldQueue
from bot.features.staff.staff import Staffing
from bot.flows.held_rewards import HeldRewards
from bot.flows.undo import Undo
from bot.handlers.kit.imports import FileTalk
from bot.handlers.kit.menus import Menus
from bot.handlers.kit.naming import Naming
from bot.handlers.kit.roles import Roles
from bot.handlers.staff.panel_form import PanelForm
from bot.handlers.staff.panel_pages import PanelPages


@dataclass(frozen=True, slots=True)
class StaffServices:
    """Use cases of staff, the panel, and whom it asks."""

    communities: Communities
    staffing: Staffing
    giving: RoleGiving
    menus: Menus
    roles: Roles
    naming: Naming
    undoing: Undo
    held_queue: HeldQueue
    held_rewards: HeldRewards
    drafts: Drafts
    pages: PanelPages
    form: PanelForm
    file_talk: FileTalk

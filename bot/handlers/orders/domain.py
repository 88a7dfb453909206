"""How the domain plugs in."""

from functools import partial

from bot.content.buttons import orders as buttons
from bot.content.secrets import orders as secrets
from bot.features.orders import forget
from bot.features.orders import orders as order_cases
from bot.features.orders.hook import Hooks
from bot.features.orders.orders import Orders
from bot.flows.redeem import after_redeemed
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.orders import orders, panel
from bot.rules.act import Act
from bot.rules.orders.orders import OrderPolicy
from bot.rules.policies import Policies
from bot.store.engine.db import Tx
from bot.store.tables import AuditEntry


def wire(core: Core) -> Wired:
    """Make what handlers of orders ask for."""
    token = partial(core.token, core.policies[OrderPolicy].secret_bytes)
    listening = core.settings.metrics_port is not None
    return Wired({"orders": Orders(core.db), "hooks": Hooks(core.db, token, listening=listening)})


def _undo_refund(tx: Tx, act: Act, entry: AuditEntry, _policies: Policies) -> bool:
    member_id = order_cases.undo_refund(tx, act.place, entry, act.at)
    if member_id is not None:
        after_redeemed(tx, act.place, member_id, act.at)
    return member_id is not None


DOMAIN = Domain(
    name="orders",
    desks=(orders.setup,),
    policies=(OrderPolicy,),
    undo={order_cases.REFUNDED: Undoable(_undo_refund)},
    acted_by=forget.ACTED_BY,
    panel_acts=panel.panel_acts,
    buttons=buttons.BUTTONS,
    secrets=secrets.SECRETS,
    wire=wire,
)

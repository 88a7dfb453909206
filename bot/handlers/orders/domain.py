"""How the domain plugs in."""

from functools import partial

from bot.content.buttons import orders as buttons
from bot.content.secrets import orders as secrets
from bot.features.orders import claims as claims_cases
from bot.features.orders import forget
from bot.features.orders.claims import Claims
from bot.features.orders.hook import Hooks
from bot.features.orders.orders import Orders
from bot.features.orders.refunds import REFUNDED
from bot.flows.redeem import Redemption
from bot.flows.take_orders import OrderIntake, undo_refund
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.orders import claims, orders, panel, till
from bot.handlers.orders.order_imports import OrderImports
from bot.handlers.orders.services import OrderServices
from bot.rules.files import ImportPolicy
from bot.rules.orders.told import OrderPolicy


def wire(core: Core) -> Wired:
    """Make what handlers of orders ask for."""
    policy = core.policies[OrderPolicy]
    token = partial(core.token, policy.secret_bytes)
    services = OrderServices(
        book=Orders(core.db),
        claims=Claims(core.db, policy),
        hooks=Hooks(core.db, token, listening=core.settings.metrics_port is not None),
        redemption=Redemption(core.db),
        policy=policy,
        file_talk=core.file_talk,
        people=core.people,
        naming=core.naming,
    )
    files = OrderImports(OrderIntake(core.db, core.policies), policy, core.policies[ImportPolicy])
    return Wired({"orders": services}, file_kinds=(files.kind,))


DOMAIN = Domain(
    name="orders",
    desks=(orders.setup, claims.setup, till.setup),
    policies=(OrderPolicy,),
    undo={
        REFUNDED: Undoable(undo_refund),
        claims_cases.CONFIRMED: Undoable(lambda tx, act, entry, _: claims_cases.undo_given(tx, act, entry)),
        claims_cases.GIVEN: Undoable(lambda tx, act, entry, _: claims_cases.undo_given(tx, act, entry)),
        claims_cases.DECLINED: Undoable(lambda tx, act, entry, _: claims_cases.undo_declined(tx, act, entry)),
    },
    tells=forget.TELLS,
    forgets=(forget.forget,),
    acted_by=forget.ACTED_BY,
    panel_acts=panel.panel_acts,
    buttons=buttons.BUTTONS,
    secrets=secrets.SECRETS,
    wire=wire,
)

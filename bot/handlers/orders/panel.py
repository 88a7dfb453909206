"""What the staff's panel can do with orders."""

from bot.features.orders.hook import has_hook
from bot.handlers.kit.blanks import PanelAct, bare, blanks_of, file, person
from bot.handlers.kit.forms import Moment, Reader, words
from bot.handlers.orders.order_imports import FILE_FORM
from bot.handlers.orders.orders import ORDER
from bot.handlers.orders.till import REDEEM
from bot.rules.orders.told import OrderPolicy
from bot.rules.panel import Section
from bot.rules.policies import Policies


def order_ref(policy: OrderPolicy) -> Reader[str]:
    """An order's number: one word, as the shop's platform gives it."""
    read = words(policy.max_ref, ORDER)

    def read_ref(name: str, text: str, moment: Moment) -> str:
        return read(name, "".join(text.split()), moment)

    return read_ref


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """A code that is used, orders from a file, one order and whose it is, and the webhook that tells of orders."""
    policy = policies[OrderPolicy]
    ref, code = order_ref(policy), bare("code", words(policy.max_code, REDEEM))
    return (
        PanelAct("redeem", Section.ORDERS, "redeem", (code, person("fan", needed=False))),
        PanelAct("redeem_file", Section.ORDERS, "redeem", (file("file"), *blanks_of(FILE_FORM)), unlogged=True),
        PanelAct("order", Section.ORDERS, "order", (bare("order", ref),), unlogged=True),
        PanelAct("orders", Section.ORDERS, "orders", unlogged=True),
        PanelAct("order_give", Section.ORDERS, "order", (bare("order", ref), person("fan")), rare=True),
        PanelAct("order_refund", Section.ORDERS, "order", (bare("order", ref),), tail="refund", danger=True),
        PanelAct("hook", Section.HOOK, "hook", unlogged=True, owner=True),
        PanelAct("hook_new", Section.HOOK, "hook", tail="new", danger=True, owner=True, offered=has_hook),
        PanelAct("hook_off", Section.HOOK, "hook", tail="off", danger=True, owner=True, offered=has_hook),
    )

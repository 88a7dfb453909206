"""Files of orders that staff hand in with `/redeem`: what becomes of them."""

from collections import Counter
from typing import Any

from bot.flows.take_orders import OrderIntake
from bot.handlers.kit.file_kinds import AskInFile, FileKind, Reading, Ready
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, one_of
from bot.handlers.orders.order_files import read_orders
from bot.rules.act import Act
from bot.rules.files import ImportPolicy
from bot.rules.orders.order_previews import OrdersPreview, Sum
from bot.rules.orders.orders import RefusedLine
from bot.rules.orders.told import OrderPolicy, OrderState, OrderTold, OrderTrouble
from bot.rules.place import Place
from bot.rules.sheets.sheet import SheetKind
from bot.rules.words import Language

CURRENCIES = {Language.KO: "KRW", Language.ZH: "CNY", Language.EN: "USD"}
FILE_FORM = Form({"currency": Field(one_of({name.lower(): name for name in CURRENCIES.values()}))}, "currency=KRW")

Line = tuple[int, str, OrderTold | OrderTrouble]


class OrderImports:
    """Files of orders: each line is taken or refused by itself."""

    def __init__(self, intake: OrderIntake, policy: OrderPolicy, files: ImportPolicy) -> None:
        self._intake = intake
        self._policy = policy
        self._shown = files.shown

    @property
    def kind(self) -> FileKind:
        """How it is registered."""
        return FileKind(SheetKind.ORDERS, self.check, self.look, self.do)

    def check(self, rest: str, _place: Place, moment: Moment) -> Any:
        """What is wrong with the command's line, if anything is."""
        try:
            FILE_FORM.read(rest, moment)
        except FormProblem as problem:
            return problem.error
        return None

    async def look(self, _act: Act, reading: Reading) -> Ready | AskInFile | OrdersPreview:
        """What the files say, summed up."""
        lines = self._lines(reading)
        if isinstance(lines, AskInFile):
            return lines
        preview = preview_of(lines, reading, self._shown)
        return Ready(preview) if preview.can_be_done else preview

    async def do(self, act: Act, reading: Reading) -> Any:
        """Take the orders."""
        lines = self._lines(reading)
        return lines if isinstance(lines, AskInFile) else await self._intake.take_file(act, lines)

    def _lines(self, reading: Reading) -> list[Line] | AskInFile:
        currency = FILE_FORM.read(reading.rest, reading.moment).get("currency", reading.place.currency)
        lines: list[Line] = []
        for named in reading.sheets:
            lines += read_orders(named.sheet.rows, currency, reading.moment, self._policy)
        return lines


def preview_of(lines: list[Line], reading: Reading, shown: int) -> OrdersPreview:
    """How many of what."""
    told = [order for _, _, order in lines if isinstance(order, OrderTold)]
    refused = [RefusedLine(number, ref, order) for number, ref, order in lines if isinstance(order, OrderTrouble)]
    paid = [order for order in told if order.state is OrderState.PAID]
    sums: Counter[str] = Counter()
    for order in paid:
        sums[order.currency] += order.value - order.taken_back
    states = Counter(order.state for order in told)
    instants = [order.at for order in paid]
    return OrdersPreview(
        shown=reading.shown,
        orders=len(paid),
        sums=tuple(Sum(value, currency) for currency, value in sorted(sums.items())),
        with_code=sum(bool(order.codes) for order in paid),
        unpaid=0,
        cancelled=states[OrderState.CANCELLED],
        refunded=states[OrderState.REFUNDED],
        first_at=min(instants, default=None),
        last_at=max(instants, default=None),
        count=len(refused),
        refused=tuple(refused[:shown]),
    )

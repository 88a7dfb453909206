"""Files of orders that staff hand in with `/redeem`: what becomes of them."""

from typing import Any

from bot.flows.take_orders import Line, OrderIntake
from bot.handlers.kit.file_kinds import AskInFile, FileKind, Reading, Ready
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment
from bot.handlers.kit.money import currency
from bot.rules.act import Act
from bot.rules.files import ImportPolicy
from bot.rules.orders.lines import FileFacts, OrderRows, read_orders
from bot.rules.orders.order_previews import OrdersPreview, together
from bot.rules.orders.told import OrderPolicy
from bot.rules.place import Place
from bot.rules.sheets.sheet import AskDayOrder, SheetKind

FILE_FORM = Form({"currency": Field(currency)}, "currency=KRW")


class OrderImports:
    """Files of orders: each order is taken or refused by itself."""

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
        read = self._read(reading)
        if isinstance(read, AskInFile):
            return read
        refused = [line for rows in read for line in rows.refused]
        counts = together([rows.counts for rows in read])
        preview = OrdersPreview(reading.shown, counts, len(refused), tuple(refused[: self._shown]))
        return Ready(preview) if preview.can_be_done else preview

    async def do(self, act: Act, reading: Reading) -> Any:
        """Take the orders."""
        read = self._read(reading)
        if isinstance(read, AskInFile):
            raise TypeError("a file is taken once everything about it is answered")
        lines: list[Line] = [line for rows in read for line in rows.lines]
        return await self._intake.take_file(act, lines)

    def _read(self, reading: Reading) -> list[OrderRows] | AskInFile:
        """The orders of each file, or the first question about one."""
        place, now = reading.place, reading.moment.now
        said = FILE_FORM.read(reading.rest, reading.moment).get("currency", place.currency)
        found: list[OrderRows] = []
        for named in reading.sheets:
            rows = read_orders(named.sheet, FileFacts(said, place.timezone, now), named.answers, self._policy)
            if isinstance(rows, AskDayOrder):
                return AskInFile(named.name, rows)
            found.append(rows)
        return found

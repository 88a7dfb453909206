"""Files of codes that staff hand in with `/newcoupon`: what becomes of them."""

from dataclasses import dataclass
from typing import Any

from bot.features.coupons.campaigns import Campaigns
from bot.features.coupons.code_files import CodeFiles
from bot.handlers.coupons.campaigns import whom_of
from bot.handlers.kit.file_kinds import FileKind, InFile, NamedSheet, Reading, Ready
from bot.handlers.kit.forms import Form, FormProblem, Moment
from bot.handlers.kit.other_hours import Doubt, doubt_in
from bot.rules.act import Act
from bot.rules.calendar import day_of
from bot.rules.coupons.campaigns import CodeFile, NewCampaign
from bot.rules.coupons.code_files import Codes, FileBringsCodes, NoCodeLeft, check_codes, report_bad_lines
from bot.rules.coupons.code_previews import CodesPreview
from bot.rules.coupons.codes import code_key
from bot.rules.files import ImportPolicy
from bot.rules.place import Place
from bot.rules.segments import BadSegment
from bot.rules.sheets.sheet import SheetKind
from bot.rules.windows import check_window

Numbered = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Good codes of each file. What stands in two files counts where it stands first."""

    by_file: tuple[tuple[NamedSheet, Numbered], ...]
    used: int
    expired: int
    disabled: int
    repeated: int

    @property
    def codes(self) -> Numbered:
        """Those of all files."""
        return tuple(one for _, codes in self.by_file for one in codes)


class CodeImports:
    """Files of codes, each of which is wholly good or refused, become one drop."""

    def __init__(self, form: Form, campaigns: Campaigns, code_files: CodeFiles, policy: ImportPolicy) -> None:
        self._form = form
        self._campaigns = campaigns
        self._code_files = code_files
        self._policy = policy

    @property
    def kind(self) -> FileKind:
        """How it is registered."""
        return FileKind(SheetKind.CODES, self.check, self.look, self.do, self.doubt)

    def check(self, rest: str, _place: Place, moment: Moment) -> Any:
        """What is wrong with the command's line, if anything is."""
        try:
            wish = self._wish(rest, moment)
        except FormProblem as problem:
            return problem.error
        return check_window(wish["opens"], wish["closes"], moment.now)

    def doubt(self, rest: str, moment: Moment) -> Doubt | None:
        """The first hour of the line that may be of the morning or of the evening."""
        return doubt_in("", self._form, rest, moment)

    async def look(self, act: Act, reading: Reading) -> Ready | InFile | FileBringsCodes | NoCodeLeft | BadSegment:
        """The drop that the files would become, or which lines are in the way."""
        found = self._found(reading)
        if isinstance(found, InFile):
            return found
        wish = self._wish(reading.rest, reading.moment)
        codes = found.codes
        if not codes:
            return NoCodeLeft(found.used, found.expired, found.disabled)
        if wish.pop("shared_code") is not None or wish.pop("stock") not in {None, len(codes)}:
            return FileBringsCodes(len(codes))
        for named, own in found.by_file:
            taken = await self._code_files.taken(act, own)
            if taken:
                return InFile(named.name, report_bad_lines(len(named.sheet.rows), taken, self._policy))
        aimed = await self._campaigns.aim(act, wish.pop("segment"))
        if isinstance(aimed, BadSegment):
            return aimed
        doubt = self.doubt(reading.rest, reading.moment)
        return Ready(
            CodesPreview(
                shown=reading.shown,
                codes=len(codes),
                left_out=found.used + found.expired + found.disabled,
                repeated=found.repeated,
                first_code=codes[0][1],
                last_code=codes[-1][1],
                other_hour=doubt.other if doubt is not None else None,
                aimed=aimed,
                **wish,
            )
        )

    async def do(self, act: Act, reading: Reading) -> Any:
        """Stage the codes and make the drop."""
        found = self._found(reading)
        if isinstance(found, InFile):
            return found.outcome
        codes = found.codes
        batch = await self._code_files.stage(act, codes)
        if not isinstance(batch, int):
            return batch
        wish = self._wish(reading.rest, reading.moment) | {"stock": len(codes)}
        file = CodeFile(batch, codes[0][1], codes[-1][1])
        return await self._campaigns.make(act, NewCampaign(**wish, file=file))

    def _wish(self, rest: str, moment: Moment) -> dict[str, Any]:
        """The fields of the drop but for its codes, as the line says them.

        Raises:
            FormProblem: the line can't be read.
        """
        values = self._form.read(rest, moment)
        usual = NewCampaign(values["title"], 1)
        named = {"shared_code": "code"}
        names = ("title", "stock", "price", "limit", "tier", "opens", "closes", *named)
        return whom_of(values.get("for")) | {
            name: values.get(named.get(name, name), None if name == "stock" else getattr(usual, name)) for name in names
        }

    def _found(self, reading: Reading) -> Found | InFile:
        """The good codes, or the bad lines of the first file that has some."""
        today = day_of(reading.moment.now, reading.moment.timezone)
        seen: set[str] = set()
        by_file: list[tuple[NamedSheet, Numbered]] = []
        all_read: list[Codes] = []
        for named in reading.sheets:
            read = check_codes(named.sheet, self._policy, today)
            if read.bad:
                return InFile(named.name, report_bad_lines(len(named.sheet.rows), read.bad, self._policy))
            fresh = tuple((line, code) for line, code in read.good if code_key(code) not in seen)
            seen |= {code_key(code) for _, code in fresh}
            by_file.append((named, fresh))
            all_read.append(read)
        return Found(
            by_file=tuple(by_file),
            used=sum(read.used for read in all_read),
            expired=sum(read.expired for read in all_read),
            disabled=sum(read.disabled for read in all_read),
            repeated=sum(len(read.good) for read in all_read) - len(seen),
        )

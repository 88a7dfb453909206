"""Any table of codes or orders, in any usual encoding, is read right, asked about, or refused; never read wrong."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hypothesis import event, given, settings
from hypothesis import strategies as st

from bot.rules.coupons.code_files import check_codes
from bot.rules.files import FileLacksColumn, FileUnreadable
from bot.rules.sheets.cells import clean_cell
from bot.rules.sheets.sheet import Answers, AskColumn, AskDayOrder, AskManyCodes, Sheet, SheetKind
from tests.rules.sheets.reading import POLICY, Read, read
from tests.rules.sheets.workbooks import Cell, Day, Rows, xlsx

MOST_QUESTIONS = 6
MOST_DIGITS = 15
"""Digits that a spreadsheet keeps of a number."""
NAMES = {
    "ko": {
        "code": ["쿠폰코드", "쿠폰 번호", "쿠폰번호", "할인 코드", "프로모션코드"],
        "order": ["주문번호", "주문 번호"],
        "value": ["결제금액", "총 결제금액", "실결제금액", "주문금액"],
        "time": ["결제일시", "주문일시", "결제일", "주문 일자"],
        "status": ["주문상태", "상태", "결제상태"],
        "other": ["번호", "상품명", "수량", "옵션정보", "수취인명", "배송방법"],
        "unknown": ["할인권", "항목", "구분"],
        "title": ["쿠폰 코드 다운로드", "주문 내역, 11월", "기간: 2026-11-01 ~ 2026-11-30", "판매자: 실크가게"],
        "word": ["실크 스카프", "검정", "김민준", "택배", "빨강, 파랑"],
        "paid": ["결제완료", "배송중", "취소완료", "구매확정"],
    },
    "zh": {
        "code": ["优惠码", "兑换码", "券码", "优惠券码", "折扣码"],
        "order": ["订单号", "订单编号"],
        "value": ["实付金额", "订单金额", "付款金额", "金额"],
        "time": ["付款时间", "下单时间", "支付时间"],
        "status": ["订单状态", "状态", "交易状态"],
        "other": ["序号", "商品名称", "数量", "收件人", "规格"],
        "unknown": ["礼遇", "项目", "类别"],
        "title": ["优惠券导出", "订单列表, 十一月", "时间: 2026-11-01 ~ 2026-11-30"],
        "word": ["丝巾", "黑色", "王小明", "快递", "红, 蓝"],
        "paid": ["交易成功", "买家已付款", "已取消", "交易关闭"],
    },
    "tw": {
        "code": ["優惠碼", "兌換碼", "折扣碼", "優惠券代碼"],
        "order": ["訂單編號", "訂單號碼"],
        "value": ["實付金額", "訂單金額", "訂單總額"],
        "time": ["付款時間", "訂單日期"],
        "status": ["訂單狀態", "狀態", "付款狀態"],
        "other": ["商品名稱", "數量", "收件人", "規格"],
        "unknown": ["禮遇", "項目"],
        "title": ["優惠券匯出", "訂單列表"],
        "word": ["絲巾", "黑色", "陳小姐", "宅配"],
        "paid": ["已付款", "已取消", "已出貨", "已完成"],
    },
    "en": {
        "code": ["code", "Coupon Code", "promo_code", "Voucher", "Discount code"],
        "order": ["Order ID", "order", "Order Number", "order_no"],
        "value": ["Total", "Amount Paid", "value", "Grand total"],
        "time": ["Paid at", "Order Date", "created_at", "time"],
        "status": ["Status", "Financial Status", "order_status"],
        "other": ["batch", "Item", "Quantity", "Shipping method", "Email"],
        "unknown": ["Gutschein", "thing", "Kind"],
        "title": ["Coupons export", "Orders, November", "From: 2026-11-01"],
        "word": ["Silk scarf", "black", "A. Buyer", "post", "red, blue"],
        "paid": ["paid", "pending", "cancelled", "refunded"],
    },
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949", "gb18030", "big5")
OLDER = {"ko": "cp949", "zh": "gb18030", "tw": "big5", "en": "cp949"}
MARKED = ("order", "code")
"""Columns whose numbers are kept as text by marks."""
MARKS = ("{0}", '="{0}"', "'{0}", "`{0}", "{0}\u200b", "\ufeff{0}", "\u00a0{0} ")


@dataclass(frozen=True)
class Made:
    """A file, and the right rows of it by role."""

    content: bytes
    rows: list[dict[str, str]]


@st.composite
def a_word(draw: st.DrawFn) -> str:
    """A code as shops make them: of letters and digits, in groups, of digits only, with blanks, in any case."""
    kind = draw(st.integers(0, 4))
    number = draw(st.integers(1, 99_999))
    letters = draw(st.text("ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=3, max_size=5))
    made = (
        f"{letters}{number:05d}",
        f"{letters}-{number:05d}-{letters[0]}",
        f"{letters.title()}_{number}",
        f"202611{number:07d}1",
        f"{letters} {number:05d} {letters[-1]}",
    )
    return made[kind]


def alike(words: Sequence[str]) -> int:
    """How many words there are, if case and blanks say nothing."""
    return len({word.upper().replace(" ", "") for word in words})


def words(least: int) -> st.SearchStrategy[list[str]]:
    """Codes or order numbers of which no two are the same."""
    return st.lists(a_word(), min_size=least, max_size=5).filter(lambda found: alike(found) == len(found))


def encoded(draw: st.DrawFn, text: str, language: str) -> bytes:
    """The text in Unicode, or in an older encoding of its language."""
    encoding = draw(st.sampled_from([*ENCODINGS[:5], OLDER[language]]))
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode()


def written(draw: st.DrawFn, rows: list[list[str]], language: str, header: bool) -> bytes:
    """The rows as a file, with titles above a header."""
    mark = draw(st.sampled_from([",", ";", "\t", "|", "，"]))
    end = draw(st.sampled_from(["\r\n", "\n"]))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, lineterminator=end)
    width = len(rows[0])
    if draw(st.booleans()) and mark != "，":
        out.write(f"sep={mark}{end}")
    if header and width > 1 and draw(st.booleans()):
        for title in draw(st.lists(st.sampled_from(NAMES[language]["title"]), max_size=2)):
            writer.writerow([title, *[""] * (width - 1)])
        out.write(end)
    writer.writerows(rows)
    return encoded(draw, out.getvalue(), language)


def bound(draw: st.DrawFn, rows: list[list[Cell]], language: str, header: bool) -> bytes:
    """The rows as a workbook: titles above the header, an empty or a hidden sheet before it and another one behind."""
    above: list[list[Cell]] = []
    if header and len(rows[0]) > 1:
        above = [[title] for title in draw(st.lists(st.sampled_from(NAMES[language]["title"]), max_size=2))]
    sheets: list[Rows] = [[*above, [], *rows] if above else rows]
    hidden: list[int] = []
    if draw(st.booleans()):
        hidden = draw(st.sampled_from([[], [0]]))
        sheets.insert(0, [["code"], ["HIDDEN-1"]] if hidden else [])
    if draw(st.booleans()):
        sheets.append([["code", "order"], ["OTHER-1", "OTHER-2"]])
    return xlsx(*sheets, hidden=hidden)


def as_number(cell: str) -> Cell:
    """A cell as a spreadsheet keeps it: a number without signs becomes one, a whole one with a point."""
    if cell.isdigit() and len(cell) <= MOST_DIGITS and not cell.startswith("0"):
        return float(cell)
    return float(cell) if cell.replace(".", "", 1).isdigit() and "." in cell else cell


def as_serial(cell: str) -> Day:
    """A time as a spreadsheet keeps it: days since the end of 1899."""
    since = datetime.fromisoformat(cell) - datetime.combine(date(1899, 12, 30), datetime.min.time())
    return Day(since.days + since.seconds / 86_400)


@st.composite
def codes_file(draw: st.DrawFn) -> Made:
    """A file of codes with other columns around them, and a known header, an unknown one, or none."""
    language = draw(st.sampled_from(sorted(NAMES)))
    names = NAMES[language]
    codes = draw(words(2))
    mark = draw(st.sampled_from(MARKS))
    columns = [
        [draw(st.sampled_from(names[draw(st.sampled_from(["code", "code", "unknown"]))])), *map(mark.format, codes)]
    ]
    for name in draw(st.lists(st.sampled_from(names["other"]), max_size=3, unique=True)):
        cell = st.sampled_from(names["word"]) if draw(st.booleans()) else st.integers(1, 99).map(str)
        columns.insert(draw(st.integers(0, len(columns))), [name, *(draw(cell) for _ in codes)])
    header = draw(st.booleans()) or draw(st.booleans())
    rows = [list(row) for row in zip(*columns, strict=True)]
    wanted = [{"code": code} for code in codes]
    if draw(st.integers(0, 9)) == 0:  # a workbook takes a process, so there are few
        cells: list[list[Cell]] = [[as_number(cell) for cell in row] for row in (rows if header else rows[1:])]
        return Made(bound(draw, cells, language, header), wanted)
    return Made(written(draw, rows if header else rows[1:], language, header), wanted)


@st.composite
def orders_file(draw: st.DrawFn) -> Made:
    """A file of orders whose columns stand in any order, among others."""
    language = draw(st.sampled_from(sorted(NAMES)))
    names = NAMES[language]
    orders = draw(words(1))
    right = {
        "order": orders,
        "code": [draw(st.one_of(st.just(""), a_word())) for _ in orders],
        "value": [draw(st.sampled_from(["39000", "12.50", "39,000", "-39000", "1 200"])) for _ in orders],
        "time": [f"2026-11-{draw(st.integers(10, 28))} 11:{draw(st.integers(10, 59))}" for _ in orders],
        "status": [draw(st.sampled_from(names["paid"])) for _ in orders],
    }
    mark = draw(st.sampled_from(MARKS))
    columns = [
        [
            draw(st.sampled_from(names[role])),
            *(mark.format(cell) if role in MARKED and cell else cell for cell in cells),
        ]
        for role, cells in right.items()
    ]
    others = draw(st.lists(st.sampled_from(names["other"]), max_size=3, unique=True))
    columns += [[name, *(draw(st.sampled_from(names["word"])) for _ in orders)] for name in others]
    in_order = draw(st.permutations(columns))
    wanted = [{role: cells[at] for role, cells in right.items()} for at in range(len(orders))]
    if draw(st.integers(0, 9)) == 0:
        kept = [as_cells(column, right["time"]) for column in in_order]
        told = [{**row, "time": row["time"] + ":00", "value": row["value"].replace(".50", ".5")} for row in wanted]
        return Made(bound(draw, [list(row) for row in zip(*kept, strict=True)], language, True), told)
    rows = [list(row) for row in zip(*in_order, strict=True)]
    return Made(written(draw, rows, language, True), wanted)


def as_cells(column: list[str], times: list[str]) -> list[Cell]:
    """A column as a spreadsheet keeps it: dates as serial days, numbers as numbers."""
    name, *cells = column
    if cells == times:
        return [name, *map(as_serial, cells)]
    return [name, *map(as_number, cells)]


def answered(made: Made, kind: SheetKind) -> Read:
    """The file as it is read when somebody who knows it answers each question by what its buttons show."""
    answers = Answers()
    for _ in range(MOST_QUESTIONS):
        found = read(made.content, kind, answers)
        match found:
            case AskManyCodes():
                answers = Answers(answers.columns, many_codes=False)
            case AskColumn(role=role, columns=columns):
                cells = [row[role] for row in made.rows if row[role]][:3]
                fitting = [column.index for column in columns if list(column.samples[: len(cells)]) == cells]
                assert fitting, (role, columns)
                answers = Answers({**answers.columns, role: fitting[0]}, many_codes=answers.many_codes)
            case AskDayOrder():
                raise AssertionError("days are read later")
            case _:
                return found
    raise AssertionError("questions without end")


@settings(max_examples=400)
@given(codes_file())
def test_any_table_of_codes(made: Made) -> None:
    """The codes come out as the shop wrote them, all of them and nothing else, after at most a few questions."""
    found = answered(made, SheetKind.CODES)

    event(type(found).__name__)
    if isinstance(found, Sheet):
        codes = check_codes(found, POLICY)
        assert codes.bad == ()
        assert [code for _, code in codes.good] == [clean_cell(row["code"]) for row in made.rows]
    else:
        assert isinstance(found, FileUnreadable)


@settings(max_examples=400)
@given(orders_file())
def test_any_table_of_orders(made: Made) -> None:
    """Each cell comes under its role, in the file's order."""
    found = answered(made, SheetKind.ORDERS)

    event(type(found).__name__)
    assert isinstance(found, Sheet | FileUnreadable | FileLacksColumn)
    if isinstance(found, Sheet):
        roles = made.rows[0]
        assert [{role: row.cells.get(role) for role in roles} for row in found.rows] == made.rows


def test_known_names_need_no_question() -> None:
    """With a known header in its language's encoding nothing is asked and nothing refused."""
    for language, names in NAMES.items():
        for name in names["code"]:
            content = f"{names['other'][0]},{name}\n{names['word'][0]},A-1\n{names['word'][1]},A-2\n"
            for encoding in (*ENCODINGS[:5], OLDER[language]):
                assert isinstance(read(content.encode(encoding), SheetKind.CODES), Sheet), (name, encoding)

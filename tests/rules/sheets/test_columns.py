"""Which column is what: by any usual name, below titles and above sums; what stays unclear is asked."""

import pytest

from bot.rules.files import FileEmpty, FileLacksColumn, HeaderUnclear, NumbersShortened
from bot.rules.sheets.sheet import NOWHERE, Answers, AskColumn, AskManyCodes, ColumnShown, Role, Sheet, SheetKind
from tests.rules.sheets.reading import good, orders, read, read_codes

CODE_HEADERS = [
    *("code", "Code", "CODES", "Coupon Code", "coupon_code", "Coupon-Code:", "Discount code"),
    *("Promo Code", "voucher"),
    *(
        "Voucher Code",
        "Gutscheincode",
        "redeem code",
        "쿠폰",
        "쿠폰 코드",
        "쿠폰 번호",
        "쿠폰번호",
        "할인코드",
        "시리얼코드",
    ),
    *(
        "프로모션 코드",
        "优惠码",
        "优惠券码",
        "券码",
        "券号",
        "兑换码",
        "折扣码",
        "卡密",
        "兌換碼",
        "折扣碼",
        "優惠券代碼",
    ),
    *("折價券序號", "ｃｏｄｅ", "\ufeffcode", "co\u200bde", " 쿠폰코드 ", "쿠폰코드(필수)"),
]


@pytest.mark.parametrize("header", CODE_HEADERS)
@pytest.mark.parametrize(
    "around", ["{0}\nA-1\nA-2\n", "no,{0},memo\n1,A-1,x\n2,A-2,x\n", "목록\n\nno,{0}\n1,A-1\n2,A-2\n"]
)
def test_names_of_codes(header: str, around: str) -> None:
    """The column of codes by its usual names, alone, among others, and below a title."""
    assert good(around.format(header)) == ["A-1", "A-2"]


ORDER_HEADERS = [
    "order,code,value,time",
    "Order ID,Coupons,Total,Date",
    "Order Number,Coupon Code,Amount Paid,Paid At",
    "order_no,voucher_code,grand_total,created_at",
    "Order #,Coupon(s),Order Total,Order Date",
    "주문번호,쿠폰코드,결제금액,결제일시",
    "주문 번호,쿠폰번호,총 결제금액(원),주문일시",
    "주문번호,사용쿠폰,실결제금액,결제일",
    "订单编号,优惠码,买家实际支付金额,订单付款时间 ",
    "订单号,优惠券,实付金额(元),支付时间",
    "订单号,券码,订单金额,下单时间",
    "訂單編號,優惠碼,金額,付款時間",
    "訂單號碼,折扣碼,訂單合計,訂單日期",
]


@pytest.mark.parametrize("header", ORDER_HEADERS)
def test_names_of_orders(header: str) -> None:
    """Number, coupon, amount and time by the usual names of platforms, with units in brackets too."""
    found = orders(f"{header}\nA-1001,SALE1,39000,2026-11-02 11:30\n")

    assert found == [{"order": "A-1001", "code": "SALE1", "value": "39000", "time": "2026-11-02 11:30"}]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Order ID,Subtotal,Total,Paid at,Created at", {"value": "3", "time": "4"}),
        ("Order ID,Total,Amount Paid,Created at,Paid at", {"value": "3", "time": "5"}),
        ("주문번호,주문금액,결제금액,결제일시,주문일시", {"value": "3", "time": "4"}),
        ("订单号,总金额,实付金额,下单时间,付款时间", {"value": "3", "time": "5"}),
        ("Order ID,N. Revenue,N. Revenue (formatted),Date,x", {"value": "3", "time": "4"}),
        ("Order ID,Name,Total,Date,Notes", {"value": "3", "time": "4", "note": "5"}),
        (
            "상품주문번호,주문번호,결제금액,결제일시,배송메세지",
            {"item": "1", "order": "2", "value": "3", "time": "4", "note": "5"},
        ),
        (
            "Order ID,Total,Refunded Amount,Date,Discount Amount",
            {"value": "2", "back": "3", "time": "4", "discount": "5"},
        ),
        ("Name,Financial Status,Total,Paid at,Currency", {"order": "1", "value": "3", "time": "4", "currency": "5"}),
    ],
)
def test_what_was_paid_goes_before(header: str, found: dict[str, str]) -> None:
    """Of several amounts and times the surest is taken; lines, notes, refunds and discounts have their own columns."""
    row = orders(f"{header}\n1,2,3,4,5\n")[0]

    assert {role: row.get(role) for role in found} == found


def test_the_currency_of_a_header() -> None:
    """A currency in brackets behind the amount's name is the currency of each row."""
    assert orders("Order ID,Total (USD),Date\nA,1.5,2026-11-02\n")[0]["currency"] == "USD"


@pytest.mark.parametrize(
    ("header", "role", "indices"),
    [
        ("order,code,price,time", Role.VALUE, (2,)),
        ("order,code,subtotal,shipping,time", Role.VALUE, (2, 3)),
        ("order,amount,value,time", Role.VALUE, (1, 2)),
        ("receipt,code,total,time", Role.ORDER, (0,)),
        ("order,code,total,moment", Role.TIME, (3,)),
        ("order,coupon code,discount code,total,time", Role.CODE, (1, 2)),
        ("order,total,time,payment status,order status", Role.STATUS, (3, 4)),
        ("order,total,paid at,payment date", Role.TIME, (2, 3)),
    ],
)
def test_what_is_asked_of_orders(header: str, role: Role, indices: tuple[int, ...]) -> None:
    """A column that no name shows surely, or that several names show, is asked about with its name and first values."""
    names = header.split(",")
    rows = "\n".join(",".join(f"{at}{number}" for at, _ in enumerate(names)) for number in range(4))
    question = read(f"{header}\n{rows}\n", SheetKind.ORDERS)

    assert isinstance(question, AskColumn)
    shown = [ColumnShown(at, names[at], (f"{at}0", f"{at}1", f"{at}2")) for at in indices]
    assert (question.role, question.columns) == (role, tuple(shown))
    assert question.can_lack is (role in {Role.CODE, Role.STATUS})
    answered = read(f"{header}\n{rows}\n", SheetKind.ORDERS, Answers({role: indices[-1]}))
    assert isinstance(answered, Sheet)
    assert answered.rows[0].cells[role] == f"{indices[-1]}0"
    assert answered.shape == question.shape


def test_orders_without_a_header() -> None:
    """No column is taken by where it stands: number, amount, time and coupon are asked one after the other."""
    content, answers = "SALE1,A-1,39000,2026-11-02\nSALE2,A-2,25000,2026-11-03\n", dict[str, int]()
    for role, index in ((Role.ORDER, 1), (Role.VALUE, 2), (Role.TIME, 3), (Role.CODE, 0)):
        question = read(content, SheetKind.ORDERS, Answers(answers))
        assert isinstance(question, AskColumn)
        assert question.role is role
        answers[role] = index

    row = orders(content, Answers(answers))[0]

    assert row == {"code": "SALE1", "order": "A-1", "value": "39000", "time": "2026-11-02"}
    assert "code" not in orders(content, Answers(answers | {"code": NOWHERE}))[0]


def test_none_of_these() -> None:
    """A needed column that the file doesn't have is said; nothing is made up for it."""
    content = "order,code,price,time\nA,B,1,2\n"

    assert read(content, SheetKind.ORDERS, Answers({"value": NOWHERE})) == FileLacksColumn(Role.VALUE)


@pytest.mark.parametrize("index", [99, -7, 2**40])
def test_answers_that_fit_no_column(index: int) -> None:
    """An answer about another file, or a forged one, is asked again."""
    content = "order,code,price,time\nA,B,1,2\n"

    assert read(content, SheetKind.ORDERS, Answers({"value": index})) == read(content, SheetKind.ORDERS)


def test_states_are_known_by_their_words() -> None:
    """A column of states under an unknown name is found, so that cancelled orders don't count."""
    row = orders("order,total,time,처리\nA,1,2,결제완료\nB,1,2,취소완료\n")[1]

    assert row["status"] == "취소완료"


SUMS = ["합계,,64000,", "총계:,,64000,", "Total,,64000,", "合计,,64000,", ",,,\n합계,,64000,"]


@pytest.mark.parametrize("last", SUMS)
def test_sums_and_repeated_headers(last: str) -> None:
    """Sums below the data and headers that are repeated on each page are no orders."""
    header = "주문번호,쿠폰코드,결제금액,결제일시"
    content = f"{header}\nA-1,,39000,2026-11-02\n{header}\nA-2,,25000,2026-11-02\n{last}\n"

    assert [row["order"] for row in orders(content)] == ["A-1", "A-2"]


@pytest.mark.parametrize(
    ("content", "left"),
    [
        ("code,status\nA-1,Active\nA-2,Expired\nA-3,disabled\nA-4,REDEEMED\n", (1, 1, 1)),
        ("쿠폰번호,상태\nA-1,미사용\nA-2,기간만료\nA-3,사용중지\nA-4,사용완료\n", (1, 1, 1)),
        ("券号,使用状态\nA-1,未使用\nA-2,已过期\nA-3,已作废\nA-4,已使用\n", (1, 1, 1)),
        ("兌換碼,狀態\nA-1,未兌換\nA-2,已過期\nA-3,已作廢\nA-4,已兌換\n", (1, 1, 1)),
        ("code,used\nA-1,no\nA-2,yes\nA-3,TRUE\nA-4,1\n", (3, 0, 0)),
        ("쿠폰번호,사용여부\nA-1,N\nA-2,Y\nA-3,사용\nA-4,O\n", (3, 0, 0)),
        ("券码,是否使用\nA-1,否\nA-2,是\nA-3,是\nA-4,是\n", (3, 0, 0)),
        ("code,usage_count,usage_limit\nA-1,0,1\nA-2,1,1\nA-3,5,3\nA-4,2,2\n", (3, 0, 0)),
        ("쿠폰번호,사용횟수\nA-1,0\nA-2,1\nA-3,2\nA-4,3\n", (3, 0, 0)),
        ("쿠폰번호,발급상태,사용여부\nA-1,미발급,N\nA-2,발급완료,N\nA-3,미발급,Y\nA-4,발급완료,Y\n", (3, 0, 0)),
        ("post_title,post_status,coupon_amount\nA-1,publish,1\nA-2,draft,1\nA-3,trash,1\nA-4,pending,1\n", (0, 0, 3)),
        ("code,expiry_date\nA-1,2026-12-31\nA-2,2026-10-31\nA-3,2026/11/1\nA-4,2025년 1월 2일\n", (0, 3, 0)),
        (
            "쿠폰번호,유효기간\nA-1,2026.10.01 ~ 2026.11.02\nA-2,2026.1.1~2026.11.1\nA-3,2020-01-01\nA-4,2026-9-9\n",
            (0, 3, 0),
        ),
        ("code,무엇\nA-1,미사용\nA-2,사용완료\nA-3,만료\nA-4,취소\n", (1, 1, 1)),
    ],
)
def test_codes_that_are_left_out(content: str, left: tuple[int, int, int]) -> None:
    """Used, expired and disabled codes by their status, by counts of uses, by yes and no, by their last day."""
    codes = read_codes(content)

    assert [code for _, code in codes.good] == ["A-1"]
    assert (codes.used, codes.expired, codes.disabled) == left


def test_a_code_of_many_uses_stays() -> None:
    """A code that may be used without limit, or more often than it was, can be handed out."""
    assert good("code,usage_count,usage_limit\nA-1,5,\nA-2,5,0\nA-3,5,9\n") == ["A-1", "A-2", "A-3"]


@pytest.mark.parametrize(
    "content",
    [
        "batch,serial\nB1,A-1\nB2,A-2\n",
        "쿠폰명,관리코드\n실크,A-1\n실크,A-2\n",
        "coupon code,discount code\nA-1,B-1\nA-2,B-2\n",
        "code,code\nA-1,B-1\nA-2,B-2\n",
        "A-1,SKU-1,x y\nA-2,SKU-2,x y\n",
        "name,n\nA-1,1\nA-2,2\n",
        "WELCOME,a\nSILK20,b\nSILK30,c\n",
    ],
)
def test_unclear_columns_of_codes_are_asked_about(content: str) -> None:
    """No known name, or several, or several columns that could be codes: no column becomes stock unasked."""
    question = read(content, SheetKind.CODES)

    assert isinstance(question, AskColumn)
    assert (question.role, question.can_lack) == (Role.CODE, False)


@pytest.mark.parametrize(
    "content",
    [
        "SILK-1,실크 스카프,2026-12-31\nSILK-2,실크 스카프,2026-12-31\n",
        "1,SILK-1,39000\n2,SILK-2,39000\n",
        "https://x.example/?c=SILK-1,SILK-1\nhttps://x.example/?c=SILK-2,SILK-2\n",
        "SILK-1\nSILK-2\n",
        "SILK-1,\nSILK-2,\n",
    ],
)
def test_the_only_column_that_can_be_codes(content: str) -> None:
    """Without a header, codes are found where no other column could be any."""
    assert good(content) == ["SILK-1", "SILK-2"]


def test_a_first_line_that_may_be_a_code() -> None:
    """One word above codes of another kind may be a header or a code: the reader says which."""
    content = "WELCOME\nSILK20\nSILK30\n"
    question = read(content, SheetKind.CODES)

    assert isinstance(question, AskColumn)
    header, code = question.columns
    assert (header.name, header.samples) == ("WELCOME", ("SILK20", "SILK30"))
    assert (code.name, code.samples) == ("", ("WELCOME", "SILK20"))
    assert good(content, Answers({"code": header.index})) == ["SILK20", "SILK30"]
    assert good(content, Answers({"code": code.index})) == ["WELCOME", "SILK20", "SILK30"]


def test_the_same_among_several_columns() -> None:
    """The column is asked first, and then whether its first cell is a code."""
    content = "WELCOME,a\nSILK20,b\nSILK30,c\n"
    question = read(content, SheetKind.CODES, Answers({"code": 0}))

    assert isinstance(question, AskColumn)
    assert [column.index for column in question.columns] == [2, 4]
    assert good(content, Answers({"code": 2})) == ["SILK20", "SILK30"]
    assert good(content, Answers({"code": 4})) == ["WELCOME", "SILK20", "SILK30"]


@pytest.mark.parametrize("header", ["할인권", "礼遇编码", "Silk codes", "gåva"])
def test_an_unknown_header_that_is_no_code(header: str) -> None:
    """In a file of one column, other letters or a blank show that the first line is a header."""
    assert good(f"{header}\nSILK-1\nSILK-2\n") == ["SILK-1", "SILK-2"]


@pytest.mark.parametrize(
    "content",
    [
        "code\nSILK-0001 SILK-0002\nSILK-0003 SILK-0004\n",
        "SILK-0001 SILK-0002 SILK-0003 SILK-0004\n",
        "code\nSILK-0001,SILK-0002\nSILK-0003,SILK-0004\n",
        "SILK-0001,SILK-0002\nSILK-0003,SILK-0004\n",
        "SILK-0001、SILK-0002、SILK-0003、SILK-0004\n",
        'code\n"SILK-0001, SILK-0002"\n"SILK-0003, SILK-0004"\n',
    ],
)
def test_several_codes_in_a_line(content: str) -> None:
    """Codes beside each other in one line, or in one cell, are asked about; no code is lost silently."""
    question = read(content, SheetKind.CODES)

    assert isinstance(question, AskManyCodes)
    assert question.codes == 4
    assert good(content, Answers(many_codes=True)) == [f"SILK-000{number}" for number in range(1, 5)]


def test_names_below_data() -> None:
    """A line of names below codes: either can be the mistake, so nothing is taken."""
    assert read("SILK-1\nSILK-2\ncode\nSILK-3\n", SheetKind.CODES) == HeaderUnclear(3, 1)


@pytest.mark.parametrize("content", ["", "\n\n", "code\n", "쿠폰 목록\n\n쿠폰코드,상태\n", ",,\n,,\n"])
def test_empty_files(content: str) -> None:
    """A header without rows is an empty file, not a code."""
    assert read(content, SheetKind.CODES) == FileEmpty()


@pytest.mark.parametrize(
    ("cells", "text", "count"),
    [
        (["2.02611E+14", "A-1"], "2.02611E+14", 1),
        (["2,02611e+14"], "2,02611e+14", 1),
        (["2026110212345670000", "2026110212345680000"], "2026110212345670000", 2),
    ],
)
def test_lost_digits(cells: list[str], text: str, count: int) -> None:
    """Scientific notation, and long numbers that all end in noughts, were rounded by a spreadsheet."""
    content = "code\n" + "\n".join(f'"{cell}"' for cell in cells)

    assert read(content, SheetKind.CODES) == NumbersShortened(2, text, count)


@pytest.mark.parametrize("code", ["1E10", "2E+5X", "20261102123456789012", "5E-12", "12E4"])
def test_codes_that_only_look_shortened(code: str) -> None:
    """Codes with an E between digits, and long numbers with all their digits, are codes."""
    assert good(f"code\n{code}\n") == [code]


def test_shapes() -> None:
    """Files of one header share a shape, whatever their rows, case and titles; others have their own."""
    shapes = [
        getattr(read(content, SheetKind.ORDERS), "shape", None)
        for content in (
            "Order,Code,price,Time\nA,B,1,2\n",
            "title\norder, code ,PRICE,time\nX,Y,3,4\nX,Y,3,4\n",
            "order,code,price,time,x\nA,B,1,2,3\n",
            "A,B,1,2\n",
            "A,B,1,2,3\n",
        )
    ]

    assert shapes[0] == shapes[1]
    assert len({*shapes}) == 4
    assert None not in shapes

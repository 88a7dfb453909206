"""Dates and hours in columns of their own, and columns about refunds."""

import pytest

from bot.rules.sheets.sheet import AskColumn, Role, SheetKind
from tests.rules.sheets.reading import orders, read


@pytest.mark.parametrize(
    ("names", "cells", "joined"),
    [
        ("결제일,결제시간", "2026-11-02,11:30", "2026-11-02 11:30"),
        ("결제시각,결제날짜", "오후 1:30:00,2026. 11. 2.", "2026. 11. 2. 오후 1:30:00"),
        ("付款日期,付款时间", "2026/11/2,11:30:05", "2026/11/2 11:30:05"),
        ("付款日期,付款時間", "2026年11月2日,下午1點30分", "2026年11月2日 下午1點30分"),
        ("Date,Time", "11/2/2026,1:30 PM", "11/2/2026 1:30 PM"),
        ("Order Date,Time", "Nov 2 2026,13:30", "Nov 2 2026 13:30"),
        ("Payment date,Payment time", "20261102,13:30", "2026-11-02 13:30"),
        ("Date,Time", "46328,0.5625", "2026-11-02 13:30:00"),
        ("日期,时间", "2026-11-02 00:00:00,13:30:00", "2026-11-02 13:30:00"),
        ("결제일,시간", "2026-11-02,", "2026-11-02"),
    ],
)
def test_a_date_and_an_hour_in_two_columns(names: str, cells: str, joined: str) -> None:
    """Where one column has dates and the other hours they are joined; a line without an hour keeps its date."""
    whole = f"{cells}11:30" if cells.endswith(",") else cells
    rows = orders(f"order,value,code,{names}\nA-1,3,C1,{cells}\nA-2,3,C2,{whole}\n")
    assert rows[0]["time"] == joined


@pytest.mark.parametrize(
    ("names", "cells", "time"),
    [
        ("결제일,주문시간", "2026-11-02,11:30", "2026-11-02"),
        ("결제일시,날짜,시간", "2026-11-02 11:30,2026-11-01,09:00", "2026-11-02 11:30"),
        ("Paid at,Time", "2026-11-02 11:30,09:00", "2026-11-02 11:30"),
    ],
)
def test_a_date_and_an_hour_that_are_no_pair(names: str, cells: str, time: str) -> None:
    """An hour of ordering doesn't belong to a date of payment; a column with the whole instant needs no other."""
    [row] = orders(f"order,value,code,{names}\nA-1,3,C1,{cells}\n")
    assert row["time"] == time


def test_two_whole_times_are_asked_about() -> None:
    """Two columns of one name's rank that both tell dates are asked about as before."""
    content = "order,value,code,결제일,결제일시\nA-1,3,C1,2026-11-02,2026-11-02 11:30\n"
    found = read(content, SheetKind.ORDERS)
    assert isinstance(found, AskColumn)
    assert found.role is Role.TIME


@pytest.mark.parametrize(
    ("names", "cells", "told"),
    [
        ("주문상태,클레임상태", "배송완료,반품완료", "반품완료"),
        ("订单状态,退款状态", "交易成功,退款成功", "退款成功"),
        ("訂單狀態,退款狀態", "已完成,已退款", "已退款"),
        ("Status,Refund status", "paid,refunded", "refunded"),
        ("주문상태,취소/반품 상태", "배송중,취소완료", "취소완료"),
        ("주문상태,취소상태,반품상태", "배송중,,반품완료", "반품완료"),
    ],
)
def test_columns_about_refunds(names: str, cells: str, told: str) -> None:
    """They stand beside the order's status and are no second one."""
    [row] = orders(f"order,value,code,time,{names}\nA-1,3,C1,2026-11-02 11:30,{cells}\n")
    assert (row["status"], row["refund_status"]) == (cells.partition(",")[0], told)

"""Words of status columns: the usual ones of the platforms, in three languages; others are never guessed."""

import pytest

from bot.rules.orders import refund_statuses, statuses
from bot.rules.orders.refund_statuses import UnknownWordError, refund_standing_of, with_refund
from bot.rules.orders.statuses import Standing, standing_of

TABLE = {
    Standing.PAID: """paid PAID Completed processing fulfilled wc-completed wc-processing shipped Delivered
        결제완료 배송중 배송완료 구매확정 상품준비중 교환완료
        交易成功 买家已付款 卖家已发货 已付款 已完成 已出貨 買家已付款""",
    Standing.UNPAID: "pending on-hold wc-on-hold authorized unpaid 입금대기 결제대기 미결제 等待买家付款 待付款 未付款",
    Standing.UNDECIDED: "취소요청 반품요청 반품수거중 退款中 申请退款 退貨中",
    Standing.REFUNDED: "refunded Returned wc-refunded 반품완료 환불완료 退款成功 已退款 已退貨",
    Standing.PARTLY_REFUNDED: "partially_refunded partially-refunded 부분환불 部分退款",
    Standing.CANCELLED: "cancelled canceled wc-cancelled voided failed 취소완료 주문취소 交易关闭 交易關閉 已取消",
}


@pytest.mark.parametrize(
    ("word", "standing"), [(word, standing) for standing, words in TABLE.items() for word in words.split()]
)
def test_words(word: str, standing: Standing) -> None:
    """Each is told apart, whatever its case, its blanks and the marks between its words."""
    assert standing_of(word) is standing
    assert standing_of(f" {word.upper()} ") is standing


@pytest.mark.parametrize(
    ("word", "standing"),
    [
        ("결제 완료", Standing.PAID),
        ("买家已付款,等待卖家发货", Standing.PAID),
        ("Partially Refunded", Standing.PARTLY_REFUNDED),
        ("Pending payment", Standing.UNPAID),
        ("ｐａｉｄ", Standing.PAID),
    ],
)
def test_words_with_blanks(word: str, standing: Standing) -> None:
    """Words of several parts, and full-width ones."""
    assert standing_of(word) is standing


@pytest.mark.parametrize("word", ["", "?", "partially paid", "주문완료", "주문접수", "处理中", "unfulfilled", "0"])
def test_other_words(word: str) -> None:
    """A word that could mean paid and not paid, or that nobody knows, means nothing."""
    assert standing_of(word) is None


def test_no_word_means_two_things() -> None:
    """Each word stands in one list only."""
    lists = [getattr(statuses, standing.name) for standing in Standing]
    words = [{word.strip() for line in text.strip().splitlines() for word in line.split("|")} for text in lists]
    assert sum(map(len, words)) == len(set[str]().union(*words))
    assert all(standing_of(word) is standing for standing, some in zip(Standing, words, strict=True) for word in some)


OF_REFUNDS = {
    None: "- 없음 无",
    Standing.PAID: "정상 취소철회 반품거부 교환완료 未申请退款 没有申请退款 退款关闭 已拒绝 rejected no N 否 아니오",
    Standing.REFUNDED: "환불완료 반품완료 退款成功 已退款 退款完成 完成 completed success refunded yes Y 是 예",
    Standing.PARTLY_REFUNDED: "부분환불 部分退款 partial partially_refunded",
    Standing.UNDECIDED: "취소요청 반품수거중 退款中 退款待处理 处理中 requested pending approved 處理中",
    Standing.CANCELLED: "취소완료 판매취소 订单已取消",
}


@pytest.mark.parametrize(
    ("word", "standing"), [(word, standing) for standing, words in OF_REFUNDS.items() for word in words.split()]
)
def test_words_of_refunds(word: str, standing: Standing | None) -> None:
    """In a column about refunds *completed* means that the money went back, and *rejected* that the order stands."""
    assert refund_standing_of(word) is standing


@pytest.mark.parametrize("word", ["cancelled", "취소", "已取消", "결제완료", "paid", "shipped", "?", "2026-11-02"])
def test_other_words_of_refunds(word: str) -> None:
    """The refund was cancelled, or the order: such a word and an unknown one are named, never guessed."""
    with pytest.raises(UnknownWordError) as raised:
        refund_standing_of(f"없음\n{word}")
    assert raised.value.word == word


@pytest.mark.parametrize(
    ("cell", "standing"),
    [
        ("취소철회\n반품완료", Standing.REFUNDED),
        ("취소완료\n-", Standing.CANCELLED),
        ("취소완료\n반품요청", Standing.UNDECIDED),
        ("退款成功\n部分退款", Standing.PARTLY_REFUNDED),
        ("", None),
    ],
)
def test_several_columns_about_refunds(cell: str, standing: Standing | None) -> None:
    """Of several columns the one counts that says most."""
    assert refund_standing_of(cell) is standing


@pytest.mark.parametrize(
    ("status", "refund", "sum_told", "joined"),
    [
        (Standing.PAID, None, False, Standing.PAID),
        (Standing.PAID, Standing.PAID, False, Standing.PAID),
        (Standing.PAID, Standing.REFUNDED, False, Standing.REFUNDED),
        (Standing.PAID, Standing.REFUNDED, True, Standing.PAID),
        (Standing.PAID, Standing.PARTLY_REFUNDED, False, Standing.PARTLY_REFUNDED),
        (Standing.PAID, Standing.UNDECIDED, True, Standing.UNDECIDED),
        (Standing.PAID, Standing.CANCELLED, True, Standing.CANCELLED),
        (Standing.UNPAID, Standing.CANCELLED, False, Standing.CANCELLED),
        (Standing.UNPAID, Standing.UNDECIDED, False, Standing.UNPAID),
        (Standing.REFUNDED, Standing.UNDECIDED, False, Standing.REFUNDED),
        (Standing.CANCELLED, Standing.REFUNDED, False, Standing.CANCELLED),
        (Standing.PARTLY_REFUNDED, Standing.UNDECIDED, False, Standing.PARTLY_REFUNDED),
        (Standing.UNDECIDED, Standing.REFUNDED, False, Standing.REFUNDED),
        (None, Standing.PAID, False, None),
        (None, Standing.REFUNDED, False, Standing.REFUNDED),
    ],
)
def test_both_statuses(
    status: Standing | None, refund: Standing | None, sum_told: bool, joined: Standing | None
) -> None:
    """What the column about refunds adds to an order's own status; a told sum says itself how much went back."""
    assert with_refund(status, refund, sum_told=sum_told) is joined


def test_no_word_of_refunds_means_two_things() -> None:
    """Each word of a column about refunds stands in one list only."""
    names = ("STANDS", "BACK", "PARTLY", "WAITING", "CALLED_OFF", "REFUNDED", "PARTLY_REFUNDED", "UNDECIDED")
    lists = [getattr(refund_statuses, name) for name in names]
    words = [{statuses.status_key(word) for line in text.splitlines() for word in line.split("|")} for text in lists]
    words = [some - {""} for some in words]
    assert sum(map(len, words)) == len(set[str]().union(*words))

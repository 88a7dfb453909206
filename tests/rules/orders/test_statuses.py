"""Words of status columns: the usual ones of the platforms, in three languages; others are never guessed."""

import pytest

from bot.rules.orders import statuses
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

"""What the words in a column about refunds mean, which stands beside the order's status: a closed list.

*Completed* there means that the money went back, so the words of an order's status don't hold. A bare *cancelled* is on
no list: the order was cancelled, or the refund of it.
"""

from functools import lru_cache

from bot.rules.orders.blanks import is_blank
from bot.rules.orders.statuses import PARTLY_REFUNDED, REFUNDED, UNDECIDED, Standing, list_meanings, status_key

STANDS = """
    no refund | not refunded | no refunds | no return | no claim | none | no | n | false | 0 | normal | ok
    refund rejected | refund declined | refund denied | refund failed | refund cancelled | refund canceled
    refund closed | refund withdrawn | return rejected | return declined | return cancelled | return canceled
    return closed | rejected | declined | denied | failed | closed | withdrawn | exchange requested
    exchange completed | exchanged | 없음 | 해당없음 | 정상 | 아니오 | 아니요 | 미환불 | 미취소 | 취소철회
    취소철회완료 | 취소거부 | 취소반려 | 취소불가 | 반품철회 | 반품철회완료 | 반품거부 | 반품반려 | 반품불가
    환불철회 | 환불거부 | 환불반려 | 환불불가 | 철회 | 철회완료 | 거부 | 반려 | 교환요청 | 교환신청 | 교환접수
    교환중 | 교환처리중 | 교환수거중 | 교환재배송중 | 교환완료 | 교환철회 | 교환거부 | 无 | 無 | 否 | 正常
    无退款 | 无售后 | 未退款 | 未退货 | 未申请 | 未申请退款 | 没有申请退款 | 没有退款 | 无退款申请 | 没有售后
    暂无售后 | 退款关闭 | 退款已关闭 | 退货关闭 | 售后关闭 | 售后已关闭 | 退款失败 | 退款拒绝 | 拒绝退款
    商家拒绝 | 卖家拒绝退款 | 已拒绝 | 拒绝 | 撤销退款 | 撤销 | 已撤销 | 退款撤销 | 换货中 | 换货成功 | 换货完成
    無退款 | 無售後 | 未退貨 | 未申請 | 未申請退款 | 沒有申請退款 | 退款關閉 | 退款已關閉 | 售後關閉 | 退款失敗
    拒絕退款 | 已拒絕 | 拒絕 | 撤銷 | 已撤銷 | 換貨中 | 換貨完成
"""
BACK = """
    yes | y | true | 1 | done | complete | completed | success | successful | succeeded | full | fully
    full refund | total refund | 예 | 네 | 완료 | 처리완료 | 전체환불 | 是 | 成功 | 完成 | 已完成 | 退款已完成
    仅退款成功 | 已退
"""
PARTLY = "partial | partly | partially | 일부환불 | 일부취소 | 일부반품 | 部分 | 部分已退款 | 部分退货退款"
WAITING = """
    requested | pending | processing | in progress | in review | under review | open | waiting | approved
    accepted | submitted | 요청 | 신청 | 접수 | 대기 | 대기중 | 처리중 | 진행중 | 보류 | 승인 | 승인완료
    취소승인 | 반품승인 | 환불승인 | 환불예정 | 반품수거 | 반품수거지시 | 수거지시 | 반품입고 | 검수중 | 申请中
    处理中 | 进行中 | 待处理 | 审核中 | 待审核 | 退款待处理 | 退款审核中 | 等待卖家同意
    买家已申请退款等待卖家同意 | 卖家已同意等待买家退货 | 买家已退货等待卖家确认收货 | 待卖家处理 | 待买家退货
    待商家处理 | 待商家收货 | 售后处理中 | 同意退款 | 申請中 | 處理中 | 進行中 | 待處理 | 審核中 | 售後處理中
    售後中
"""
CALLED_OFF = """
    order cancelled | order canceled | cancellation completed | cancel completed | cancelled by seller
    cancelled by buyer | 취소완료 | 주문취소완료 | 판매취소 | 품절취소 | 직권취소 | 관리자취소 | 订单已取消
    訂單已取消
"""
_MEANS = list_meanings(
    {
        Standing.PAID: STANDS,
        Standing.REFUNDED: f"{REFUNDED} | {BACK}",
        Standing.PARTLY_REFUNDED: f"{PARTLY_REFUNDED} | {PARTLY}",
        Standing.UNDECIDED: f"{UNDECIDED} | {WAITING}",
        Standing.CANCELLED: CALLED_OFF,
    }
)
_HEAVIEST_FIRST = (
    *(Standing.PARTLY_REFUNDED, Standing.UNDECIDED, Standing.REFUNDED),
    *(Standing.CANCELLED, Standing.PAID),
)


class UnknownWordError(ValueError):
    """A word isn't on the list."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def refund_standing_of(cell: str) -> Standing | None:
    """What a cell says about refunds; of several lines in it, the one that says most. None: it says nothing.

    `PAID` means that the order stands: no refund was asked for, or it was refused, or goods were exchanged.

    Raises:
        UnknownWordError: a word isn't on the list.
    """
    words = [word.strip() for word in cell.splitlines() if not is_blank(word)]
    told = {_standing_of(word) for word in words}
    return next((standing for standing in _HEAVIEST_FIRST if standing in told), None)


def with_refund(standing: Standing | None, refund: Standing | None, *, sum_told: bool) -> Standing | None:
    """The status of a line by the order's own status and by what the column about refunds says.

    `sum_told`: the line tells how much went back, so that it decides, and not that anything did.
    """
    if refund in {None, Standing.PAID} or standing in {Standing.REFUNDED, Standing.CANCELLED}:
        return standing
    if refund is Standing.UNDECIDED and standing in {Standing.UNPAID, Standing.PARTLY_REFUNDED}:
        return standing
    if refund in {Standing.REFUNDED, Standing.PARTLY_REFUNDED} and sum_told:
        return standing
    return refund


@lru_cache(maxsize=256)
def _standing_of(word: str) -> Standing:
    found = _MEANS.get(status_key(word))
    if found is None:
        raise UnknownWordError(word)
    return found

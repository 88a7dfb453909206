"""What the words in a status column mean: a closed list in three languages. An unknown word is never guessed."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from unicodedata import normalize


class Standing(StrEnum):
    """What a status says about an order's money."""

    PAID = "paid"
    UNPAID = "unpaid"
    """Not paid yet."""
    UNDECIDED = "undecided"
    """Somebody asked for the money back, and it isn't settled whether they get it."""
    REFUNDED = "refunded"
    PARTLY_REFUNDED = "partly_refunded"
    CANCELLED = "cancelled"


PAID = """
    paid | payment received | payment completed | payment complete | payment accepted | payment confirmed | captured
    settled | succeeded | success | successful | completed | complete | order completed | processing | approved
    fulfilled | partially fulfilled | shipped | partially shipped | shipping | ready to ship | ready for shipment
    awaiting shipment | awaiting fulfillment | awaiting pickup | dispatched | in transit | out for delivery
    delivered | received | to ship | to receive | exchanged | 결제완료 | 결제됨 | 결제확인 | 결제성공 | 지불완료
    입금완료 | 입금확인 | 신규주문 | 주문확인 | 발주확인 | 발송대기 | 발송준비 | 발송준비중 | 발송완료 | 발송처리
    상품준비 | 상품준비중 | 배송준비 | 배송준비중 | 배송대기 | 배송지시 | 배송보류 | 배송시작 | 배송중 | 배송완료
    부분배송 | 부분배송완료 | 출고대기 | 출고준비 | 출고완료 | 집화완료 | 수령완료 | 수취완료 | 수취확인 | 구매확정
    구매결정 | 거래완료 | 주문처리완료 | 정산완료 | 교환요청 | 교환신청 | 교환중 | 교환처리중 | 교환완료 | 交易成功
    交易完成 | 买家已付款 | 买家已付款等待卖家发货 | 买家已付款，等待卖家发货 | 卖家已发货 | 卖家已发货等待买家确认
    卖家已发货，等待买家确认 | 卖家部分发货 | 等待卖家发货 | 等待买家确认收货 | 已付款 | 已付款待发货
    已付款，待发货 | 已支付 | 已收款 | 付款成功 | 付款完成 | 支付成功 | 支付完成 | 待发货 | 待出库 | 备货中 | 已出库
    已发货 | 部分发货 | 配送中 | 运输中 | 派送中 | 已送达 | 待收货 | 已签收 | 已收货 | 确认收货 | 已确认收货
    待评价 | 已评价 | 完成 | 已完成 | 订单完成 | 订单已完成 | 換貨中 | 换货中 | 換貨完成 | 换货完成 | 買家已付款
    賣家已出貨 | 賣家已發貨 | 收款成功 | 待出貨 | 備貨中 | 已出貨 | 部分出貨 | 出貨中 | 運送中 | 已送達 | 待收貨
    已簽收 | 已收貨 | 確認收貨 | 訂單完成 | 訂單已完成 | 已取貨 | 待取貨
"""
UNPAID = """
    unpaid | not paid | pending | pending payment | payment pending | awaiting payment | waiting for payment
    on hold | authorized | authorised | draft | checkout draft | incomplete | invoiced | to pay | 입금대기
    입금대기중 | 입금전 | 입금예정 | 무통장입금대기 | 가상계좌발급 | 미입금 | 미결제 | 결제대기 | 결제대기중
    결제전 | 결제예정 | 等待买家付款 | 等待付款 | 待付款 | 待支付 | 未付款 | 未支付 | 待买家付款 | 等待買家付款
    待買家付款 | 尚未付款 | 尚未支付
"""
UNDECIDED = """
    refund requested | refund pending | refund in progress | return requested | return in progress | returning
    cancellation requested | cancel requested | pending cancellation | disputed | in dispute | 취소요청 | 취소신청
    취소접수 | 취소중 | 취소처리중 | 반품요청 | 반품신청 | 반품접수 | 반품중 | 반품처리중 | 반품수거중
    반품수거완료 | 수거중 | 수거완료 | 환불요청 | 환불신청 | 환불접수 | 환불대기 | 환불중 | 환불처리중 | 환불보류
    반품보류 | 退款中 | 退货中 | 退款申请中 | 退货申请中 | 申请退款 | 申请退货 | 退款处理中 | 退货退款中 | 待退款
    待退货 | 维权中 | 售后中 | 退貨中 | 退款申請中 | 退貨申請中 | 申請退款 | 申請退貨 | 退款處理中 | 退貨退款中
    待退貨 | 申请取消 | 申請取消 | 取消中
"""
REFUNDED = """
    refunded | fully refunded | refund completed | refund complete | returned | return completed | return complete
    return received | charged back | chargeback | reversed | 환불 | 환불됨 | 환불완료 | 전액환불 | 반품 | 반품됨
    반품완료 | 반품환불완료 | 결제취소 | 결제취소완료 | 退款 | 退款成功 | 退款完成 | 已退款 | 全额退款 | 已全额退款
    退货 | 退货成功 | 退货完成 | 已退货 | 退货退款成功 | 已退货退款 | 已退貨 | 退貨 | 退貨完成 | 退貨成功 | 全額退款
    已全額退款 | 已退貨退款
"""
PARTLY_REFUNDED = """
    partially refunded | partial refund | partly refunded | partially returned | partial return | 부분환불
    부분환불완료 | 부분반품 | 부분반품완료 | 부분취소 | 부분취소완료 | 部分退款 | 部分退款成功 | 已部分退款
    部分退货 | 部分退貨 | 部分取消
"""
CANCELLED = """
    cancelled | canceled | order cancelled | order canceled | cancellation completed | voided | void | failed
    payment failed | declined | rejected | expired | abandoned | trash | 취소 | 취소됨 | 취소완료 | 주문취소
    주문취소완료 | 입금전취소 | 입금전취소완료 | 미입금취소 | 미결제취소 | 판매취소 | 판매자취소 | 구매자취소
    관리자취소 | 직권취소 | 품절취소 | 자동취소 | 결제실패 | 결제오류 | 주문실패 | 交易关闭 | 交易已关闭 | 已取消
    取消 | 已关闭 | 关闭 | 订单取消 | 订单已取消 | 订单关闭 | 订单已关闭 | 买家取消 | 卖家取消 | 付款失败 | 支付失败
    已失效 | 已作废 | 交易關閉 | 已關閉 | 訂單取消 | 訂單已取消 | 訂單關閉 | 付款失敗 | 支付失敗 | 已作廢
"""


def status_key(text: str) -> str:
    """A status as it is compared: without case, width, blanks and the marks between its words."""
    plain = normalize("NFKC", text).casefold().strip().removeprefix("wc-")
    return "".join(sign for sign in plain if sign.isalnum())


def list_meanings(words: Mapping[Standing, str]) -> dict[str, Standing]:
    """Word → meaning, of lists whose words stand between bars and line breaks."""
    return {
        status_key(word): standing
        for standing, listed in words.items()
        for line in listed.strip().splitlines()
        for word in line.split("|")
        if word.strip()
    }


_MEANS = list_meanings(
    {
        Standing.PAID: PAID,
        Standing.UNPAID: UNPAID,
        Standing.UNDECIDED: UNDECIDED,
        Standing.REFUNDED: REFUNDED,
        Standing.PARTLY_REFUNDED: PARTLY_REFUNDED,
        Standing.CANCELLED: CANCELLED,
    }
)


@lru_cache(maxsize=256)
def standing_of(text: str) -> Standing | None:
    """What a status says about the order's money; None if the word isn't on the list."""
    return _MEANS.get(status_key(text))

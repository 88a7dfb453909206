"""What platforms call the columns of their files, in Korean, Chinese (both scripts) and English.

Each role has *ranks* of names. A column of an earlier rank is surely meant before one of a later rank: what was paid
comes before the total, and the total before any other amount. Two columns of one rank are asked about. Names that could
mean something else, such as *price* or *subtotal*, are left out, so that they are asked about too. Names stand here as
`cells.name_key` makes them: without blanks and signs, in lower case.
"""

from collections.abc import Mapping

from bot.rules.sheets.member_names import MEMBER_NAMES
from bot.rules.sheets.sheet import Role, SheetKind

Ranks = tuple[tuple[str, ...], ...]

CODE_NAMES = (
    (
        *("couponcode", "couponcodes", "couponnumber", "couponno", "discountcode", "discountcodes", "promocode"),
        *("promocodes", "promotioncode", "promotionalcode", "vouchercode", "vouchercodes", "redeemcode"),
        *("redemptioncode", "giftcode", "gutscheincode", "gutscheincodes", "couponserial"),
        *(
            "쿠폰코드",
            "쿠폰번호",
            "쿠폰시리얼",
            "쿠폰시리얼번호",
            "쿠폰일련번호",
            "할인코드",
            "프로모션코드",
            "프로모코드",
        ),
        *(
            "할인쿠폰코드",
            "상품권코드",
            "교환코드",
            "교환권번호",
            "사용쿠폰코드",
            "쿠폰코드번호",
            "바우처코드",
            "난수번호",
        ),
        *("优惠码", "优惠券码", "优惠代码", "优惠券代码", "兑换码", "券码", "折扣码", "折扣代码"),
        *("促销码", "促销代码"),
        *("卡券码", "卡券号", "核销码", "优惠券编码", "优惠券编号", "优惠券号", "兑换券码", "卡密"),
        *("礼品码", "激活码"),
        *(
            "優惠碼",
            "優惠券碼",
            "優惠代碼",
            "優惠券代碼",
            "兌換碼",
            "券碼",
            "折扣碼",
            "折扣代碼",
            "促銷碼",
            "折價券代碼",
        ),
        *(
            "折價券序號",
            "優惠券序號",
            "優惠券編號",
            "優惠序號",
            "兌換序號",
            "折價碼",
            "折扣券代碼",
            "電子券碼",
            "優惠碼代碼",
        ),
    ),
    (
        *("code", "codes", "coupon", "coupons", "voucher", "vouchers", "promo", "couponused", "couponsused"),
        *("appliedcoupons", "appliedcoupon", "promotionids", "discountcodeused", "serialcode", "cdk", "cdkey"),
        *("코드", "쿠폰", "사용쿠폰", "적용쿠폰", "시리얼", "시리얼코드", "바우처"),
        *("优惠券", "代码", "券号", "使用优惠券"),
        *("優惠券", "代碼", "折價券", "使用優惠券", "券號", "票券號碼"),
    ),
)
ORDER_NAMES = (
    (
        *("orderid", "ordernumber", "orderno", "ordernum", "orderref", "orderreference"),
        *("amazonorderid", "ordersn"),
        *("주문번호", "주문id", "주문서번호", "주문코드"),
        *("订单号", "订单编号", "订单id", "订单号码", "主订单编号", "主订单号", "平台订单号"),
        *("订单单号", "交易订单号"),
        *("訂單編號", "訂單號碼", "訂單號", "訂單id", "訂單代碼", "訂單單號"),
    ),
    ("order", "주문", "订单", "訂單"),
)
VALUE_NAMES = (
    (
        *("amountpaid", "paidamount", "totalpaid", "paidtotal", "paymentamount", "actualpaid", "paidprice"),
        *(
            "결제금액",
            "총결제금액",
            "최종결제금액",
            "실결제금액",
            "총실결제금액",
            "실결제액",
            "결제액",
            "실제결제금액",
            "결제가격",
        ),
        *("실제결제액", "총결제액", "주문결제금액"),
        *(
            "实付金额",
            "实付款",
            "实付款金额",
            "实收金额",
            "实际支付金额",
            "买家实际支付金额",
            "买家实付金额",
            "实付",
            "实收款",
        ),
        *("订单实付金额", "订单实付", "订单实收金额", "付款金额", "支付金额", "实际付款"),
        *("实际付款金额", "实付总额"),
        *("實付金額", "付款金額", "支付金額", "實收金額", "實際付款金額", "付款總金額", "實付款"),
    ),
    (
        *("total", "ordertotal", "grandtotal", "totalamount", "ordertotalamount", "totalprice", "orderamount"),
        *("nrevenueformatted", "netrevenueformatted"),
        *("주문금액", "총주문금액", "총금액", "합계금액", "합계", "총액", "최종상품별총주문금액"),
        *("订单金额", "订单总额", "订单总金额", "总金额", "总价", "合计", "合计金额", "总额", "订单总价", "总计"),
        *("訂單金額", "訂單總額", "訂單總金額", "總金額", "總價", "合計", "總計", "訂單合計", "訂單總計", "總額"),
    ),
    (
        *("value", "amount", "nrevenue", "netrevenue", "ordervalue", "sum"),
        *("금액", "매출", "매출액"),
        *("金额", "买家应付货款", "应付金额", "应付货款"),
        *("金額", "應付金額"),
    ),
)
TIME_NAMES = (
    (
        *("paidat", "paidon", "paidtime", "paiddate", "datepaid", "paymentdate", "paymenttime", "paymentdatetime"),
        *(
            "결제일시",
            "결제일",
            "결제시간",
            "결제시각",
            "결제완료일",
            "결제완료일시",
            "결제날짜",
            "입금일시",
            "입금확인일",
            "입금일",
            "결제승인일시",
        ),
        *(
            "付款时间",
            "支付时间",
            "支付日期",
            "付款日期",
            "订单付款时间",
            "买家付款时间",
            "订单支付时间",
            "支付完成时间",
        ),
        *("付款時間", "付款日期", "支付時間", "支付日期", "訂單付款時間"),
    ),
    (
        *("orderdate", "ordertime", "orderdatetime", "orderedat", "orderedon", "orderplaced", "purchasedate"),
        *("createdat", "datecreated", "ordercreated", "orderplacedat"),
        *("주문일시", "주문일", "주문시간", "주문날짜", "주문시각", "주문일자"),
        *(
            "下单时间",
            "下单日期",
            "订单创建时间",
            "创建时间",
            "订单日期",
            "订单时间",
            "拍下时间",
            "成交时间",
            "订单提交时间",
        ),
        *(
            "下單時間",
            "下單日期",
            "訂單日期",
            "訂單時間",
            "訂單成立時間",
            "訂單成立日期",
            "成立時間",
            "訂購日期",
            "訂購時間",
        ),
    ),
    (
        *("date", "time", "at", "datetime", "timestamp", "when"),
        *("일시", "날짜", "시간", "일자", "시각"),
        *("日期", "时间", "时刻"),
        *("時間", "時刻"),
    ),
)
ORDER_STATUS_NAMES = (
    (
        *("financialstatus", "paymentstatus", "orderstatus", "orderstate"),
        *("주문상태", "결제상태", "주문처리상태", "주문진행상태"),
        *("订单状态", "付款状态", "支付状态", "交易状态"),
        *("訂單狀態", "付款狀態", "交易狀態", "支付狀態"),
    ),
    ("status", "state", "상태", "처리상태", "진행상태", "状态", "狀態"),
)
REFUND_STATUS_NAMES = (
    (
        *("refundstatus", "refundstate", "returnstatus", "cancellationstatus", "cancelstatus", "claimstatus"),
        *("returnrefundstatus", "aftersalesstatus", "aftersalestatus", "isrefunded", "iscancelled", "iscanceled"),
        *("클레임상태", "클레임처리상태", "클레임진행상태", "취소상태", "반품상태", "환불상태", "취소처리상태"),
        *("반품처리상태", "환불처리상태", "취소반품상태", "취소반품교환상태", "취소환불상태", "반품환불상태"),
        *("환불여부", "취소여부", "반품여부", "취소반품여부", "취소환불여부"),
        *("退款状态", "退货状态", "退货退款状态", "退款退货状态", "售后状态", "取消状态", "维权状态", "售后处理状态"),
        *("是否退款", "是否已退款", "是否退货", "是否取消"),
        *("退款狀態", "退貨狀態", "退貨退款狀態", "退款退貨狀態", "售後狀態", "取消狀態", "退換貨狀態"),
        *("是否退貨",),
    ),
)
NOTE_NAMES = (
    (
        *("note", "notes", "ordernote", "ordernotes", "customernote", "customernotes", "buyernote", "buyermessage"),
        *("customermessage", "customernoteprovided", "notefromcustomer", "memo", "comment", "comments", "message"),
        *(
            "배송메시지",
            "배송메세지",
            "배송메모",
            "배송요청사항",
            "주문메모",
            "구매자메모",
            "고객메모",
            "요청사항",
            "메모",
            "주문메시지",
        ),
        *("주문시메모", "배송시요청사항", "비고", "남기실말씀"),
        *("备注", "买家留言", "买家备注", "留言", "订单备注", "客户备注", "顾客留言"),
        *("備註", "買家備註", "訂單備註", "顧客備註", "買家留言", "客戶備註", "留言備註"),
    ),
)
CURRENCY_NAMES = (
    (
        *("currency", "currencycode", "ordercurrency", "currencyiso", "paymentcurrency"),
        *("통화", "통화코드", "화폐", "화폐단위", "결제통화", "주문통화"),
        *("币种", "货币", "币别", "货币代码", "貨幣", "幣別", "幣種", "貨幣代碼"),
    ),
)
DISCOUNT_NAMES = (
    (
        *(
            "coupondiscount",
            "coupondiscountamount",
            "couponamount",
            "discountamount",
            "cartdiscount",
            "cartdiscountamount",
        ),
        *("쿠폰할인", "쿠폰할인금액", "쿠폰할인액", "쿠폰사용금액", "쿠폰금액"),
        *(
            "优惠券抵扣",
            "优惠券金额",
            "券优惠",
            "优惠券优惠",
            "优惠券优惠金额",
            "優惠券折抵",
            "優惠券折抵金額",
            "優惠券金額",
        ),
    ),
    (
        *("discount", "discounts", "totaldiscount", "orderdiscount", "discounttotal"),
        *("할인금액", "할인", "할인액", "총할인금액"),
        *("优惠金额", "折扣金额", "折扣", "总优惠", "優惠金額", "折扣金額"),
    ),
)
BACK_NAMES = (
    (
        *("refundedamount", "amountrefunded", "totalrefunded", "orderrefundamount", "refundamount", "refundtotal"),
        *("환불금액", "환불액", "退款金额", "退款金額", "已退款金额", "已退款金額"),
    ),
)
ITEM_NAMES = (
    (
        *("orderitemid", "lineitemid", "itemid", "suborderid", "orderitemcode"),
        *("상품주문번호", "품목별주문번호", "품목주문번호", "子订单编号", "子订单号", "子訂單編號"),
    ),
)
CODE_STATUS_NAMES = (
    (
        *("status", "state", "couponstatus", "codestatus", "vouchercodestatus", "voucherstatus", "poststatus"),
        *("상태", "쿠폰상태", "사용상태", "발급상태", "지급상태", "발행상태", "사용현황", "유효상태"),
        *("状态", "使用状态", "领取状态", "核销状态", "兑换状态", "发放状态", "券状态", "使用情况", "优惠券状态"),
        *("狀態", "使用狀態", "領取狀態", "核銷狀態", "兌換狀態", "發放狀態", "使用情況", "優惠券狀態"),
    ),
)
USES_NAMES = (
    (
        *(
            "timesusedintotal",
            "timesused",
            "usagecount",
            "usecount",
            "uses",
            "redemptions",
            "redeemedcount",
            "usedcount",
        ),
        *("used", "isused", "redeemed", "isredeemed", "timesredeemed", "asyncusagecount"),
        *("사용횟수", "사용수", "사용건수", "사용여부", "사용유무", "발급여부", "지급여부"),
        *("使用次数", "已使用次数", "已用次数", "是否使用", "是否已使用", "是否核销", "是否领取", "是否兑换"),
        *("使用次數", "已使用次數", "是否使用過", "是否已使用過", "是否兌換", "是否領取"),
    ),
)
LIMIT_NAMES = (
    (
        *(
            "usagelimit",
            "usagelimitpercode",
            "usagelimitpercoupon",
            "maxuses",
            "uselimit",
            "totalusagelimit",
            "maxusage",
        ),
        *(
            "사용한도",
            "사용가능횟수",
            "최대사용횟수",
            "使用次数上限",
            "可使用次数",
            "总次数",
            "使用次數上限",
            "可使用次數",
        ),
    ),
)
ENDS_NAMES = (
    (
        *("expirydate", "expires", "expiresat", "expireson", "expirationdate", "dateexpires"),
        *("expiry", "expiredate"),
        *("end", "ends", "enddate", "endsat", "endsatdate", "validuntil", "validto", "validthru"),
        *("유효기간", "만료일", "만료일시", "만료일자", "사용기한", "종료일", "종료일시", "유효기한", "사용기간"),
        *(
            "有效期",
            "有效期至",
            "到期时间",
            "到期日",
            "到期日期",
            "过期时间",
            "截止日期",
            "截止时间",
            "结束时间",
            "失效时间",
            "有效日期",
        ),
        *("有效期限", "到期時間", "過期時間", "截止時間", "結束時間", "失效時間", "使用期限"),
    ),
)
NAMES: Mapping[SheetKind, Mapping[Role, Ranks]] = {
    SheetKind.CODES: {
        Role.CODE: CODE_NAMES,
        Role.STATUS: CODE_STATUS_NAMES,
        Role.USES: USES_NAMES,
        Role.LIMIT: LIMIT_NAMES,
        Role.ENDS: ENDS_NAMES,
    },
    SheetKind.ORDERS: {
        Role.ORDER: ORDER_NAMES,
        Role.CODE: CODE_NAMES,
        Role.VALUE: VALUE_NAMES,
        Role.TIME: TIME_NAMES,
        Role.STATUS: ORDER_STATUS_NAMES,
        Role.REFUND_STATUS: REFUND_STATUS_NAMES,
        Role.NOTE: NOTE_NAMES,
        Role.CURRENCY: CURRENCY_NAMES,
        Role.DISCOUNT: DISCOUNT_NAMES,
        Role.BACK: BACK_NAMES,
        Role.ITEM: ITEM_NAMES,
    },
    SheetKind.MEMBERS: MEMBER_NAMES,
}


SUMS = frozenset(
    {
        *("total", "totals", "sum", "grandtotal", "subtotal", "합계", "총계", "소계", "총합계", "총합"),
        *("合计", "总计", "小计", "汇总", "合計", "總計", "小計", "總和"),
    }
)
"""Words that begin a line of sums below the data."""

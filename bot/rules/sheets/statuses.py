"""Words of status columns, by which such a column is known and by which a file's encoding is told apart.

What each word means is said where orders and codes are read.
"""

USED = frozenset(
    {
        *("used", "redeemed", "claimed", "issued", "assigned", "sold", "consumed", "usedup", "alreadyused"),
        *(
            "사용",
            "사용됨",
            "사용완료",
            "사용함",
            "발급완료",
            "발급됨",
            "지급완료",
            "지급됨",
            "사용한쿠폰",
            "교환완료",
            "등록완료",
        ),
        *("已使用", "已用", "已兑换", "已核销", "已领取", "已发放", "使用过", "已发送", "已绑定"),
        *("已兌換", "已核銷", "已領取", "已發放", "使用過", "已發送", "已綁定"),
    }
)
EXPIRED = frozenset(
    {
        *(
            "expired",
            "ended",
            "past",
            "outdated",
            "만료",
            "만료됨",
            "기간만료",
            "기한만료",
            "유효기간만료",
            "종료",
            "종료됨",
            "기간종료",
        ),
        *("已过期", "过期", "已失效", "失效", "已到期", "已结束", "已過期", "過期", "已到期失效", "已結束"),
    }
)
DISABLED = frozenset(
    {
        *(
            "disabled",
            "inactive",
            "deleted",
            "cancelled",
            "canceled",
            "void",
            "voided",
            "invalid",
            "blocked",
            "revoked",
        ),
        *("draft", "trash", "private", "pending", "paused", "suspended", "scheduled", "archived"),
        *(
            "중지",
            "사용중지",
            "사용불가",
            "비활성",
            "비활성화",
            "삭제",
            "취소",
            "취소됨",
            "폐기",
            "정지",
            "회수",
            "무효",
            "발급중지",
        ),
        *(
            "已作废",
            "作废",
            "已停用",
            "停用",
            "已禁用",
            "禁用",
            "已冻结",
            "冻结",
            "无效",
            "已删除",
            "已取消",
            "不可用",
            "已撤销",
            "未激活",
        ),
        *("已作廢", "作廢", "已凍結", "無效", "已刪除", "已撤銷", "未啟用", "不可用"),
    }
)
USABLE = frozenset(
    {
        *(
            "active",
            "available",
            "unused",
            "notused",
            "valid",
            "enabled",
            "publish",
            "published",
            "open",
            "new",
            "unredeemed",
        ),
        *("unclaimed", "notredeemed", "unassigned", "unissued", "ready", "ok", "live", "free"),
        *(
            "미사용",
            "사용전",
            "사용안함",
            "사용가능",
            "미발급",
            "미지급",
            "발급전",
            "지급전",
            "유효",
            "정상",
            "활성",
            "활성화",
            "대기",
            "발급가능",
        ),
        *("미등록", "미교환", "발급대기", "사용중"),
        *(
            "未使用",
            "未用",
            "未兑换",
            "未核销",
            "未领取",
            "未发放",
            "可用",
            "可使用",
            "有效",
            "正常",
            "待使用",
            "待领取",
            "待发放",
            "已启用",
            "启用",
        ),
        *("未兌換", "未核銷", "未領取", "未發放", "待領取", "待發放", "已啟用", "啟用", "生效中", "已生效"),
    }
)
YES = frozenset({"y", "yes", "true", "o", "예", "네", "사용", "是", "有"})
NO = frozenset({"n", "no", "false", "x", "아니오", "아니요", "미사용", "否", "无", "無"})
OF_CODES = USED | EXPIRED | DISABLED | USABLE
OF_ORDERS = frozenset(
    {
        *(
            "paid",
            "pending",
            "refunded",
            "partiallyrefunded",
            "voided",
            "authorized",
            "completed",
            "processing",
            "onhold",
        ),
        *("cancelled", "canceled", "failed", "unpaid", "fulfilled", "shipped", "delivered", "returned"),
        *(
            "결제완료",
            "취소완료",
            "반품완료",
            "환불완료",
            "배송중",
            "배송완료",
            "구매확정",
            "입금대기",
            "배송준비중",
            "상품준비중",
            "교환완료",
            "입금전",
        ),
        *(
            "交易成功",
            "交易关闭",
            "买家已付款",
            "卖家已发货",
            "等待买家付款",
            "已付款",
            "已完成",
            "已取消",
            "已退款",
            "待付款",
            "待发货",
            "已发货",
        ),
        *("退款成功", "已签收", "已关闭", "部分退款", "交易完成", "待收货", "未付款", "已支付"),
        *("交易關閉", "賣家已發貨", "買家已付款", "待發貨", "已發貨", "待出貨", "已出貨", "已關閉"),
        *("待收貨", "已簽收"),
    }
)

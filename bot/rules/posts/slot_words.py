"""What people call days and fillings of slots, in three languages."""

SETS = {
    "every day": (1, 2, 3, 4, 5, 6, 7),
    "everyday": (1, 2, 3, 4, 5, 6, 7),
    "daily": (1, 2, 3, 4, 5, 6, 7),
    "weekdays": (1, 2, 3, 4, 5),
    "weekends": (6, 7),
    "weekend": (6, 7),
    "매일": (1, 2, 3, 4, 5, 6, 7),
    "평일": (1, 2, 3, 4, 5),
    "주말": (6, 7),
    "每天": (1, 2, 3, 4, 5, 6, 7),
    "天天": (1, 2, 3, 4, 5, 6, 7),
    "工作日": (1, 2, 3, 4, 5),
    "周末": (6, 7),
    "週末": (6, 7),
}
"""Names of several days, and the ISO weekdays."""
ANY_WORDS = frozenset({"any", "anything", "아무거나", "전부", "随便", "任意", "都行"})
"""Any pillar fills the slot. Keys as `name_key` gives them."""
MORNING_WORDS = frozenset({"morning", "morningcard", "card", "아침", "아침카드", "카드", "早安", "早安卡", "卡"})
"""The morning card does. Of *9:00 morning card* the hour takes the word for the part of the day."""
ADD_WORDS = frozenset({"add", "추가", "添加", "加"})
REMOVE_WORDS = frozenset({"remove", "delete", "삭제", "빼기", "删除", "移除"})
OFF_WORDS = frozenset({"off", "휴무", "쉬는날", "休息", "休"})
ON_WORDS = frozenset({"on", "영업", "上班", "恢复"})
PROMOTION_WORDS = frozenset({"promotions", "promotion", "홍보", "推广", "促销"})
"""What stands behind `/calendar` and `/pause`."""

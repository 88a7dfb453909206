"""The people of the demo, their shop, and the words that they type, in each language."""

from bot.rules.words import Language

CAST = {
    Language.KO: ("미나", "수아", "지호", "하린", "도윤", "가은"),
    Language.ZH: ("米娜", "小雨", "阿哲", "可可", "思思", "南南"),
    Language.EN: ("Mina", "Ana", "Ben", "Chloe", "Leo", "Kai"),
}
"""The owner, three fans, and two people who aren't in the group yet: one comes by a link, the other by a gift."""

REGULARS = {
    Language.KO: ("유나", "서준", "예린", "민재", "소율", "태오", "지안", "다은", "현우"),
    Language.ZH: ("小满", "阿宁", "乐乐", "子涵", "晓彤", "大壮", "安安", "琪琪", "浩然"),
    Language.EN: ("Emma", "Noah", "Priya", "Lucas", "Hana", "Oscar", "Zoe", "Mateo", "Ivy"),
}
"""More fans in the group, who claim a coupon now and then."""

GUESTS = {
    Language.KO: ("나은", "준서", "채원", "시우", "유진"),
    Language.ZH: ("诗诗", "小林", "佳佳", "明轩", "糖糖"),
    Language.EN: ("Maya", "Sam", "Nora", "Theo", "Lily"),
}
"""People who come by the button *add a fan*."""

CROWD = {
    Language.KO: ("서아", "이준", "하은", "주원", "지유", "은우", "채은", "도하", "수빈", "윤서"),
    Language.ZH: ("欣怡", "宇航", "梦琪", "雨桐", "俊杰", "思远", "若曦", "天宇", "佳怡", "一诺"),
    Language.EN: ("Ella", "Jack", "Aria", "Leon", "Ruby", "Finn", "Alice", "Max", "Clara", "Hugo"),
}

SHOP = {Language.KO: "미나 실크", Language.ZH: "米娜丝巾", Language.EN: "Mina Silk"}
ROOM = {Language.KO: "미나네 팬방", Language.ZH: "米娜的粉丝群", Language.EN: "Mina's fans"}
DROPS = {Language.KO: "쿠폰과 라방", Language.ZH: "福利和直播", Language.EN: "Drops and lives"}
CHAT = {Language.KO: "수다", Language.ZH: "闲聊", Language.EN: "Chat"}
"""Names of topics, if the group is a forum."""
SCARF = {Language.KO: "실크 스카프 20% 할인", Language.ZH: "丝巾八折券", Language.EN: "Silk scarf −20%"}
SCRUNCHIE = {Language.KO: "실크 곱창밴드 무료", Language.ZH: "真丝发圈免费领", Language.EN: "Free silk scrunchie"}
NIGHT = {Language.KO: "가을 스카프 첫 공개", Language.ZH: "秋款丝巾首发", Language.EN: "Autumn scarves, first look"}
WORD = {Language.KO: "출석", Language.ZH: "打卡", Language.EN: "check in"}
EARLY = {Language.KO: "여름 스카프 마지막 방송", Language.ZH: "夏款丝巾清仓场", Language.EN: "Last of the summer silk"}
"""The stream that is on when the visitor comes."""
QUESTION = {
    Language.KO: "방송에서 내 질문 먼저",
    Language.ZH: "直播里先答我的问题",
    Language.EN: "My question first in the live",
}
RIBBON = {Language.KO: "선물 리본 포장", Language.ZH: "礼品丝带包装", Language.EN: "Gift ribbon on my parcel"}
MADE_UP = {Language.KO: "출석 보충 한 번", Language.ZH: "补签一次", Language.EN: "One make-up"}
"""What the coin shop sells."""
SHAWL = {Language.KO: "실크 숄", Language.ZH: "真丝披肩", Language.EN: "Silk shawl"}
"""What the raffle's winners get."""
WARM_START = {Language.KO: "첫 코인 선물", Language.ZH: "见面礼", Language.EN: "A warm start"}
"""The gift that fans can send on."""
SOURCES = {
    Language.KO: ("인스타그램 cost=20000", "포장 카드 cost=5000"),
    Language.ZH: ("小红书 cost=100", "包裹卡 cost=30"),
    Language.EN: ("Instagram cost=15", "Parcel card cost=4"),
}
"""Ways into the group, and what each cost."""
ORDERS_FILE = {
    Language.KO: (
        "주문내역.csv",
        "cp949",
        "주문번호,결제일시,결제금액,주문상태,쿠폰코드,배송메모",
        "결제완료",
        "환불완료",
    ),
    Language.ZH: ("订单导出.csv", "gb18030", "订单编号,付款时间,实付金额,订单状态,优惠码,买家留言", "已付款", "已退款"),
    Language.EN: ("orders.csv", "utf-8", "Order,Paid at,Total,Status,Discount code,Note", "Paid", "Refunded"),
}
"""A file of the shop's platform: its name, encoding and header, and what stands for *paid* and *refunded*."""

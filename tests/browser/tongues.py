"""What is typed, tapped and read on a walk through the README's lists, in each language.

A walk is written in English. Korean and Chinese stand here beside it, as the templates, the page and the demo say them.
"""

from bot.rules.words import Language

LOCALES = {Language.KO: "ko-KR", Language.ZH: "zh-CN", Language.EN: "en-GB"}
ZONES = {Language.KO: "Asia/Seoul", Language.ZH: "Asia/Shanghai", Language.EN: "Europe/London"}

TYPED = {
    "check in": ("출석", "打卡"),
    "/source video": ("/source 방송화면", "/source 直播画面"),
    '/newstream title="Silk night" at=21:00': (
        '/newstream title="실크의 밤" at=21:00',
        '/newstream title="丝巾之夜" at=21:00',
    ),
    "Wine red has arrived, and it's softer than it looks": (
        "와인색이 들어왔어요. 보기보다 훨씬 부드러워요",
        "酒红色到货啦，比看起来还软",
    ),
    "Silk scarf": ("실크 스카프", "真丝方巾"),
}
"""What people write. Commands that aren't here are the same in all languages."""

NAMES = {
    "Ana": ("수아", "小雨"),
    "Chloe": ("하린", "可可"),
    "Kai": ("가은", "南南"),
    "Leo": ("도윤", "思思"),
    "Mina": ("미나", "米娜"),
    "video": ("방송화면", "直播画面"),
    "Silk night": ("실크의 밤", "丝巾之夜"),
    "21:00": ("오후 9:00", "21:00"),
}

TAPPED = {
    "Why Fan?": ("왜 팬 등급이에요?", "为什么是铁粉？"),
    "✅ 1": ("✅ 1", "✅ 1"),
    "📝 Posts": ("📝 글", "📝 发内容"),
    "Say something": ("글 올리기", "说点什么"),
    "Send now": ("지금 올리기", "现在发"),
    "Yes, please": ("네, 받을게요", "好，发给我"),
    "Stop these": ("그만 받기", "不再接收"),
    "The week's calendar": ("한 주 캘린더", "一周日历"),
    "Usual: 10 a week": ("보통: 주 10개", "平常：一周 10 条"),
    "Claim": ("쿠폰 받기 ·", "领券 ·"),
    "Remind me · Silk night": ("시작 알림 · 실크의 밤", "开播提醒 · 丝巾之夜"),
    "I'm here": ("저 왔어요", "我来了"),
    "🔄 Refresh": ("🔄 새로 고침", "🔄 刷新"),
    "Plain invitation": ("기본 초대장", "普通邀请"),
    "Send to a friend": ("친구에게 보내기", "发给朋友"),
    "Open the gift": ("선물 열기", "打开礼物"),
    "Red packets": ("🧧 코인 뿌리기", "🧧 红包"),
    "➕ Red packet": ("➕ 코인 뿌리기", "➕ 发红包"),
    "1000": ("1000", "1000"),
    "20": ("20", "20"),
    "Open the packet": ("뿌리기", "发出去"),
    "🎟 Raffles": ("🎟 추첨", "🎟 抽奖"),
    "➕ New raffle": ("➕ 추첨 열기", "➕ 发起抽奖"),
    "In 30 minutes": ("30분 뒤", "30 分钟后"),
    "Open the raffle": ("추첨 열기", "发起"),
    "Enter free": ("무료로 응모하기", "免费参与"),
    "Compute it again": ("봇에게 다시 계산시키기", "让机器人重算一遍"),
    "Check on my own device": ("내 기기에서 직접 확인", "在自己的设备上核对"),
}

READ = {
    "⭐ Fan · check-ins ×1.1": ("⭐ 팬 · 출석 1.1배", "⭐ 铁粉 · 签到 1.1 倍"),
    "Points halve every 30 days": ("점수는 30일마다 절반으로 줄어서", "分数每 30 天减半"),
    "Orders: 50": ("주문 50점", "下单 50 分"),
    "What you get: check-ins pay ×1.1.": ("지금 혜택: 출석 코인 1.1배", "现在的福利：签到金币 1.1 倍。"),
    "Loyal is": ("찐팬 등급까지", "离钻粉还差"),
    "Whose orders are these?": ("누구 주문인지 정해 주세요", "这些订单是谁的？"),
    "Orders paid until": ("까지 결제", "前付款的订单"),
    "Revenue$206.60": ("매출₩276,600", "销售额¥1,383.00"),
    "Paid back$29.00": ("환불 금액₩39,000", "退回金额¥195.00"),
    "Orders6": ("주문6건", "订单6 笔"),
    "From fans I know4": ("팬이 확인된 주문4건", "对上粉丝的订单4 笔"),
    "With a coupon3": ("쿠폰 쓴 주문3건", "用了券的订单3 笔"),
    "in figures. Share it as it is": ("결산이에요. 이대로 공유해도 좋아요", "的战报，可以直接晒"),
    "What would you like to say?": ("무엇을 올릴까요?", "想说点什么？"),
    "This is how it looks": ("이렇게 보여요", "发出去就是这样"),
    "Mina Silk shares its news in this room": (
        "미나 실크에서 이 방 모두에게 알린 거예요",
        "米娜丝巾在群里说说店里的新消息",
    ),
    "Would you like news and offers from Mina Silk": (
        "미나 실크 소식, 개인 대화로도 받아 볼래요?",
        "米娜丝巾的消息，私聊里也想收到吗？",
    ),
    "You said yes on": ("수신 동의로 기록했어요", "同意接收"),
    "You took your yes back": ("수신거부로 기록했어요", "退订"),
    "The usual week ✅ 10 posts": ("보통의 한 주예요 ✅ 글 10개", "平常的一周 ✅ 10 条"),
    "What wasn't sent": ("안 보낸 메시지", "没发出去的消息"),
    "Ready ✅ video": ("만들었어요 ✅ 방송화면", "做好啦 ✅ 直播画面"),
    "Welcome": ("어서 오세요", "欢迎欢迎"),
    "You're in ✅": ("출석 완료 ✅", "签到成功 ✅"),
    "Code": ("코드", "券码"),
    "I'll remind you 🔔 Silk night": ("시작 전에 알려 드릴게요 🔔 실크의 밤", "开播前提醒你 🔔 丝巾之夜"),
    "live starts": ("라방 시작", "开播"),
    "Starting now: Silk night": ("지금 시작해요: 실크의 밤", "开播啦：丝巾之夜"),
    "+10": ("10코인 받았어요", "+10 金币"),
    "📊 Silk night": ("📊 실크의 밤", "📊 丝巾之夜"),
    "Orders": ("주문", "订单"),
    "📊 The last 7 days": ("📊 최근 7일", "📊 最近 7 天"),
    "A way in for a friend": ("친구를 위한 초대장", "给朋友的邀请"),
    "A gift for you from Ana": ("수아님이 보낸 선물이에요", "小雨 送你一份礼物"),
    "Ana has something for you": ("수아님의 선물이에요", "小雨 送你的"),
    "So glad Ana brought you here": ("수아님 초대로 오셨네요", "小雨 介绍你来的"),
    "20 coins for staying": ("수아님 덕분에 20코인 더 받았어요", "多亏 小雨，你再得 20 金币"),
    "Kai stayed": ("가은님이 팬방에 자리 잡았어요", "南南 留下来了"),
    "Into how many shares": ("몇 명에게 나눌까요?", "分成多少份？"),
    "It can cost the shop up to 1,000 coins": ("가게에서 나가는 코인: 최대 1,000코인", "店里最多支出 1,000 金币"),
    "Where next?": ("다음은 어디로 갈까요?", "接下来去哪里？"),
    "1,000 coins in 20 shares": ("1,000코인, 20명에게 뿌려요", "1,000 金币，20 份红包"),
    "packet is drawn": ("코인 뿌리기 추첨", "红包开奖"),
    "came for 20, so the sealed draw picked": ("공정 추첨으로 20명에게 나눴어요", "公平抽出 20 份"),
    "What's the prize": ("경품이 뭐예요?", "奖品是什么？"),
    "When is it drawn": ("언제 추첨할까요?", "几点截止？"),
    "Nothing has happened yet": ("아직 아무것도 하지 않았어요", "现在还什么都没做"),
    "raffle closes": ("응모 마감", "抽奖截止"),
    "computed it again": ("다시 계산했고 발표와 똑같아요", "重算了一遍，和公布的结果一样"),
    "The shop's own computer did this": ("방금 계산은 이 가게의 컴퓨터가 했어요", "刚才是店里的电脑算的"),
}

ENGLISH = {"Open the packet": "Open it", "Open the raffle": "Open it"}
"""Where English has one word for what others tell apart."""


class Tongue:
    """What is said in English on a walk, in this language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, english: str) -> str:
        """These words, as people, bot and page say them."""
        if self.language is Language.EN:
            return ENGLISH.get(english, english)
        if english.startswith("/") and english not in TYPED:
            return english
        known = TYPED.get(english) or NAMES.get(english) or TAPPED.get(english) or READ[english]
        return known[0 if self.language is Language.KO else 1]

"""Which encoding a file's text has: the one in which it reads as words."""

import re
from collections.abc import Iterable
from unicodedata import category

from bot.rules.sheets import names, statuses
from bot.rules.sheets.cells import name_key

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_OLDER = ("cp949", "gb18030", "big5hkscs", "cp1252")
_WIDE = ("utf-16-le", "utf-16-be")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
"""Signs that no text has."""
_SAMPLE = 20_000
"""Characters of a text that are looked at."""
_WORD = 6.0
"""What a known word is worth, in usual characters."""
_LEAST = 0.15
"""What a text's characters are worth on average at least, else the text is noise."""

HANGUL = (
    "요어이에는지로있을은시가서방수다주기게보아하인고세없나라면리그드를만한으내일번해려쿠폰코첨모도명자대받들의까정알금사분여추예팬진장개저름제올거구선석할출돌님음열"
    "소영않확두운직터마전물카간오되누바뒤과했와중릴미안비부상무응것친작문취줄았건렸관새쓸른크데때호말더끝당남봇었워적용트께걸연처본돼레초림못달램스버르니람늘목순같계볼됐설"
    "쓰함텔루속료따채글래화단값신붙토왔접디져각품눌써표된조곳읽빠먼감셨답둘급언동실충온공위록네착송튼몇권널메골났등봉날결준던최불업차겨침짧반회필막느원유우린야앞환률"
    "퇴쇼핑규칙월격변생페옆활성년류색배손태형군담당택완티켓셔넥혜효만료휴폐별건종발행할증복합배송옵션량단체판매자재고유종료김박최윤임한권황홍류민현준혁재희경숙"
    "강원북울광역산충청제읍면길층호텔빌딩아파트센터타워로데스크할브랜드샵즈블랙화이트레베네그린핑크실크스카프벨백"
)
"""Syllables that Korean texts of a shop are made of. Others come up when another encoding is read as Korean."""
HANZI = (
    "的一了在有里人到不群没发已开这是个看你券就用能来下我播奖还天名时点过上回店号粉啦签现会以消经员份和次再要都出后抽进行好可每直或文只新给领话作前单字件机间吧卡中码多张数先取请之主接"
    "位器友重也理打管退对把送自等么设面片提礼参金币换与工撤最朋什红包得者那分谁哪留改己知收物场道架题去连截成写说如完聊标醒止样按补做别置私订掉明算着商第今从家起费限钟通存额它几正少大目"
    "定动为转本期删链想排短结挂优花被才免方放赞比共账告查复照填找惠语加试频核又编月品儿选认公城周子内证赠续钮果问原剩移备当操权法始关小据种封表令属准刚让候条处级抢全记示确拿专销除"
    "言所他空其手满库信建任早铺见兑读入口及常停叫户带快长区同随挑系另马办律日近些由值效格保整预锁安轮边密走清款何久变帮遍两更报亲事务太式序部秒买延显联旧服错板因统护简列晚步启影响录心待制"
    "归量况卖跟台容布支持合源漏盘求思答怎模头但积而价像听恢超志于项往推计该很受外调度失然允许资差够真三相验未使省市县街镇村楼室地址手机姓名电话状态付款实际应买家会员订单编号交易成功等"
    "兑换折扣优惠用户发货快递运费退货备注规格颜色尺码数量总合小计税率丝巾围裙白黑蓝绿粉裤衣鞋饰护肤口红面膜四五六七八九十百千万元角年时分秒东西南北山海广州深圳京沪浙江苏"
    "優惠狀態碼單編號時間額訂購買賣員實際應付總計數顧備註處運費電話聯絡縣區鄉鎮號樓點贈換兌過無幣別貨發開關閉價個們這說對會來為與國學業產種類東門車長見話語讀書錢銀鐵線網經結給緊級"
    "臺灣灣萬億龍鳳麗華蘭陳張劉黃楊趙吳鄭謝許馮韓蘇盧蔣葉蕭領優券折抵現場預約親愛選擇圍絲綢絨"
)
"""Characters, simplified and traditional, that Chinese texts of a shop are made of."""

_SIGNS = "\u3000\u3001\u3002\u300a\u300b\u00b7\u2026\u201c\u201d\u2018\u2019\u20a9\uffe6\uffe5"
_WESTERN_SIGNS = "\u20ac\u00a3\u00a5\u00a0\u2013\u2014\u00a9\u00ae\u00b0"
_USUAL = frozenset(HANGUL + HANZI)


def _words() -> frozenset[str]:
    ranks = [ranks for roles in names.NAMES.values() for ranks in roles.values()]
    known = (
        {name for rank in ranks for one in rank for name in one} | statuses.OF_CODES | statuses.OF_ORDERS | names.SUMS
    )
    return frozenset(word for word in known if not word.isascii() and len(word) > 1)


WORDS = _words()
"""Korean and Chinese words that files of shops have: names of columns and of states."""


def decode(content: bytes) -> str | None:
    """The text, or None if it reads as nothing in any encoding."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _try(content, encoding)
    if 0 in content:
        return _likeliest(_WIDE, content)
    text = _try(content, "utf-8")
    return text if text is not None else _likeliest(_OLDER, content)


def _likeliest(encodings: Iterable[str], content: bytes) -> str | None:
    found = [text for text in (_try(content, encoding) for encoding in encodings) if text is not None]
    best = max(found, key=worth, default=None)
    return best if best is not None and worth(best) >= _LEAST else None


def _try(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return text if _CONTROLS.search(text) is None else None


def worth(text: str) -> float:
    """How much a text reads as words: 1 if all its foreign characters are usual, less for rare ones, more for words."""
    seen = text[:_SAMPLE]
    foreign = [sign for sign in seen if not sign.isascii()]
    if not foreign:
        return 1.0
    sums = sum(_worth_of(sign) for sign in foreign)
    cells = {name_key(cell) for line in seen.splitlines() for cell in _pieces(line)}
    sums += _WORD * sum(len(cell) for cell in cells if cell in WORDS)
    return sums / len(foreign)


def _pieces(line: str) -> list[str]:
    for mark in ";\t|\uff0c":
        line = line.replace(mark, ",")
    return line.split(",")


def _worth_of(sign: str) -> float:
    """A usual character counts 1. Latin letters with accents count less, because other encodings look like them."""
    kind = category(sign)
    worths = (
        (sign in _USUAL, 1.0),
        ("\uac00" <= sign <= "\ud7a3", -0.5),
        ("\u4e00" <= sign <= "\u9fff", -0.4),
        ("\uff01" <= sign <= "\uff5e" or sign in _SIGNS, 0.5),
        (sign in _WESTERN_SIGNS or (kind in {"Ll", "Lu"} and sign < "\u0180"), 0.3),
        (kind[0] in {"L", "N", "P", "S", "Z", "M"}, -0.6),
    )
    return next((worth for fits, worth in worths if fits), -3.0)

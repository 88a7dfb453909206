"""Currencies: their ISO codes, how many decimals they have, and the signs and names by which people write them."""

from functools import lru_cache
from unicodedata import normalize


def _split(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


CODES = _split(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL
    HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD
    MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG
    QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD
    TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """
)
"""The currencies in use, by ISO 4217."""
WHOLE = _split(
    """
    BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF TWD UGX VND VUV XAF XOF XPF
    """
)
"""Currencies without minor units. ISO 4217 gives TWD two decimals, but in Taiwan nobody has used them for decades."""
THOUSANDTHS = _split(
    """
    BHD IQD JOD KWD LYD OMR TND
    """
)
"""Currencies with three decimals."""
DOLLARS = _split(
    """
    USD TWD HKD SGD AUD CAD NZD MOP MXN
    """
)
"""Currencies whose people write a bare `$`."""
COMMA_GROUPS = _split(
    """
    AED AUD CAD CNY EGP GBP HKD ILS INR JPY KES KRW LKR MOP MXN MYR NGN NZD PHP PKR SAR SGD THB TWD USD
    """
)
"""Currencies that are written with commas between thousands, wherever they are used."""
USUAL = ("KRW", "CNY", "USD", "TWD", "HKD", "JPY", "SGD", "EUR", "GBP")
"""What the set-up offers as buttons; others are typed."""

NAMES = {
    "KRW": ("₩", "원", "원화", "한국원", "대한민국원", "won", "韩元", "韓元", "韩币", "韓幣", "韩圆"),
    "CNY": ("cn¥", "rmb", "人民币", "人民幣", "人民币元", "块", "块钱", "위안", "위안화", "yuan"),
    "JPY": ("jp¥", "円", "日元", "日圆", "日圓", "엔", "엔화", "yen"),
    "USD": ("us$", "u.s.$", "美元", "美金", "美刀", "미국달러", "미달러", "usdollar", "usdollars"),
    "TWD": ("nt$", "nt", "tw$", "台币", "台幣", "臺幣", "新台币", "新台幣", "新臺幣", "대만달러"),
    "HKD": ("hk$", "港币", "港幣", "港元", "홍콩달러"),
    "SGD": ("s$", "sg$", "新加坡元", "新加坡币", "新币", "新幣", "싱가포르달러"),
    "AUD": ("a$", "au$", "澳元", "澳币", "澳幣", "호주달러"),
    "CAD": ("c$", "ca$", "can$", "加元", "加币", "加幣", "캐나다달러"),
    "NZD": ("nz$", "纽元", "紐元", "뉴질랜드달러"),
    "MOP": ("mop$", "澳门元", "澳門元", "澳门币", "澳門幣"),
    "MXN": ("mx$",),
    "BRL": ("r$",),
    "EUR": ("€", "欧元", "歐元", "유로", "euro", "euros"),
    "GBP": ("£", "英镑", "英鎊", "파운드", "영국파운드"),
    "CHF": ("fr.", "sfr.", "瑞士法郎", "스위스프랑"),
    "VND": ("₫", "đ", "越南盾", "동", "베트남동"),
    "THB": ("฿", "泰铢", "泰銖", "바트"),
    "MYR": ("rm", "马币", "馬幣", "令吉", "링깃"),
    "PHP": ("₱", "菲律宾比索", "필리핀페소"),
    "IDR": ("rp", "rp.", "印尼盾", "루피아"),
    "INR": ("₹", "卢比", "盧比", "루피"),
    "RUB": ("₽", "руб", "руб.", "卢布", "루블"),
    "TRY": ("₺",),
    "UAH": ("₴",),
    "ILS": ("₪",),
    "KZT": ("₸",),
    "MNT": ("₮",),
    "NGN": ("₦",),
    "PLN": ("zł",),
    "CZK": ("kč",),
    "HUF": ("ft",),
}
"""Signs and names that mean one currency, in lower case and without blanks."""
SHARED_NAMES = {
    "$": DOLLARS,
    "dollar": DOLLARS,
    "dollars": DOLLARS,
    "달러": DOLLARS,
    "¥": frozenset({"CNY", "JPY"}),
    "元": frozenset({"CNY", "TWD", "HKD", "MOP"}),
    "圆": frozenset({"CNY", "TWD", "HKD", "MOP"}),
    "圓": frozenset({"CNY", "TWD", "HKD", "MOP"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "kr.": frozenset({"SEK", "NOK", "DKK", "ISK"}),
}
"""Signs and names that several currencies share."""

_MEANS = (
    {code.lower(): frozenset({code}) for code in CODES}
    | {name: frozenset({code}) for code, names in NAMES.items() for name in names}
    | SHARED_NAMES
)
MARKS = dict(sorted(_MEANS.items(), key=lambda mark: -len(mark[0])))
"""Every code, sign and name, the longest first → the currencies that it can mean."""


def decimals_of(currency: str) -> int:
    """How many decimals a currency has: its minor units are that power of ten to one."""
    if currency in WHOLE:
        return 0
    return 3 if currency in THOUSANDTHS else 2


@lru_cache(maxsize=256)
def currencies_named(text: str) -> frozenset[str]:
    """The currencies that a code, sign or name can mean; empty if it is none."""
    return MARKS.get("".join(normalize("NFKC", text).casefold().split()), frozenset())


def currency_of(text: str, usual: str = "") -> str | None:
    """The one currency that a text means; of several that share it the `usual` one. None if that isn't sure."""
    named = currencies_named(text)
    if usual in named:
        return usual
    return next(iter(named)) if len(named) == 1 else None

"""Values that people could really type or be called, and that break careless words."""

LONG = 4_000

MARKUP = "<b>&\"'</b><script>alert(1)</script>"
RIGHT_TO_LEFT = "\u202eمتجر\u2066الحرير\u200f"
INVISIBLE = "\u200b\u200d\u2060"
EMOJI = "🧑🏽‍🤝‍🧑🏻🇰🇷🎁" * 4
BRACES = "{{ here.shop }}{% raw %}{# x #}"
ENTITIES = "&lt;i&gt;&amp;&#60;"
LINES = "one\ntwo\r\n\ttree"
EMPTY = ""
LONG_TEXT = "길" * LONG
LONG_MARKUP = "<i>&" * (LONG // 4)
LONG_EMOJI = "🎁" * LONG

NAMES = (
    MARKUP,
    RIGHT_TO_LEFT,
    INVISIBLE,
    EMOJI,
    BRACES,
    ENTITIES,
    LINES,
    EMPTY,
    LONG_TEXT,
    LONG_MARKUP,
    LONG_EMOJI,
)
"""Names, titles, codes and whatever else people type."""

HUGE = 1_000_000
"""As large as a stock, a price or a number of days can be made (`CouponPolicy`)."""

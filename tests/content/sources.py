"""The files of words as they are written."""

import re

import pytest

from bot.content import FOLDER
from bot.content.catalog import FILES
from bot.rules.words import Language

LATIN_IN_CHINESE_AND_KOREAN = re.compile(
    r"/(?:start|admin|checkin|me|top|coupons|streams|settings|privacy|newcoupon|coupon|redeem|orders?|myorder|hook|setup|undo|source|report|help)\b"
    r"|/(?:gift|gifts|newgift|held|hearts|raffles?|newraffle)\b|\bclose\b"
    r"|/(?:redpacket|shop|items?|makeup|post|persona|pillars|calendar|pause|resume|blanks)\b"
    r"|/staff\b(?: (?:add|remove)\b)?|/(?:quiet|why)\b"
    r"|/(?:fans?|tag|grant)\b"
    r"|/(?:tagrule|welcome)\b"
    r"|/(?:import|export)\b|\bCSV(?![A-Za-z])|\bExcel\b"
    r"|/(?:newstream|golive|delay|cancelstream|endlive)\b(?: 15m\b)?|\bcancel\b|\bQR(?=코드)|\bPDF|\bTelegram(?: ID)?"
    r"|\bID(?![A-Za-z])"
)
"""Commands stay in English letters, as does what nobody calls otherwise; field names, codes and examples stand in
`<code>`."""
CASES = [pytest.param(file, language, id=f"{language}/{file}") for file in FILES for language in Language]


def source_of(file: str, language: Language) -> str:
    """A file of words as it is written."""
    return (FOLDER / language / f"{file}.j2").read_text(encoding="utf-8")


def literal(file: str, language: Language) -> str:
    """What a file says by itself, without comments, expressions, markup and what stands in `<code>`."""
    source = re.sub(r"\{#.*?#\}", "", source_of(file, language), flags=re.DOTALL)
    source = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", source, flags=re.DOTALL)
    source = re.sub(r"<code>.*?</code>", " ", source, flags=re.DOTALL)
    return re.sub(r"</?[a-z][a-z0-9-]*(?: expandable)?>", " ", source)

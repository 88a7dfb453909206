"""Finds a font of this machine that has the letters of a text.

Fontconfig knows which letters a font has; where there is no fontconfig, fonts are known by the names of their files.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which

SECONDS = 5.0
"""How long fontconfig may take. At its first run it reads every font."""
FOLDERS = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts"),
    *("/Library/Fonts", "/System/Library/Fonts", "~/Library/Fonts", "C:/Windows/Fonts"),
)
HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
LETTERS = {"ko": "\uac00\ud7a3\ucf54\uc778", "zh": "\u4e2d\u56fd\u5e01\u5355", "en": "Aa1"}
"""Letters that a font of each language has."""
PREFERRED = {
    "ko": ("Noto Sans CJK KR", "Noto Sans KR", "Pretendard", "Apple SD Gothic Neo", "NanumGothic", "Malgun Gothic"),
    "zh": ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei"),
    "en": ("Noto Sans", "Inter", "Noto Sans CJK KR", "Noto Sans CJK SC", "DejaVu Sans", "Arial", "Helvetica"),
}
"""Families that look best in each language, the best first."""
KNOWN = (
    ("NotoSansCJK-*.ttc", {"ko": "Noto Sans CJK KR", "zh": "Noto Sans CJK SC", "en": "Noto Sans CJK KR"}),
    ("NotoSansKR*", {"ko": "Noto Sans KR", "en": "Noto Sans KR"}),
    ("NotoSansSC*", {"zh": "Noto Sans SC", "en": "Noto Sans SC"}),
    ("wqy-microhei.ttc", dict.fromkeys(("ko", "zh", "en"), "WenQuanYi Micro Hei")),
    ("NanumGothic*.ttf", {"ko": "NanumGothic", "en": "NanumGothic"}),
    ("AppleSDGothicNeo.ttc", {"ko": "Apple SD Gothic Neo", "en": "Apple SD Gothic Neo"}),
    ("PingFang.ttc", {"zh": "PingFang SC", "en": "PingFang SC"}),
    ("malgun*.ttf", {"ko": "Malgun Gothic", "en": "Malgun Gothic"}),
    ("msyh*.ttc", {"zh": "Microsoft YaHei", "en": "Microsoft YaHei"}),
    ("DejaVuSans*.ttf", {"en": "DejaVu Sans"}),
    ("arial*.ttf", {"en": "Arial"}),
    ("Helvetica.ttc", {"en": "Helvetica"}),
)
"""Files of usual fonts, and their families by language."""
LIGHTS = ("Regular", "Medium", "Bold", "Book", "Normal")


@dataclass(frozen=True, slots=True)
class Fonts:
    """A family and its files."""

    family: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Face:
    file: str
    family: str
    style: str


def find_fonts(text: str, language: str) -> Fonts | None:
    """A font with every letter of the text, as the language writes them; None if this machine has none."""
    tool = which("fc-list")
    if tool is not None:
        faces = _ask_fontconfig(tool, text)
        if faces is not None:
            return _best(faces, language)
    return _known_by_name(text, language)


def _ask_fontconfig(tool: str, text: str) -> list[_Face] | None:
    """Faces that have all the letters; None if fontconfig doesn't answer."""
    codes = " ".join(f"{code:x}" for code in sorted({ord(sign) for sign in text if not sign.isspace()}))
    command = [tool, f":charset={codes}:scalable=true", "--format", "%{file}\t%{family[0]}\t%{style[0]}\n"]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603  # no shell
    except (OSError, subprocess.SubprocessError):
        return None
    lines = (line.split("\t") for line in answer.stdout.decode(errors="replace").splitlines())
    return [_Face(*parts) for parts in lines if len(parts) == len(_Face.__slots__)]


def _best(faces: list[_Face], language: str) -> Fonts | None:
    families = {face.family for face in faces}
    chosen = next((family for family in PREFERRED[language] if family in families), None)
    if chosen is None:
        plain = sorted(family for family in families if "serif" not in family.lower() and "mono" not in family.lower())
        chosen = next(iter(plain or sorted(families)), None)
    if chosen is None:
        return None
    own = [face for face in faces if face.family == chosen]
    files = dict.fromkeys(face.file for style in LIGHTS for face in own if face.style == style)
    return Fonts(chosen, tuple(files) or (own[0].file,))


def _known_by_name(text: str, language: str) -> Fonts | None:
    needed = {language, *(["ko"] if HANGUL.search(text) else []), *(["zh"] if HAN.search(text) else [])}
    for pattern, families in KNOWN:
        if not needed <= families.keys():
            continue
        files = [str(path) for folder in FOLDERS for path in sorted(Path(folder).expanduser().glob(f"**/{pattern}"))]
        if files:
            return Fonts(families[language], tuple(files[:2]))
    return None

"""How the signs an office types become plain ones: full-width, Chinese numerals, stray spaces."""

import re
import unicodedata

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_TENS = re.compile(r"([一二两三四五六七八九]?)十([一二三四五六七八九]?)\Z")
_CHINESE = re.compile(r"[零〇一二两兩三四五六七八九十]+")
_FORMAT_SIGNS = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_UNSEEN = re.compile(rf"\s|{_FORMAT_SIGNS.pattern}")
_MINUS = str.maketrans("－—–−﹣‐‑~～", "---------")


def plain(text: str) -> str:
    """Full-width to half-width, every kind of dash to "-", no white space at all. "１ 栋" -> "1栋"."""
    if text.isascii():
        return "".join(text.split())
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text).translate(_MINUS))


def one_line(text: str) -> str:
    """Full-width to half-width, but words stay apart by one space (names, notes)."""
    return " ".join(_FORMAT_SIGNS.sub("", unicodedata.normalize("NFKC", text)).split())


def arabic(text: str) -> str:
    """Every run of Chinese numerals below a hundred as digits: "三号楼十二单元" -> "3号楼12单元"."""
    return text if text.isascii() else _CHINESE.sub(lambda run: _value(run.group()), text)


def _value(run: str) -> str:
    tens = _TENS.match(run)
    if tens:
        return str(10 * _DIGITS.get(tens.group(1) or "一", 1) + _DIGITS.get(tens.group(2) or "零", 0))
    if "十" in run:
        return run
    return "".join(str(_DIGITS[sign]) for sign in run)

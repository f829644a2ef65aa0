"""Clock times as customers say them: 晚上八点半, 下午3点一刻, 14:30, and stretches of the day: 两点到五点, 下班后."""

import re

from bot.nlu.numerals import number

PART = r"(?:凌晨|清晨|清早|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|夜间|半夜|晚间|白天|[今明昨]晚|[今明昨]早)"
_CLOCK = re.compile(
    rf"(?P<part>{PART})?的?[ ,]?(?P<hour>\d{{1,2}}|[一二三四五六七八九十两]{{1,3}})"
    r"(?:(?P<colon>:)(?P<minutes>[0-5]\d)|点(?P<spoken>半|整|钟|[一三]刻|[0-5]?\d分?|[一二三四五六七八九十]{1,3}分?)?)"
)
_AFTERNOON = ("下午", "傍晚", "晚上", "晚间", "夜里", "夜间", "今晚", "明晚", "昨晚")
_AT_NIGHT = ("晚上", "夜里", "夜间", "半夜", "晚间")
_STRETCHES = {
    "凌晨": ("00:00", "06:00"), "清晨": ("06:00", "09:00"), "清早": ("06:00", "09:00"), "早上": ("07:00", "09:00"),
    "早晨": ("07:00", "09:00"), "上午": ("09:00", "12:00"), "中午": ("12:00", "14:00"), "下午": ("12:00", "18:00"),
    "傍晚": ("17:00", "19:00"), "晚上": ("18:00", "22:00"), "晚间": ("18:00", "22:00"), "夜里": ("20:00", "24:00"),
    "夜间": ("20:00", "24:00"), "半夜": ("22:00", "24:00"), "白天": ("09:00", "18:00"), "晚": ("18:00", "22:00"),
    "早": ("07:00", "09:00"),
}  # fmt: skip
_BEFORE = re.compile(r"(?:以前|之前|前)(?!天)")
_END_OF_WORK = "18:00"
_EARLIEST_CALL = 7


def of(text: str) -> str | None:
    """The first clock time in a text as HH:MM."""
    found = _CLOCK.search(text)
    return _read(found, found["part"]) if found else None


def hours(text: str) -> tuple[str | None, str | None]:
    """From when until when; 两点到五点 are both of the afternoon, 六点前 has an end only."""
    found = list(_CLOCK.finditer(text))
    part = re.search(PART, text)
    if not found:
        if re.search("下班|收工", text):
            return (None, _END_OF_WORK) if _BEFORE.search(text) else (_END_OF_WORK, None)
        if part is None:
            return None, None
        start, end = _STRETCHES.get(part[0]) or _STRETCHES[part[0][-1]]
        return (start, None) if re.search("以后|之后|过后|后$", text) else (start, end)
    first = _read(found[0], found[0]["part"] or _for_calls(found[0]["hour"]))
    if len(found) > 1:
        last = _read(found[1], found[1]["part"] or found[0]["part"] or _for_calls(found[1]["hour"]))
        return first, last
    return (None, first) if _BEFORE.search(text, found[0].end()) else (first, None)


def _for_calls(hour: str) -> str | None:
    """「五点后打」: nobody wants to be called at five in the morning."""
    value = number(hour)
    return "下午" if value is not None and value <= _EARLIEST_CALL else None


def _read(found: "re.Match[str]", part: str | None) -> str | None:
    value = number(found["hour"])
    if value is None:
        return None
    hour, minute = int(value), _minutes(found["minutes"] or found["spoken"])
    if (part in _AFTERNOON and 1 <= hour <= 11) or (part == "中午" and 1 <= hour <= 3):
        hour += 12
    elif part in _AT_NIGHT and hour == 12:
        hour = 0
    return f"{hour:02d}:{minute:02d}" if hour <= 24 and minute < 60 else None


def _minutes(text: str | None) -> int:
    if not text or text in ("整", "钟"):
        return 0
    if text == "半":
        return 30
    if text.endswith("刻"):
        return 15 if text[0] == "一" else 45
    return int(number(text.rstrip("分")) or 0)

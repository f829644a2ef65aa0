"""When a public holiday was. Days off: chinese-calendar, 2004 to the last year that the State Council has published."""

from datetime import date, timedelta
from functools import lru_cache

from chinese_calendar.constants import Holiday, holidays

_FESTIVALS = {
    "元旦": Holiday.new_years_day,
    "春节": Holiday.spring_festival,
    "过年": Holiday.spring_festival,
    "清明": Holiday.tomb_sweeping_day,
    "端午": Holiday.dragon_boat_festival,
    "中秋": Holiday.mid_autumn_festival,
    "五一": Holiday.labour_day,
    "5.1": Holiday.labour_day,
    "国庆": Holiday.national_day,
    "十一": Holiday.national_day,
    "10.1": Holiday.national_day,
}
#: month and day; of the festivals that always begin on it, the day itself
_FIXED = {
    "元旦": (1, 1), "五一": (5, 1), "5.1": (5, 1), "国庆": (10, 1), "十一": (10, 1), "10.1": (10, 1),
    "双十一": (11, 11), "双11": (11, 11), "11.11": (11, 11), "双十二": (12, 12), "双12": (12, 12), "618": (6, 18),
}  # fmt: skip


def days_off(name: str, year: int) -> tuple[date, date] | None:
    """First and last day off; of shopping days (双十一) the day. None for years that are not published."""
    if name in _FESTIVALS:
        return _of_year(_FESTIVALS[name], year)
    day = fixed_day(name, year)
    return (day, day) if day else None


def fixed_day(name: str, year: int) -> date | None:
    """The day itself, where it is always the same one: 元旦那天."""
    return date(year, *_FIXED[name]) if name in _FIXED else None


@lru_cache(maxsize=128)
def _of_year(festival: Holiday, year: int) -> tuple[date, date] | None:
    # New Year's days off may begin in the December before.
    window = (date(year, 1, 1) - timedelta(days=5), date(year, 12, 26))
    days = sorted(day for day, name in holidays.items() if name == festival.value and window[0] <= day < window[1])
    return (days[0], days[-1]) if days else None

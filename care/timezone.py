"""Days and clock times are China's, wherever the server stands (no daylight saving time since 1992)."""

from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")

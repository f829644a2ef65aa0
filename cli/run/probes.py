"""Asking a part how it is."""

from __future__ import annotations

import enum
import urllib.error
import urllib.request

#: Seconds. A busy part may be slow to say that it lives.
PATIENCE = 5.0


class Health(enum.Enum):
    GOOD = "good"
    #: it answers, but not with 200: alive, perhaps waiting for another part.
    POOR = "poor"
    SILENT = "silent"


# A proxy of the environment would be asked for 127.0.0.1, too.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(url: str) -> Health:
    try:
        with _opener.open(url, timeout=PATIENCE) as answer:
            return Health.GOOD if answer.status == 200 else Health.POOR
    except urllib.error.HTTPError as error:
        error.close()
        return Health.POOR
    except (OSError, ValueError):
        # ValueError: http.client on an answer that is not HTTP.
        return Health.SILENT

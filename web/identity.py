"""Who is logged in on the operator's own page, as its server has signed it: a JSON Web Token (RFC 7519) with HS256.

Claims: `sub`, the page's own name for its user; `aud`, `quanyi`; `exp`, at most a day ahead; and, where the operator's
records have it, `birth_year`: who is 65 is given a person first (docs/handoff.md). The key is `QUANYI_IDENTITY_KEY`.
It is level 1 of care/accounts/proofs.py: it opens only what this user proved before by a code.
Nothing of it is logged or repeated, neither the token nor what it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from sqlalchemy.orm import Session as Database

from care.accounts.proofs import forget_user, know_user
from care.errors import NotAllowed
from care.handoff.policy import threshold
from care.handoff.rules import Reason
from care.settings import settings
from care.timezone import CHINA

#: `channel_users.channel`: the same user in the widget and over REST
PAGE = "page"
AUDIENCE = "quanyi"
LONGEST = timedelta(hours=24)
#: The operator's clock may be off by so much.
_LEEWAY = timedelta(seconds=60)
_MAX_USER = 256
_MAX_TOKEN = 4096
#: years
_OLDEST = 130


@dataclass(frozen=True)
class Identity:
    user: str
    until: datetime
    #: old enough for a person first; False where the page does not say
    is_senior: bool = False


def read(token: object, now: datetime) -> Identity:
    """Raises NotAllowed (reason `identity`) when it is expired, not signed with our key, or not meant for us."""
    key = settings().identity_key.get_secret_value()
    if not key:
        raise _refused("nobody can be known here: QUANYI_IDENTITY_KEY is not set")
    if not isinstance(token, str) or not token.isascii() or len(token) > _MAX_TOKEN:
        raise _refused("identity is a JSON Web Token, signed by the page's own server")
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=["HS256"],
            audience=AUDIENCE,
            leeway=_LEEWAY,
            options={"require": ["sub", "exp", "aud"]},
        )
        until = datetime.fromtimestamp(int(claims["exp"]), UTC)
    except jwt.ExpiredSignatureError:
        raise _refused("the identity is expired; sign a new one") from None
    except jwt.ImmatureSignatureError:
        raise _refused("the identity is not valid yet; compare the clocks of both servers") from None
    except jwt.InvalidAudienceError:
        raise _refused(f"the identity is not meant for us; its aud must be {AUDIENCE}") from None
    except jwt.MissingRequiredClaimError as error:
        raise _refused(f"the identity needs the claim {error.claim}") from None
    except (jwt.InvalidTokenError, ValueError, OverflowError, OSError):
        raise _refused("the identity was not signed with QUANYI_IDENTITY_KEY (HS256)") from None
    if until > now + LONGEST + _LEEWAY:
        raise _refused("the identity lasts too long; its exp may be 24 hours ahead")
    user = claims["sub"]
    if not 0 < len(user) <= _MAX_USER or not user.isprintable():
        raise _refused(f"the sub of the identity must have 1 to {_MAX_USER} printable characters")
    return Identity(user, until, _is_senior(claims.get("birth_year"), now))


def _is_senior(birth_year: object, now: datetime) -> bool:
    """By the year alone: from the first day of the year in which they reach that age."""
    if birth_year is None:
        return False
    year = now.astimezone(CHINA).year
    if isinstance(birth_year, bool) or not isinstance(birth_year, int) or not year - _OLDEST <= birth_year <= year:
        raise _refused("the birth_year of the identity must be a year as a number, 1958")
    return year - birth_year >= threshold(Reason.ELDERLY, "age")


def recognise(database: Database, conversation_id: str, identity: Identity | None, now: datetime) -> None:
    """Write down whose conversation it is; without an identity it is nobody's from now on.

    Raises Conflict (reason `identity_other`) when it was somebody else's.
    """
    if identity is None:
        forget_user(database, conversation_id, now)
    else:
        know_user(database, conversation_id, PAGE, identity.user, identity.until, now, is_senior=identity.is_senior)


def _refused(why: str) -> NotAllowed:
    return NotAllowed("identity", why)

"""Who is logged in on the operator's own page, as its server has signed it: a JSON Web Token (RFC 7519) with HS256.

Claims: `sub`, the page's own name for its user; `aud`, `quanyi`; `exp`, at most a day ahead; and, where the operator's
records have it, `birth_year`: who is 65 is given a person first (docs/handoff.md). The key is `QUANYI_IDENTITY_KEY`.
It is level 1 of care/accounts/proofs.py: it opens only what this user proved before by a code.

A mini program's user is told by WeChat (web/channels/wechat/mini.py) and signed by ourselves, with a key and an
audience of its own: neither kind is taken for the other.

Nothing of it is logged or repeated, neither the token nor what it says.
"""

from __future__ import annotations

import hashlib
import hmac
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
#: `channel_users.channel` of who comes through our mini program
MINI = "wechat_mini"
_MINI_AUDIENCE = "quanyi-mini"
#: no JSON Web Token begins so
_MINI_MARK = "mini."
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
    #: PAGE or MINI: who vouches for them
    channel: str = PAGE


def is_used() -> bool:
    """Whether anybody can be known here at all."""
    return bool(settings().identity_key.get_secret_value()) or settings().serves_mini


def of_mini(user: str, now: datetime) -> tuple[str, datetime]:
    """What says for a day that this user of the mini program writes, and until when. `user`: a keyed hash."""
    until = now.replace(microsecond=0) + LONGEST
    claims = {"sub": user, "aud": _MINI_AUDIENCE, "exp": int(until.timestamp())}
    return _MINI_MARK + jwt.encode(claims, _mini_key(), algorithm="HS256"), until


def read(token: object, now: datetime) -> Identity:
    """Raises NotAllowed (reason `identity`) when it is expired, not signed with our key, or not meant for us."""
    if isinstance(token, str) and token.startswith(_MINI_MARK):
        return _read_mini(token.removeprefix(_MINI_MARK))
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


def _read_mini(token: str) -> Identity:
    if not settings().serves_mini or len(token) > _MAX_TOKEN:
        raise _refused("no mini program is served here")
    try:
        claims = jwt.decode(token, _mini_key(), algorithms=["HS256"], audience=_MINI_AUDIENCE)
    except jwt.ExpiredSignatureError:
        raise _refused("the identity is expired; ask for a new session with wx.login") from None
    except (jwt.InvalidTokenError, ValueError):
        raise _refused("the identity is not one of ours; ask for a new session with wx.login") from None
    return Identity(claims["sub"], datetime.fromtimestamp(claims["exp"], UTC), channel=MINI)


def _mini_key() -> bytes:
    """One of its own, made of the one that signs conversations."""
    return hmac.new(settings().token_key.get_secret_value().encode(), b"mini-identity", hashlib.sha256).digest()


def recognise(database: Database, conversation_id: str, identity: Identity | None, now: datetime) -> None:
    """Write down whose conversation it is; without an identity it is nobody's from now on.

    Raises Conflict (reason `identity_other`) when it was somebody else's.
    """
    if identity is None:
        forget_user(database, conversation_id, now)
    else:
        know_user(
            database,
            conversation_id,
            identity.channel,
            identity.user,
            identity.until,
            now,
            is_senior=identity.is_senior,
        )


def _refused(why: str) -> NotAllowed:
    return NotAllowed("identity", why)

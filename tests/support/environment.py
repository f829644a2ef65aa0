"""The variables of the application side as tests have them. The database's address comes from the server."""

from __future__ import annotations

import base64
import os
import tempfile
from pathlib import Path

from care import crypto, db, settings
from care.billing import system
from care.handoff import policy as handoff_policy
from care.privacy import retention
from care.sla import policy
from web import sessions, tokens


def key(letter: str) -> str:
    """32 bytes of one letter, in base64: easy to tell apart in a failing test."""
    return base64.b64encode(letter.encode() * 32).decode()


KEYS = f"k1:{key('a')}"
GATEWAY_SECRET = "gateway-secret-of-the-tests"
ACTIONS_SECRET = "actions-secret-of-the-tests"
#: The telephone of every customer of the tests (tests/support/telephone.py).
SMS_LOG = Path(tempfile.gettempdir()) / f"quanyi-tests-{os.getpid()}" / "sms.log"
#: The discard service's port: nothing listens there.
NOBODY = "http://127.0.0.1:9"

VARIABLES = {
    "QUANYI_MODE": "demo",
    "QUANYI_KEYS": KEYS,
    "QUANYI_INDEX_KEY": key("i"),
    "QUANYI_TOKEN_KEY": "token-key-of-the-tests",
    "QUANYI_GATEWAY_SECRET": GATEWAY_SECRET,
    "QUANYI_ACTIONS_SECRET": ACTIONS_SECRET,
    "QUANYI_RASA_URL": NOBODY,
    "QUANYI_RASA_URLS": "",
    "QUANYI_TRAINING_REPOSITORY": "",
    "QUANYI_TRAINING_BRANCH": "trainers",
    "QUANYI_ACTIONS_URL": f"{NOBODY}/webhook",
    "QUANYI_REPLY_PATIENCE": "5",
    "QUANYI_ORIGINS": "",
    "QUANYI_PUBLIC_URL": "",
    "QUANYI_POLICY": "",
    "QUANYI_RETENTION": "",
    "QUANYI_HANDOFF": "",
    "QUANYI_BILLING": "",
    "QUANYI_CATALOGUE": "",
    "QUANYI_VIRUS_SCAN": "",
    "QUANYI_TMF678_URL": "",
    "QUANYI_TMF677_URL": "",
    "QUANYI_TMF678_HOLDER": "billingAccount.id",
    "QUANYI_TMF_KEY": "",
    "QUANYI_OPERATOR_KEY": "",
    **dict.fromkeys(
        ("QUANYI_WECHAT_APP_ID", "QUANYI_WECHAT_SECRET", "QUANYI_WECHAT_TOKEN", "QUANYI_WECHAT_AES_KEY"), ""
    ),
    **dict.fromkeys(("QUANYI_WECOM_CORP_ID", "QUANYI_WECOM_SECRET", "QUANYI_WECOM_TOKEN", "QUANYI_WECOM_AES_KEY"), ""),
    **dict.fromkeys(("QUANYI_MINI_APP_ID", "QUANYI_MINI_SECRET", "QUANYI_WECHAT_TEMPLATE"), ""),
    "QUANYI_WECHAT_TEMPLATE_FIELDS": "",
    "QUANYI_WECHAT_MODE": "aes",
    "QUANYI_WECHAT_PUSH": "on",
    "QUANYI_WECHAT_MENU": "numbered",
    "QUANYI_WECHAT_API": NOBODY,
    "QUANYI_WECOM_API": NOBODY,
    "QUANYI_SMS_LOG": str(SMS_LOG),
}


def forget_settings() -> None:
    """What was read from the environment once is read again."""
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    for cached in (
        settings.settings,
        crypto.keyring,
        crypto._index_key,
        db.engine,
        policy.policy,
        handoff_policy.handoff_policy,
        retention.retention,
        system.billing,
        tokens._serializer,
        sessions._serializer,
    ):
        cached.cache_clear()

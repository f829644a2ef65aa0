"""Signature and encryption of what the platforms send us, and of the answers that travel with it.

公众号: https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.html; WeCom, so 微信客服:
https://developer.work.weixin.qq.com/document/path/90968. The same envelope: SHA-1 over the sorted parts, AES-256-CBC
with the key's first 16 bytes as IV, and PKCS#7 to blocks of 32.

A signed request may be sent again by whoever has seen it, within the window of time. Encrypted, its signature covers
the message, which is kept once by its own id: it changes nothing. So no list of seen signatures is kept: several
processes would have to share it, and the documentation does not say whether a retry of the platform's has new ones.
In plain mode (明文) the signature covers only time and nonce: who has seen one can put other words under it until the
window closes. That is why only encrypted messages are taken unless the operator says otherwise.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from care.errors import InvalidInput, NotAllowed
from care.settings import Settings

#: how far the signed time may be from ours
WINDOW = timedelta(minutes=5)
_BLOCK = 32
_RANDOM = 16
_LENGTH = struct.Struct("!I")
_SIGNATURE = re.compile(r"[0-9a-f]{40}")
#: Unix seconds
_TIMESTAMP = re.compile(r"[0-9]{1,11}")
_NONCE = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True)
class Credentials:
    """Of one account, as its console has them."""

    token: str
    #: EncodingAESKey, 43 characters each; the first encrypts, all decrypt
    aes_keys: tuple[str, ...]
    #: app id or corp id: to whom an encrypted message must be addressed
    receiver: str
    #: only encrypted messages are taken
    must_encrypt: bool = True


@dataclass(frozen=True)
class Signed:
    """The signed part of a request's query."""

    signature: str
    timestamp: str
    nonce: str


def official(given: Settings) -> Credentials:
    keys = tuple(given.wechat_aes_key.get_secret_value().split(","))
    return Credentials(
        given.wechat_token.get_secret_value(), keys, given.wechat_app_id, must_encrypt=given.wechat_mode == "aes"
    )


def kf(given: Settings) -> Credentials:
    keys = tuple(given.wecom_aes_key.get_secret_value().split(","))
    return Credentials(given.wecom_token.get_secret_value(), keys, given.wecom_corp_id)


def signature(token: str, timestamp: str, nonce: str, *more: str) -> str:
    """SHA-1 in hex. `more`: the encrypted text, where there is one (`msg_signature`)."""
    return hashlib.sha1("".join(sorted([token, timestamp, nonce, *more])).encode()).hexdigest()


def check(credentials: Credentials, signed: Signed, now: datetime, *more: str, window: timedelta = WINDOW) -> None:
    """Raises NotAllowed: `wechat_signature`, or `wechat_late` when it was signed long ago, or ahead of our clock."""
    if not (
        _SIGNATURE.fullmatch(signed.signature)
        and _TIMESTAMP.fullmatch(signed.timestamp)
        and _NONCE.fullmatch(signed.nonce)
        and all(part.isascii() for part in more)
    ):
        raise NotAllowed("wechat_signature", "signature, time or nonce is missing or is none")
    expected = signature(credentials.token, signed.timestamp, signed.nonce, *more)
    if not hmac.compare_digest(expected, signed.signature):
        raise NotAllowed("wechat_signature", "the signature is not that of our token")
    if abs(now - datetime.fromtimestamp(int(signed.timestamp), UTC)) > window:
        raise NotAllowed("wechat_late", "signed too long ago, or ahead of this machine's clock")


def decrypt(encrypted: str, credentials: Credentials) -> str:
    """What an encrypted text says. Check its signature first.

    Raises InvalidInput `wechat_malformed`, NotAllowed `wechat_receiver` (it is addressed to somebody else).
    """
    try:
        sealed = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError):
        raise _malformed() from None
    if not sealed or len(sealed) % _BLOCK:
        raise _malformed()
    opened = [found for key in credentials.aes_keys if (found := _opened(sealed, key))]
    for content, receiver in opened:
        if hmac.compare_digest(receiver, credentials.receiver.encode()):
            try:
                return content.decode()
            except UnicodeDecodeError:
                raise _malformed() from None
    if opened:
        raise NotAllowed("wechat_receiver", "the message is addressed to another account")
    raise _malformed()


def encrypt(text: str, aes_key: str, receiver: str, *, random: bytes | None = None) -> str:
    """In base64. `aes_key`: EncodingAESKey, 43 characters. `random`: 16 bytes, given only to get a known answer."""
    content = text.encode()
    plain = (random or secrets.token_bytes(_RANDOM)) + _LENGTH.pack(len(content)) + content + receiver.encode()
    missing = _BLOCK - len(plain) % _BLOCK
    encryptor = _cipher(aes_key).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()).decode()


def _opened(sealed: bytes, aes_key: str) -> tuple[bytes, bytes] | None:
    """The content and to whom it is addressed. None: not encrypted with this key, or not by the rules."""
    decryptor = _cipher(aes_key).decryptor()
    plain = decryptor.update(sealed) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
        return None
    plain = plain[_RANDOM:-padding]
    if len(plain) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(plain)
    content = plain[_LENGTH.size :]
    if length > len(content):
        return None
    return content[:length], content[length:]


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(f"{aes_key}=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def _malformed() -> InvalidInput:
    return InvalidInput("wechat_malformed", "not a message as the platform sends it")

"""What the environment tells the application side (care, actions, web, worker).

Every variable is documented in docs/operate/settings.md. In demo mode `quanyi run` makes the secrets once and
keeps them in `var/`; in production mode each one must be set and a missing one is named.
"""

from __future__ import annotations

import base64
import binascii
import re
import shlex
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from care.errors import InvalidInput

_SAME_MACHINE = ("127.0.0.1", "localhost", "::1")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="QUANYI_", extra="ignore")

    mode: Literal["demo", "production"] = "demo"

    #: `postgresql://user:password@host:port/database` of the care database.
    database_url: SecretStr = Field(default=...)
    #: Connections that one process keeps at most (web: threads that touch the database at once).
    database_pool: int = Field(default=10, ge=2, le=200)

    #: `id:base64,id:base64` 32-byte AES keys, the first one encrypts, all decrypt.
    keys: SecretStr = Field(default=...)
    #: base64, 32 bytes: HMAC key of the blind index (look-up of a phone number without reading it).
    index_key: SecretStr = Field(default=...)
    #: signs conversation tokens.
    token_key: SecretStr = Field(default=..., min_length=16)

    #: between web or worker and Rasa's gateway channel.
    gateway_secret: SecretStr = Field(default=..., min_length=16)
    #: between Rasa and the action server.
    actions_secret: SecretStr = Field(default=..., min_length=16)

    rasa_url: str = "http://127.0.0.1:5005"
    #: where each Rasa process is asked by itself, with commas: a model is published to one after the other.
    #: Empty: there is one, at `rasa_url`
    rasa_urls: str = ""
    #: where Rasa calls the action server; the web process asks the same server for its health
    actions_url: str = "http://127.0.0.1:5055/webhook"
    #: seconds that the customer waits before being told that the answer takes longer.
    reply_patience: float = Field(default=5.0, gt=0, le=30)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    actions_port: int = Field(default=5055, ge=1, le=65535)
    worker_port: int = Field(default=8001, ge=1, le=65535)

    #: proxies whose X-Forwarded-For is believed, comma-separated addresses and networks
    trusted_proxies: str = "127.0.0.1"
    #: connected widgets that one address may have at once in one web process
    sockets_per_address: int = Field(default=50, ge=1, le=100_000)
    #: messages that one conversation may send in a minute
    messages_per_minute: int = Field(default=30, ge=1, le=100_000)

    #: days after which a message is no longer offered to trainers
    inbox_days: int = Field(default=180, ge=1, le=3650)
    #: confidence below which a message that was understood is offered to trainers as well; empty: that of config.yml
    inbox_below: str = Field(default="", pattern=r"^(0(\.\d{1,4})?|1(\.0{1,4})?)?$")
    #: git repository of the data files, on a branch of which trainers' changes are committed; empty: a patch only
    training_repository: str = ""
    training_branch: str = Field(default="trainers", pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")

    #: comma-separated origins whose pages may call the web process, e.g. `https://www.example.cn`.
    origins: str = ""

    #: where customers reach the web process: `https://care.example.cn`. Empty: as each request says.
    public_url: str = ""

    #: off: no SMS at all, so no one-time codes and no notices either.
    sms: Literal["on", "off"] = "on"
    #: the operator's SMS gateway (docs/operate/sms.md); without one the demo mode writes to `sms_log`.
    sms_url: str = ""
    #: signs what is sent to it.
    sms_key: SecretStr = Field(default="", validate_default=True)
    sms_log: str = "var/log/sms.log"

    #: off: no accounts at all. demo: a made-up operator in schema `demo_operator`. tmf: the operator's own systems.
    #: Nothing said: demo in demo mode, off in production.
    billing: Literal["off", "demo", "tmf", ""] = Field(default="", validate_default=True)
    #: base addresses of TMF678 customerBillManagement and TMF677 usageConsumption, both v4
    tmf678_url: str = Field(default="", validate_default=True)
    tmf677_url: str = Field(default="", validate_default=True)
    #: attribute of a customerBill that holds the telephone number
    tmf678_holder: Literal["billingAccount.id", "relatedParty.id"] = "billingAccount.id"
    #: bearer token for both; empty: none is sent
    tmf_key: SecretStr = Field(default="", validate_default=True)

    #: command that looks for viruses in every file, on standard input (docs/operate/files.md); empty: nothing does
    virus_scan: str = ""

    #: file of what is on sale (docs/operate/catalogue.md); empty: the made-up one that comes with us
    catalogue: str = ""

    #: signs what the operator's own page says about who is logged in there (docs/widget.md); empty: nobody is known
    identity_key: SecretStr = Field(default="", validate_default=True)

    #: lets the operator's dialler ask who agreed to marketing calls (docs/operate/choices.md); empty: nobody may ask
    operator_key: SecretStr = Field(default="", validate_default=True)

    #: 公众号 (docs/operate/wechat.md): app id, and what its console calls AppSecret, Token and EncodingAESKey (two
    #: with a comma, the new one first, while it is changed). Served with app id, token and AES key; the
    #: secret is for our own calls
    wechat_app_id: str = Field(default="", pattern="^(wx[0-9A-Za-z]{16})?$")
    wechat_secret: SecretStr = Field(default="", validate_default=True)
    wechat_token: SecretStr = Field(default="", validate_default=True)
    wechat_aes_key: SecretStr = Field(default="", validate_default=True)
    #: aes: only encrypted messages are taken (安全模式). plain: others as well (明文, 兼容)
    wechat_mode: Literal["aes", "plain"] = "aes"
    #: on: the account may send customer-service messages. off: only the answer to a message can carry our words
    wechat_push: Literal["on", "off"] = "on"
    #: quick replies as a numbered list, or as the platform's msgmenu (needs the push right)
    wechat_menu: Literal["numbered", "msgmenu"] = "numbered"
    #: id of the template that says that something waits, and its fields: `thing1=what,time2=time`; empty: SMS only
    wechat_template: str = ""
    wechat_template_fields: str = ""
    #: 微信客服: corp id, secret of the app that serves it, and its call-back's Token and EncodingAESKey
    wecom_corp_id: str = Field(default="", pattern="^(ww[0-9A-Za-z]{16}|wx[0-9A-Za-z]{16})?$")
    wecom_secret: SecretStr = Field(default="", validate_default=True)
    wecom_token: SecretStr = Field(default="", validate_default=True)
    wecom_aes_key: SecretStr = Field(default="", validate_default=True)
    #: mini program, whose pages speak to us as a widget does
    mini_app_id: str = Field(default="", pattern="^(wx[0-9A-Za-z]{16})?$")
    mini_secret: SecretStr = Field(default="", validate_default=True)
    #: where the platforms' servers are; other addresses are for tests and for a proxy of the operator's own
    wechat_api: str = "https://api.weixin.qq.com"
    wecom_api: str = "https://qyapi.weixin.qq.com"

    #: on: the demo page shows the SMS that would have been sent, codes included; demo mode only
    demo_telephone: Literal["on", "off", ""] = Field(default="", validate_default=True)

    @field_validator("sms_url", "tmf678_url", "tmf677_url", "wechat_api", "wecom_api")
    @classmethod
    def _is_private(cls, url: str) -> str:
        parts = urlsplit(url)
        is_private = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _SAME_MACHINE)
        if url and not (is_private and parts.hostname):
            raise ValueError("https://…, or http:// to a program on the same machine: numbers and texts are personal")
        return url

    @field_validator("wechat_token", "wecom_token")
    @classmethod
    def _is_a_platforms_token(cls, token: SecretStr) -> SecretStr:
        if not re.fullmatch(r"(?:[0-9A-Za-z]{3,32})?", token.get_secret_value()):
            raise ValueError("3 to 32 letters and digits, as the console takes it")
        return token

    @field_validator("wechat_aes_key", "wecom_aes_key")
    @classmethod
    def _is_a_platforms_key(cls, keys: SecretStr) -> SecretStr:
        if not re.fullmatch(r"(?:[0-9A-Za-z]{43}(?:,[0-9A-Za-z]{43})?)?", keys.get_secret_value()):
            raise ValueError("43 letters and digits, as the console shows it; an older one behind a comma")
        return keys

    @field_validator("virus_scan")
    @classmethod
    def _is_a_command(cls, command: str) -> str:
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise ValueError(f"a command with its arguments, as a shell reads it: {error}") from error
        return command if words else ""

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and not (
            parts.scheme in ("http", "https")
            and parts.hostname
            and url.rstrip("/") == f"{parts.scheme}://{parts.netloc}"
        ):
            raise ValueError("https://host or https://host:port, with nothing behind it")
        return url.rstrip("/")

    @field_validator("tmf678_url", "tmf677_url")
    @classmethod
    def _is_there_for_tmf(cls, url: str, others: ValidationInfo) -> str:
        if others.data.get("billing") == "tmf" and not url:
            raise ValueError("https://…; QUANYI_BILLING=tmf needs both addresses, see docs/operate/billing.md")
        return url

    @field_validator("billing")
    @classmethod
    def _is_a_real_one_in_production(cls, chosen: str, others: ValidationInfo) -> str:
        is_production = others.data.get("mode") == "production"
        if chosen == "demo" and is_production:
            raise ValueError("tmf or off in production: the demo operator's customers are made up")
        return chosen or ("off" if is_production else "demo")

    @field_validator("demo_telephone")
    @classmethod
    def _is_off_in_production(cls, chosen: str, others: ValidationInfo) -> str:
        is_production = others.data.get("mode") == "production"
        if chosen == "on" and is_production:
            raise ValueError("off in production: whoever opens the page could read everybody's codes")
        return chosen or ("off" if is_production else "on")

    @field_validator("identity_key")
    @classmethod
    def _is_long_enough(cls, key: SecretStr) -> SecretStr:
        if 0 < len(key.get_secret_value()) < 32:
            raise ValueError("at least 32 characters: with it somebody is taken for a known customer")
        return key

    @field_validator("operator_key")
    @classmethod
    def _is_not_guessed(cls, key: SecretStr) -> SecretStr:
        if 0 < len(key.get_secret_value()) < 32:
            raise ValueError("at least 32 characters: with it anybody learns what customers chose")
        return key

    @field_validator("sms_key")
    @classmethod
    def _is_there_for_the_gateway(cls, key: SecretStr, others: ValidationInfo) -> SecretStr:
        if others.data.get("sms_url") and len(key.get_secret_value()) < 16:
            raise ValueError("at least 16 characters; QUANYI_SMS_URL needs it")
        return key

    @field_validator("index_key")
    @classmethod
    def _is_32_bytes(cls, key: SecretStr) -> SecretStr:
        try:
            length = len(base64.b64decode(key.get_secret_value(), validate=True))
        except binascii.Error:
            length = 0
        if length != 32:
            raise ValueError("32 random bytes as base64")
        return key

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith("postgresql://"):
            raise ValueError("postgresql://user:password@host:port/database")
        return url

    @property
    def allowed_origins(self) -> list[str]:
        return [origin.strip().rstrip("/") for origin in self.origins.split(",") if origin.strip()]

    @property
    def rasa_processes(self) -> tuple[str, ...]:
        """Where each Rasa process is asked by itself."""
        named = tuple(part.strip().rstrip("/") for part in self.rasa_urls.split(",") if part.strip())
        return named or (self.rasa_url,)

    @property
    def serves_wechat(self) -> bool:
        return bool(
            self.wechat_app_id and self.wechat_token.get_secret_value() and self.wechat_aes_key.get_secret_value()
        )

    @property
    def serves_wecom(self) -> bool:
        given = (self.wecom_secret, self.wecom_token, self.wecom_aes_key)
        return bool(self.wecom_corp_id and all(each.get_secret_value() for each in given))

    @property
    def serves_mini(self) -> bool:
        return bool(self.mini_app_id and self.mini_secret.get_secret_value())

    @property
    def sqlalchemy_url(self) -> str:
        """The care database's URL with the driver that SQLAlchemy needs named (psycopg 3)."""
        return self.database_url.get_secret_value().replace("postgresql://", "postgresql+psycopg://", 1)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Raises InvalidInput (reason `settings`) naming every variable that is missing or wrong."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [f"QUANYI_{str(part['loc'][0]).upper()} ({part['msg'].lower()})" for part in error.errors()]
        raise InvalidInput("settings", f"set these variables, see docs/operate: {', '.join(wrong)}") from None

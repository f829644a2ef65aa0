"""The environment is read once; what is missing or wrong is named, its value never."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from care.errors import InvalidInput
from care.settings import Settings, settings
from tests.support.environment import VARIABLES


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for name, value in {**VARIABLES, "QUANYI_DATABASE_URL": "postgresql://a:geheim@127.0.0.1:9/x"}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


def _refusal() -> str:
    with pytest.raises(InvalidInput) as refused:
        settings()
    assert refused.value.reason == "settings"
    return str(refused.value)


def test_everything_set(environment: pytest.MonkeyPatch) -> None:
    assert settings().sqlalchemy_url == "postgresql+psycopg://a:geheim@127.0.0.1:9/x"
    assert settings().port == 8000


def test_all_that_is_missing_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    for name in ("QUANYI_KEYS", "QUANYI_TOKEN_KEY"):
        environment.delenv(name)
    message = _refusal()
    assert "QUANYI_KEYS" in message
    assert "QUANYI_TOKEN_KEY" in message
    assert "QUANYI_INDEX_KEY" not in message, "that one is set"


WRONG = [
    ("QUANYI_PORT", "70000"),  # no such port
    ("QUANYI_PORT", "http"),  # not a number
    ("QUANYI_DATABASE_POOL", "1"),  # one connection would wait for itself
    ("QUANYI_REPLY_PATIENCE", "0"),  # nobody would ever get an answer
    ("QUANYI_MODE", "prod"),  # neither demo nor production
    ("QUANYI_ACTIONS_SECRET", ""),  # an empty secret lets everybody in who sends none
    ("QUANYI_GATEWAY_SECRET", ""),  # the same
    ("QUANYI_TOKEN_KEY", ""),  # tokens that everybody can sign
    ("QUANYI_INDEX_KEY", ""),  # a blind index that everybody can compute
    ("QUANYI_INDEX_KEY", "YWJj"),  # three bytes: found by trying
    ("QUANYI_INDEX_KEY", "not base64!"),  # decodes to something short, silently
    ("QUANYI_PUBLIC_URL", "care.example.cn"),  # no scheme: no address that a search engine can open
    ("QUANYI_PUBLIC_URL", "https://care.example.cn/help"),  # the pages lie at the root
    ("QUANYI_PUBLIC_URL", "ftp://care.example.cn"),  # no web
    ("QUANYI_SMS", "no"),  # on or off
    ("QUANYI_SMS_URL", "http://sms.example.cn/send"),  # numbers and texts for everybody on the way
    ("QUANYI_SMS_URL", "http://localhost@sms.example.cn/send"),  # the same, with a user named localhost
    ("QUANYI_SMS_URL", "https:///send"),  # no host
    ("QUANYI_SMS_URL", "sms.example.cn"),  # no scheme
    ("QUANYI_SMS_URL", "ftp://sms.example.cn"),
    ("QUANYI_SMS_URL", "https://[::1/send"),  # not an address at all
    ("QUANYI_BILLING", "demo2"),  # off, demo or tmf
    ("QUANYI_TMF678_URL", "http://bss.example.cn/tmf-api"),  # bills for everybody on the way
    ("QUANYI_TMF677_URL", "bss.example.cn"),  # no scheme
    ("QUANYI_TMF678_HOLDER", "product.id"),  # not an attribute of a bill
    ("QUANYI_IDENTITY_KEY", "short"),  # found by trying: then everybody is anybody
    ("QUANYI_OPERATOR_KEY", "short"),  # found by trying: then anybody learns what customers chose
    ("QUANYI_DEMO_TELEPHONE", "yes"),  # on or off
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_named(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(name, value)
    message = _refusal()
    assert name in message
    assert "geheim" not in message


CHOSEN = [
    # mode, name, value; what holds, or None: it does not start
    ("demo", "QUANYI_BILLING", "", "demo"),
    ("demo", "QUANYI_BILLING", "off", "off"),
    ("production", "QUANYI_BILLING", "", "off"),
    ("production", "QUANYI_BILLING", "demo", None),  # real customers would be shown made-up bills
    ("demo", "QUANYI_DEMO_TELEPHONE", "", "on"),
    ("demo", "QUANYI_DEMO_TELEPHONE", "off", "off"),
    ("production", "QUANYI_DEMO_TELEPHONE", "", "off"),
    ("production", "QUANYI_DEMO_TELEPHONE", "on", None),  # everybody could read everybody's codes
]


@pytest.mark.parametrize(("mode", "name", "value", "holds"), CHOSEN)
def test_what_is_for_trying_out_only(
    environment: pytest.MonkeyPatch, mode: str, name: str, value: str, holds: str | None
) -> None:
    environment.setenv("QUANYI_MODE", mode)
    environment.setenv(name, value)
    if holds is None:
        assert name in _refusal()
    else:
        assert getattr(settings(), name.removeprefix("QUANYI_").lower()) == holds


def test_secrets_are_not_shown(environment: pytest.MonkeyPatch) -> None:
    assert "geheim" not in repr(settings())
    assert VARIABLES["QUANYI_ACTIONS_SECRET"] not in repr(settings())


SMS_KEY = "sixteen-and-more"

GATEWAYS = [
    ("", "", True),  # none: nothing to sign
    ("https://sms.example.cn/send", SMS_KEY, True),
    ("http://127.0.0.1:9000/send", SMS_KEY, True),  # an adapter on the same machine
    ("http://localhost/send", SMS_KEY, True),
    ("http://[::1]:9000/send", SMS_KEY, True),
    ("https://sms.example.cn/send", "", False),  # unsigned
    ("https://sms.example.cn/send", "too-short", False),
    ("", "too-short", True),  # not used
]


@pytest.mark.parametrize(("url", "key", "is_right"), GATEWAYS)
def test_a_gateway_is_told_with_its_key(environment: pytest.MonkeyPatch, url: str, key: str, is_right: bool) -> None:
    environment.setenv("QUANYI_SMS_URL", url)
    environment.setenv("QUANYI_SMS_KEY", key)
    if is_right:
        assert (settings().sms_url, settings().sms_key.get_secret_value()) == (url, key)
        assert not key or key not in repr(settings())
    else:
        message = _refusal()
        assert "QUANYI_SMS_KEY" in message
        assert not key or key not in message


TMF = "https://bss.example.cn/tmf-api"

SYSTEMS = [
    # billing, address of bills, address of usage; what is named, or nothing: it starts
    ("tmf", TMF, TMF, ()),
    ("tmf", "", TMF, ("QUANYI_TMF678_URL",)),
    ("tmf", TMF, "", ("QUANYI_TMF677_URL",)),
    ("tmf", "", "", ("QUANYI_TMF678_URL", "QUANYI_TMF677_URL")),  # all that is missing at once
    ("off", "", "", ()),  # nobody is asked
    ("demo", TMF, "", ()),  # set for later
]


@pytest.mark.parametrize(("billing", "bills", "usage", "named"), SYSTEMS)
def test_an_operators_systems_have_addresses(
    environment: pytest.MonkeyPatch, billing: str, bills: str, usage: str, named: tuple[str, ...]
) -> None:
    for name, value in (("BILLING", billing), ("TMF678_URL", bills), ("TMF677_URL", usage), ("TMF_KEY", "geheim")):
        environment.setenv(f"QUANYI_{name}", value)
    if not named:
        assert (settings().billing, settings().tmf678_url) == (billing, bills)
        assert "geheim" not in repr(settings())
        return
    message = _refusal()
    assert all(name in message for name in named)
    assert "docs/operate/billing.md" in message


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", []),  # nobody: the widget is served from our own address
        ("https://www.example.cn", ["https://www.example.cn"]),
        ("https://a.cn/, https://b.cn", ["https://a.cn", "https://b.cn"]),  # as people copy them: slash, space
        (" , ", []),  # only separators
    ],
)
def test_origins(environment: pytest.MonkeyPatch, text: str, origins: list[str]) -> None:
    environment.setenv("QUANYI_ORIGINS", text)
    assert Settings().allowed_origins == origins

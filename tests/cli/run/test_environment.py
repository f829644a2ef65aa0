"""Who is told what."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.errors import Stop
from cli.run.environment import (
    app_environment,
    database_urls,
    rasa_environment,
    secret_values,
    sms_file,
    told_variables,
    training_environment,
)
from cli.run.ports import read_ports
from cli.run.secrets import MAKERS

ROOT = Path("/checkout")
USER = {
    "PATH": "/usr/bin",
    "HOME": "/home/li",
    "LC_ALL": "zh_CN.UTF-8",
    "TF_NUM_INTRAOP_THREADS": "1",
    "AWS_SECRET_ACCESS_KEY": "not ours",
    "QUANYI_ORIGINS": "https://www.example.cn",
    "QUANYI_KEYS": "from the user",
    # Left in the shell by somebody who also points elsewhere.
    "QUANYI_RASA_URL": "http://elsewhere:1",
    "RASA_TELEMETRY_ENABLED": "true",
}
URLS = {"QUANYI_DATABASE_URL": "postgresql://care", "QUANYI_TRACKER_URL": "postgresql://tracker"}
SECRETS = {name: f"secret {name}" for name in MAKERS}
TOLD = told_variables(USER, read_ports({"QUANYI_RASA_PORT": "7005"}), SECRETS, URLS, ROOT / "var" / "log")


def test_rasa_has_no_credentials_to_customer_data() -> None:
    env = rasa_environment(USER, ROOT, TOLD)
    assert {name for name in env if name.startswith("QUANYI_")} == {
        "QUANYI_TRACKER_URL",
        "QUANYI_TRACKER_KEYS",
        "QUANYI_GATEWAY_SECRET",
        "QUANYI_ACTIONS_SECRET",
        "QUANYI_ACTIONS_URL",
        "QUANYI_CHECKOUT",
    }
    assert "AWS_SECRET_ACCESS_KEY" not in env
    assert env["RASA_TELEMETRY_ENABLED"] == "false"
    assert env["QUANYI_ACTIONS_URL"] == "http://127.0.0.1:5055/webhook"
    assert (env["PATH"], env["LC_ALL"], env["TF_NUM_INTRAOP_THREADS"]) == ("/usr/bin", "zh_CN.UTF-8", "1")


def test_training_has_no_secrets() -> None:
    env = training_environment(USER, ROOT)
    assert {name for name in env if name.startswith("QUANYI_")} == {"QUANYI_CHECKOUT", "QUANYI_ENCODER_CACHE"}


def test_the_others_get_the_settings_but_not_rasas() -> None:
    env = app_environment(USER, ROOT, TOLD)
    assert env["QUANYI_DATABASE_URL"] == "postgresql://care"
    assert env["QUANYI_ORIGINS"] == "https://www.example.cn"
    assert env["QUANYI_RASA_URL"] == "http://127.0.0.1:7005"
    assert not {"QUANYI_TRACKER_URL", "QUANYI_TRACKER_KEYS"} & set(env)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"QUANYI_DATABASE_URL": "postgresql://a"}, "QUANYI_DATABASE_URL is set, so QUANYI_TRACKER_URL must be too"),
        ({"QUANYI_TRACKER_URL": "postgresql://a"}, "QUANYI_TRACKER_URL is set, so QUANYI_DATABASE_URL must be too"),
        ({"QUANYI_DATABASE_URL": "mysql://a", "QUANYI_TRACKER_URL": "postgresql://b"}, "must look like postgresql"),
    ],
)
def test_half_given_databases(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(Stop, match=sentence):
        database_urls(given)


def test_databases_are_ours_or_the_users() -> None:
    assert database_urls({}) is None
    assert database_urls({"QUANYI_DATABASE_URL": ""}) is None
    assert database_urls(URLS) == URLS


def test_secret_values_also_one_by_one() -> None:
    # A log may show one key of the ring.
    hidden = secret_values({"QUANYI_KEYS": "k2:aaaaaaaaaa,k1:bbbbbbbbbb", "QUANYI_PORT": "8000"})
    assert hidden == ["k2:aaaaaaaaaa,k1:bbbbbbbbbb", "k2:aaaaaaaaaa", "k1:bbbbbbbbbb"]


LOG = "/checkout/var/log/sms.log"
SMS_FILES = [
    ({}, LOG),  # trying it out
    ({"QUANYI_SMS_LOG": "/tmp/telephone"}, "/tmp/telephone"),  # where the user wants it
    ({"QUANYI_SMS_URL": "https://sms.example.cn"}, None),  # sent
    ({"QUANYI_SMS": "off"}, None),  # no SMS
    ({"QUANYI_SMS": "on"}, LOG),
    ({"QUANYI_MODE": "production"}, None),  # never in production
]


@pytest.mark.parametrize(("given", "file"), SMS_FILES)
def test_where_sms_can_be_read(given: dict[str, str], file: str | None) -> None:
    told = told_variables(given, read_ports({}), SECRETS, URLS, ROOT / "var" / "log")
    assert sms_file(given, told) == (file and Path(file))


def test_the_key_of_the_gateway_goes_to_the_app_and_is_never_printed() -> None:
    key = "key of the gateway"
    told = told_variables({"QUANYI_SMS_KEY": key}, read_ports({}), SECRETS, URLS, ROOT / "var" / "log")
    assert app_environment({}, ROOT, told)["QUANYI_SMS_KEY"] == key
    assert key in secret_values(told)
    assert key not in rasa_environment({"QUANYI_SMS_KEY": key}, ROOT, told).values()

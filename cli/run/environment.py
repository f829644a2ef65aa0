"""What each part is told through its environment, and no more than that."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cli.errors import Stop
from cli.run.ports import Ports
from cli.run.processes import MARK

#: What any program may know. Rasa gets this and not our whole environment: it has no credentials to customer data.
_BASICS = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TERM"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    *("PYTHONDONTWRITEBYTECODE", "LD_LIBRARY_PATH"),
)
_BASIC_PREFIXES = ("LC_", "RASA_", "TF_", "OMP_", "MKL_", "OPENBLAS_")

_RASA = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SANIC_HOST": "127.0.0.1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONUNBUFFERED": "1",
    "OMP_NUM_THREADS": "1",  # one message on one core: the other one has other messages
}
_RASA_VARIABLES = (
    "QUANYI_TRACKER_URL",
    "QUANYI_TRACKER_KEYS",
    "QUANYI_GATEWAY_SECRET",
    "QUANYI_ACTIONS_SECRET",
    "QUANYI_ACTIONS_URL",
)
#: Nobody needs them to start; told with the others so that they are hidden in what is printed.
_OPTIONAL_SECRETS = (
    *("QUANYI_SMS_KEY", "QUANYI_IDENTITY_KEY", "QUANYI_OPERATOR_KEY", "QUANYI_TMF_KEY"),
    *("QUANYI_WECHAT_SECRET", "QUANYI_WECHAT_TOKEN", "QUANYI_WECHAT_AES_KEY"),
    *("QUANYI_WECOM_SECRET", "QUANYI_WECOM_TOKEN", "QUANYI_WECOM_AES_KEY", "QUANYI_MINI_SECRET"),
)
#: Rasa's own: the others have no business with its events.
_RASA_ONLY = ("QUANYI_TRACKER_URL", "QUANYI_TRACKER_KEYS")


def basics(environ: Mapping[str, str], root: Path) -> dict[str, str]:
    found = {name: value for name, value in environ.items() if name in _BASICS or name.startswith(_BASIC_PREFIXES)}
    return {**found, MARK: str(root)}


def rasa_environment(environ: Mapping[str, str], root: Path, told: Mapping[str, str]) -> dict[str, str]:
    """For `rasa run`: its own database, the two shared secrets, nothing of the customers'."""
    own = {name: told[name] for name in _RASA_VARIABLES}
    return {**basics(environ, root), **_RASA, "PYTHONPATH": str(root), **own}


def training_environment(environ: Mapping[str, str], root: Path) -> dict[str, str]:
    """For `rasa train`: no secrets at all."""
    caches = {
        "RASA_CACHE_DIRECTORY": str(root / "var" / "rasa-cache"),
        "QUANYI_ENCODER_CACHE": str(encoder_cache(root)),
    }
    return {**basics(environ, root), **_RASA, "PYTHONPATH": str(root), **caches}


def encoder_cache(root: Path) -> Path:
    """What the sentence encoder read of training examples: of use to the next training, and to the trainer's tools."""
    return root / "models" / "cache" / "encoder"


def app_environment(environ: Mapping[str, str], root: Path, told: Mapping[str, str]) -> dict[str, str]:
    """For actions, web, worker and migrate: the user's environment and what care/settings.py reads."""
    both = {**environ, **told, "SANIC_HOST": "127.0.0.1", "PYTHONUNBUFFERED": "1", MARK: str(root)}
    return {name: value for name, value in both.items() if name not in _RASA_ONLY}


def told_variables(
    environ: Mapping[str, str], ports: Ports, secrets: Mapping[str, str], urls: Mapping[str, str], logs: Path
) -> dict[str, str]:
    """All the variables that the parts are told, before each gets its share."""
    return {
        **secrets,
        **urls,
        **{name: value for name in _OPTIONAL_SECRETS if (value := environ.get(name))},
        "QUANYI_SMS_LOG": environ.get("QUANYI_SMS_LOG") or str(logs.absolute() / "sms.log"),
        "QUANYI_MODE": environ.get("QUANYI_MODE") or "demo",
        "QUANYI_PORT": str(ports.web),
        "QUANYI_ACTIONS_PORT": str(ports.actions),
        "QUANYI_WORKER_PORT": str(ports.worker),
        "QUANYI_RASA_URL": f"http://127.0.0.1:{ports.rasa}",
        "QUANYI_ACTIONS_URL": f"http://127.0.0.1:{ports.actions}/webhook",
    }


def sms_file(environ: Mapping[str, str], told: Mapping[str, str]) -> Path | None:
    """Where SMS are written instead of sent, in demo mode; None: a gateway sends them, or they are off."""
    is_demo = told["QUANYI_MODE"] == "demo"
    is_elsewhere = environ.get("QUANYI_SMS_URL") or environ.get("QUANYI_SMS") == "off"
    return Path(told["QUANYI_SMS_LOG"]) if is_demo and not is_elsewhere else None


def database_urls(environ: Mapping[str, str]) -> dict[str, str] | None:
    """The user's own databases; None: use the embedded server."""
    names = ("QUANYI_DATABASE_URL", "QUANYI_TRACKER_URL")
    given = {name: value for name in names if (value := environ.get(name))}
    if not given:
        return None
    for name in names:
        if name not in given:
            other = next(iter(given))
            raise Stop(f"{other} is set, so {name} must be too: Rasa's tracker store is a database of its own.")
        if not given[name].startswith("postgresql://"):
            raise Stop(f"{name} must look like postgresql://user:password@host:port/database.")
    return given


def secret_values(told: Mapping[str, str]) -> list[str]:
    """What must never be printed."""
    hidden = [value for name, value in told.items() if name.endswith(("_KEY", "_KEYS", "_SECRET"))]
    return [part for value in hidden for part in (value, *value.split(",")) if len(part) >= 8]

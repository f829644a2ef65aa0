"""A process with a mistake in its configuration ends at once, with one sentence and no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from care.sla.policy import DEFAULT, policy
from care.startup import check_policy_version
from tests.support.environment import VARIABLES, forget_settings

GOOD = {**VARIABLES, "QUANYI_DATABASE_URL": "postgresql://a:geheim@127.0.0.1:9/x"}

MISTAKES = [
    ({"QUANYI_KEYS": ""}, "QUANYI_KEYS"),  # would be noticed at the first message only
    ({"QUANYI_KEYS": "k1:short"}, "QUANYI_KEYS"),
    ({"QUANYI_DATABASE_URL": ""}, "QUANYI_DATABASE_URL"),
    ({"QUANYI_DATABASE_URL": "mysql://a:geheim@h/x"}, "QUANYI_DATABASE_URL"),  # one dialect only
    ({"QUANYI_POLICY": "/nowhere/policy.yml"}, "/nowhere/policy.yml"),
    ({"QUANYI_CATALOGUE": "/nowhere/catalogue.yml"}, "/nowhere/catalogue.yml"),
    ({"QUANYI_RETENTION": "/nowhere/retention.yml"}, "/nowhere/retention.yml"),
    ({"QUANYI_HANDOFF": "/nowhere/handoff.yml"}, "/nowhere/handoff.yml"),
    ({"QUANYI_MODE": "production"}, "set QUANYI_SMS_URL and QUANYI_SMS_KEY, or QUANYI_SMS=off"),  # no SMS by accident
    ({"QUANYI_SMS_URL": "https://sms.example.cn"}, "QUANYI_SMS_KEY"),  # unsigned
]


@pytest.mark.parametrize("module", ["web", "actions"])
@pytest.mark.parametrize(("changed", "named"), MISTAKES, ids=[str(changed) for changed, _ in MISTAKES])
def test_one_sentence(module: str, changed: dict[str, str], named: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUANYI_")}
    done = subprocess.run(
        [sys.executable, "-m", module], env=environment | GOOD | changed, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr.startswith("quanyi: ")
    assert named in done.stderr
    assert "geheim" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_other_rules_under_a_version_that_tickets_were_filed_under(
    database: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that has the database ends, and says what to do."""
    check_policy_version()
    changed = tmp_path / "policy.yml"
    changed.write_text(
        DEFAULT.read_text(encoding="utf-8").replace("most_hours: 72", "most_hours: 48"), encoding="utf-8"
    )
    monkeypatch.setenv("QUANYI_POLICY", str(changed))
    policy.cache_clear()
    try:
        with pytest.raises(SystemExit, match="raise `version`"):
            check_policy_version()
    finally:
        forget_settings()

"""An inbox of a hundred thousand messages: how long a trainer waits for a list, for groups, for what is searched."""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import Any

import httpx

from benchmarks.figures import percentile
from benchmarks.sides import Bench, Side
from cli.errors import Stop
from cli.run.environment import app_environment
from web.desk.access import COOKIE, PREFIX

MESSAGES, EXAMPLES = 100_000, 25_000
#: seconds, at the 95th of a hundred: of a list, groups or a search, and of the nearest examples
MOST, MOST_NEAREST = 0.3, 0.05
_ROUNDS = 30
_WHY = ("misunderstood", "unsure", "corrected", "not_meant", "no_article", "audit")


def run(
    bench: Bench, side: Side, messages: int = MESSAGES, examples: int = EXAMPLES, rounds: int = _ROUNDS
) -> dict[str, Any]:
    bench.progress.say(f"an inbox of {messages} messages, and {examples} examples, are put into the database")
    setup = _setup(bench, side, messages, examples)
    nearest = setup.pop("nearest")
    with httpx.Client(
        base_url=f"http://127.0.0.1:{side.port}{PREFIX}/trainer",
        cookies={COOKIE: setup.pop("token")},
        timeout=30,
    ) as trainer:
        looks = {name: _times(trainer, paths, rounds) for name, paths in _looks(trainer, setup.pop("rare")).items()}
        details = _times(trainer, [f"/inbox/{number}" for number in _ids(trainer)], rounds)
    side.require_alive()
    slowest = max(looks, key=lambda name: looks[name]["p95"])
    results = setup | {
        "looks": looks,
        "slowest": slowest,
        "nearest": _spread(nearest),
        "one_message": details,
        "most": MOST,
        "most_nearest": MOST_NEAREST,
    }
    bench.progress.say(f"the slowest is {shown(results)}")
    return results


def shown(results: dict[str, Any]) -> str:
    slowest = results["looks"][results["slowest"]]
    return (
        f"{results['slowest']}: p50 {slowest['p50'] * 1e3:.0f}, p95 {slowest['p95'] * 1e3:.0f} ms; nearest examples of "
        f"{results['examples']}: p95 {results['nearest']['p95'] * 1e3:.0f} ms"
    )


def is_fast(results: dict[str, Any]) -> bool:
    slowest = max(each["p95"] for each in results["looks"].values())
    return bool(slowest < MOST and results["nearest"]["p95"] < MOST_NEAREST)


def _looks(trainer: httpx.Client, rare: str) -> dict[str, list[str]]:
    """By name the paths that are asked for in turns."""
    deep = trainer.get("/inbox", params={"limit": 1}).json()["items"][0]["id"] - MESSAGES // 2
    first = trainer.get("/inbox/groups").json()
    largest = first["items"][0]["id"]
    return {
        "list": ["/inbox"],
        "list, further down": [f"/inbox?after={max(deep, 2)}"],
        **{f"list, {why}": [f"/inbox?why={why}"] for why in _WHY},
        "list, a label": ["/inbox?label=complaint_billing", "/inbox?label=nlu_fallback"],
        "list, waiting for an opinion": ["/inbox?state=waiting"],
        "list, a group": [f"/inbox?group={largest}"],
        "search, in most": ["/inbox?q=怎么", "/inbox?q=的"],
        "search, in few": [f"/inbox?q={rare}"],
        "search, in none": ["/inbox?q=没有人说过的话"],
        "search, with a reason and a label": ["/inbox?q=宽带&why=unsure&label=complaint_billing"],
        "groups": ["/inbox/groups"],
        "groups, further down": [f"/inbox/groups?after={first['next']}"],
        "groups, a reason": ["/inbox/groups?why=misunderstood", "/inbox/groups?why=not_meant"],
        "groups, a label": ["/inbox/groups?label=complaint_billing"],
        "groups, searched": ["/inbox/groups?q=会员", f"/inbox/groups?q={rare}"],
        "examples, searched": ["/examples?q=宽带", "/examples?label=billing_detail"],
    }


def _ids(trainer: httpx.Client) -> list[int]:
    return [each["id"] for each in trainer.get("/inbox").json()["items"]]


def _times(trainer: httpx.Client, paths: list[str], rounds: int) -> dict[str, float]:
    seconds = []
    for number in range(rounds):
        path = paths[number % len(paths)]
        begun = time.perf_counter()
        answer = trainer.get(path)
        seconds.append(time.perf_counter() - begun)
        if answer.status_code != 200:
            raise Stop(f"the inbox: {path} answered {answer.status_code}: {answer.text[:200]}")
    return _spread(seconds)


def _spread(seconds: list[float]) -> dict[str, float]:
    return {"p50": percentile(seconds, 0.5), "p95": percentile(seconds, 0.95), "max": max(seconds)}


def _setup(bench: Bench, side: Side, messages: int, examples: int) -> dict[str, Any]:
    checkout = bench.checkout
    assert side.ports is not None
    env = app_environment(os.environ, checkout.root, bench.told(side.ports))
    command = [str(checkout.app_python), "-m", "benchmarks.inbox_work", str(messages), str(examples)]
    done = subprocess.run(command, cwd=checkout.root, env=env, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        raise Stop(f"the inbox could not be prepared: {done.stderr.strip().splitlines()[-1:]}")
    setup: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return setup

"""The table on the terminal and the file under reports/bench/."""

from __future__ import annotations

import json
import platform
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks import desk, inbox, wechat
from benchmarks.figures import Spread
from benchmarks.rounds import QUIET
from cli.run.progress import Progress


def machine() -> dict[str, Any]:
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    return {
        "processor": name,
        "processors": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def write(folder: Path, results: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    path.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def show(progress: Progress, results: dict[str, Any]) -> None:
    progress.plain()
    if side_by_side := results.get("side_by_side"):
        _show_sides(progress, side_by_side)
    if alone := results.get("one_customer"):
        cells = {row["figure"]: row for row in alone["rows"]}
        progress.plain(
            "With one customer alone: "
            + "; ".join(
                f"{name} {cells[name]['ours']['median']:.1f}, stock {cells[name]['stock']['median']:.1f}"
                for name in ("p50, ms", "p95, ms")
            )
        )
    if long := results.get("long"):
        early, late = long["early"], long["late"]
        progress.plain(
            f"Long conversations ({long['conversations']} of {long['turns']} turns): p95 of turns "
            f"{early['turns'][0]}–{early['turns'][1]} {early['p95'] * 1e3:.1f} ms, of turns "
            f"{late['turns'][0]}–{late['turns'][1]} {late['p95'] * 1e3:.1f} ms: "
            f"{long['ratio']:.2f} times (at most {long['most']}) {_mark(long['ratio'] <= long['most'])}"
        )
    if billing := results.get("billing"):
        balance, greeting = billing["balance"]["p95"] * 1e3, billing["greeting"]["p95"] * 1e3
        progress.plain(
            f"Balance of {billing['customers']} customers: p95 {balance:.1f} ms, of a greeting {greeting:.1f} ms: "
            f"{billing['ratio']:.2f} times (at most {billing['most']}) {_mark(billing['ratio'] <= billing['most'])}"
        )
    if rights := results.get("rights"):
        answer, greeting = rights["answer"]["p95"] * 1e3, rights["greeting"]["p95"] * 1e3
        progress.plain(
            f"{rights['questions']} questions about rights: p95 {answer:.1f} ms, of a greeting {greeting:.1f} ms: "
            f"{rights['ratio']:.2f} times (at most {rights['most']}) {_mark(rights['ratio'] <= rights['most'])}"
        )
    if talked := results.get("desk"):
        is_good = talked["all"]["p95"] < talked["most"] and not talked["lost"] and not talked["doubled"]
        progress.plain(
            f"{talked['customers']} customers and {talked['agents']} agents: {desk.shown(talked)} {_mark(is_good)}"
        )
    if looked := results.get("inbox"):
        progress.plain(
            f"An inbox of {looked['messages']} messages (at most {looked['most'] * 1e3:.0f} ms; nearest examples "
            f"{looked['most_nearest'] * 1e3:.0f}), the slowest is {inbox.shown(looked)} {_mark(inbox.is_fast(looked))}"
        )
    if swept := results.get("sweep"):
        few, many = swept["few"], swept["many"]
        progress.plain(
            f"A sweep with {swept['due']} due: {few['seconds']:.2f} s beside {few['open']} open tickets, "
            f"{many['seconds']:.2f} s beside {many['open']}: {swept['ratio']:.2f} times (at most {swept['most']}) "
            f"{_mark(swept['ratio'] <= swept['most'])}; with nothing due {few['nothing_due'] * 1e3:.1f} and "
            f"{many['nothing_due'] * 1e3:.1f} ms"
        )
    if seen := results.get("board"):
        is_fast = seen["slowest"] <= seen["most_look"] and seen["count"] <= seen["most_count"]
        progress.plain(
            f"Figures beside {seen['open']} open tickets: the slowest look at a year {seen['slowest']:.2f} s (at most "
            f"{seen['most_look']:.0f} s); counting today and a day of {seen['busy']} tickets {seen['count']:.2f} s, an "
            f"ordinary day {seen['day']:.2f} s {_mark(is_fast)}"
        )
    if read := results.get("vectors"):
        is_fast = max(read["usual"], read["incident"]) <= read["most"]
        progress.plain(
            f"A complaint compared with {read['kept']} of nine weeks: {read['usual'] * 1e3:.0f} ms, one that makes an "
            f"incident {read['incident'] * 1e3:.0f} ms (at most {read['most']:.0f} s) {_mark(is_fast)}"
        )
    if year := results.get("year"):
        is_same = (year["missed"], year["rang"], year["differ"]) == (year["must_miss"], year["must_ring"], 0)
        progress.plain(
            f"A year of {year['tickets']} tickets, a worker killed {year['killed']} times: {year['missed']} missed "
            f"(by their events {year['must_miss']}), {year['rang']} alarms rang ({year['must_ring']}), "
            f"{year['differ']} tickets differ {_mark(is_same)}"
        )
    if followed := results.get("wechat"):
        met = followed["answering"]["acknowledged"]["p99"] < followed["most"] and not followed["over_budget"]
        progress.plain(f"WeChat, {followed['rate']:.0f} messages/s: {wechat.told(followed)} {_mark(met)}")
    if stall := results.get("stall"):
        health = stall["healthz"]
        quick = health["max"] < health["most"] and not health["not_200"]
        once = stall["messages_by_number_of_answers"] == {"1": stall["customers"]}
        progress.plain(
            f"Rasa stopped for {stall['stalled_seconds']:.0f} s under {stall['customers']} messages: /healthz p99 "
            f"{health['p99'] * 1e3:.0f} ms, max {health['max'] * 1e3:.0f} ms (below {health['most'] * 1e3:.0f}) "
            f"{_mark(quick)}; {stall['answered']} answered, each once {_mark(once)}, the last after "
            f"{stall['waited']['max']:.1f} s"
        )
    progress.plain()


def _show_sides(progress: Progress, side_by_side: dict[str, Any]) -> None:
    progress.plain(f"{'median (min–max of the rounds)':<42}{'ours':>26}{'stock Rasa':>26}{'times better':>22}")
    for row in side_by_side["rows"]:
        digits = row["digits"]
        cells = [Spread(**row[key]).shown(digits) for key in ("ours", "stock")]
        cells.append(Spread(**row["times_better"]).shown(2))
        progress.plain(f"{row['figure']:<42}{cells[0]:>26}{cells[1]:>26}{cells[2]:>22}")
    progress.plain("CPU of a message by part, ms (median round):")
    for side in ("ours", "stock"):
        ordered = sorted((r for r in side_by_side["rounds"] if r["side"] == side), key=lambda r: float(r["rate"]))
        middle = ordered[len(ordered) // 2]
        parts = ", ".join(f"{part} {seconds * 1e3:.1f}" for part, seconds in middle["cpu"].items())
        turns = " ".join(f"{seconds * 1e3:.0f}" for seconds in middle["by_turn"])
        progress.plain(f"  {side:<6}{parts}; {middle['commits_per_message']:.1f} transactions; p50 by turn: {turns}")
    rate = next(row["times_better"]["median"] for row in side_by_side["rows"] if row["figure"] == "messages a second")
    progress.plain(f"Messages a second: {rate:.2f} times stock Rasa's (first mark 2, goal 4) {_mark(rate >= 2)}")
    foreign = side_by_side["foreign_most"]
    verdict = "" if foreign <= QUIET else ": it was not quiet, so look at the CPU seconds and run it again"
    progress.plain(f"Other programs used up to {foreign:.0%} of the machine during a round{verdict}")


def _mark(is_good: bool) -> str:
    return "✓" if is_good else "✗"

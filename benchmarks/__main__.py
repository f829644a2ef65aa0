"""`make bench`: everything in one run. ARGS=--quick is a smoke run whose figures mean little."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import billing, board, clocks, desk, inbox, long, report, rights, rounds, sides, stall, vectors, wechat
from benchmarks.database import empty_database
from benchmarks.models import our_model, stock_model
from cli.errors import Stop
from cli.run.checkout import here
from cli.run.progress import Progress

PARTS = ("sides", "long", "billing", "rights", "stall", "desk", "inbox", "sweep", "board", "vectors", "wechat")
#: only when it is asked for: it takes hours
YEAR = "year"
#: parts of the worker alone
_CLOCKS = {"sweep", "board", "vectors", YEAR}
#: in front of a product of its own, which is connected with WeChat
WECHAT = "wechat"
#: parts in which the bot is not asked
_MUTE = {"desk", "inbox"} | _CLOCKS


def main() -> int:
    options = _options()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(130))
    progress = Progress()
    try:
        results = _run(options, progress)
    except Stop as stop:
        progress.plain(f"benchmark: {stop}")
        return 1
    except KeyboardInterrupt:
        return 130
    path = report.write(here().root / "reports" / "bench", results)
    report.show(progress, results)
    progress.say(f"written to {path.relative_to(here().root)}")
    return 0


def _run(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    checkout = sides.Named(here().root)
    quick: bool = options.quick
    results: dict[str, Any] = {"quick": quick, "machine": report.machine()}
    checkout.var.mkdir(parents=True, exist_ok=True)
    with ExitStack() as open_things:
        open_things.enter_context(checkout.alone())
        is_mute = set(options.only) <= _MUTE
        if not is_mute:
            our_model(checkout, progress)
        model = stock_model(checkout, checkout.var, progress) if "sides" in options.only else None
        server = open_things.enter_context(empty_database(checkout.var / "pg"))
        bench = sides.Bench(checkout, server, progress)
        progress.say("PostgreSQL is up, with fsync and synchronous commits")
        if "sweep" in options.only:
            results["sweep"] = clocks.sweep(bench, 20_000, 100, 2) if quick else clocks.sweep(bench)
        if "board" in options.only:
            results["board"] = board.run(bench, 20_000, 1000) if quick else board.run(bench)
        if "vectors" in options.only:
            results["vectors"] = vectors.run(bench, 20_000) if quick else vectors.run(bench)
        if YEAR in options.only:
            results[YEAR] = clocks.year(bench, 200, 2) if quick else clocks.year(bench)
        if not set(options.only) <= _CLOCKS | {WECHAT}:
            results |= _talking(bench, model, options)
        if WECHAT in options.only:
            results[WECHAT] = wechat.run(bench, 20, 5.0, 50) if quick else wechat.run(bench)
    results["seconds"] = round(progress.seconds)
    return results


def _talking(bench: sides.Bench, model: Path | None, options: argparse.Namespace) -> dict[str, Any]:
    """The parts that share one product."""
    quick, progress = bool(options.quick), bench.progress
    results: dict[str, Any] = {}
    with ExitStack() as open_things:
        parts = ("web", "worker") if set(options.only) <= _MUTE else sides.OURS
        ours = open_things.enter_context(sides.ours(bench, parts))
        if model:
            crowd = rounds.Plan(1, 8, 2, 5) if quick else rounds.Plan(options.rounds, 8, 4, options.seconds, 2)
            alone = rounds.Plan(1, 1, 1, 3) if quick else rounds.Plan(2, 1, 2, 6)
            with sides.stock(bench, model) as stock:
                both = (ours, stock)
                for side in both:
                    side.wait_until_ready()
                progress.say("both sides are up; one stands still while the other is measured")
                results["side_by_side"] = rounds.run(bench, both, crowd)
                results["one_customer"] = rounds.run(bench, both, alone)
        ours.wait_until_ready()
        if "long" in options.only:
            results["long"] = long.run(bench, ours, 4, 4, 50) if quick else long.run(bench, ours, 30, 4)
        if "billing" in options.only:
            results["billing"] = billing.run(bench, ours, 4, 2, 4) if quick else billing.run(bench, ours, 60, 4, 12)
        if "rights" in options.only:
            results["rights"] = rights.run(bench, ours, 2, 20) if quick else rights.run(bench, ours, 4)
        if "stall" in options.only:
            results["stall"] = stall.run(bench, ours)
        if "desk" in options.only:
            results["desk"] = _desk(bench, ours, options)
        if "inbox" in options.only:
            results["inbox"] = inbox.run(bench, ours, 5000, 13_000, 5) if quick else inbox.run(bench, ours)
    return results


def _desk(bench: sides.Bench, side: sides.Side, options: argparse.Namespace) -> dict[str, Any]:
    if options.quick:
        return desk.run(bench, side, 5, 4, 5, 5)
    return desk.run(bench, side, seconds=desk.FULL_SECONDS if options.full else desk.SECONDS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run")
    parser.add_argument("--full", action="store_true", help="the desk for three minutes instead of one")
    parser.add_argument(
        "--only", nargs="+", choices=(*PARTS, YEAR), default=PARTS, help="some of them; without it all but year"
    )
    parser.add_argument("--rounds", type=int, default=4, help="rounds of each side (%(default)s)")
    parser.add_argument("--seconds", type=float, default=15.0, help="length of a round (%(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

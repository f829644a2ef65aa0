"""`quanyi widget`: the chat window alone, without starting anything."""

from __future__ import annotations

from cli.environments.lock import exclusive
from cli.environments.node import find_node
from cli.environments.widget import built_widget, ensure_widget, install_packages, run_npm
from cli.run.checkout import Checkout
from cli.run.progress import Progress


def build(checkout: Checkout) -> None:
    progress = Progress()
    with exclusive(checkout.root, progress):
        ensure_widget(checkout.root, progress)
    progress.say(f"{built_widget(checkout.root).relative_to(checkout.root)} is up to date")


def check_types(checkout: Checkout) -> None:
    progress = Progress()
    with exclusive(checkout.root, progress):
        node = find_node(checkout.root, progress)
        install_packages(checkout.root, node, progress)
        run_npm(checkout.root, node, ["run", "check", "--workspace", "widget"], progress)
    progress.say("ui/widget: no type errors")

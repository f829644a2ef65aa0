"""`quanyi widget`: the chat window and the desk alone, without starting anything."""

from __future__ import annotations

from cli.environments.lock import exclusive
from cli.environments.node import find_node
from cli.environments.ui import WORKSPACES, ensure_ui, install_packages, run_npm
from cli.run.checkout import Checkout
from cli.run.progress import Progress


def build(checkout: Checkout) -> None:
    progress = Progress()
    with exclusive(checkout.root, progress):
        ensure_ui(checkout.root, progress)
    for workspace in WORKSPACES:
        progress.say(f"{workspace.built_in(checkout.root).relative_to(checkout.root)} is up to date")


def check_types(checkout: Checkout) -> None:
    progress = Progress()
    with exclusive(checkout.root, progress):
        node = find_node(checkout.root, progress)
        install_packages(checkout.root, node, progress)
        for workspace in WORKSPACES:
            run_npm(checkout.root, node, ["run", "check", "--workspace", workspace.name], progress)
    progress.say(f"{' and '.join(f'ui/{workspace.name}' for workspace in WORKSPACES)}: no type errors")

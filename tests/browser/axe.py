"""axe-core, the rules that browsers' own accessibility tools use, on a page as it is shown."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.e2e.stack import ROOT

_SOURCE = ROOT / "ui/node_modules/axe-core/axe.min.js"


def violations(page: Page, within: str = ":root") -> list[str]:
    """One line each: the rule, what it wants, and where. All of axe's rules, those of its best practices as well.

    `within`: a selector; an open dialog, because what lies dimmed behind it is not to be read.
    """
    assert _SOURCE.exists(), f"{_SOURCE.relative_to(ROOT)} is missing: `make test` installs it"
    page.evaluate(f"() => {{ if (!window.axe) {{ {_SOURCE.read_text(encoding='utf-8')} }} }}")
    found = page.evaluate("async within => (await window.axe.run(within)).violations", within)
    return [
        f"{each['id']} ({each['impact']}): {each['help']}: {[node['target'] for node in each['nodes']]}"
        f" {each['nodes'][0].get('failureSummary', '')}"
        for each in found
    ]

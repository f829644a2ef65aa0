"""`quanyi rights lint`."""

from __future__ import annotations

from datetime import datetime

import typer
from rich.console import Console

from care.errors import InvalidInput
from care.rights.articles import topics
from care.rights.asks import further_asks
from care.rights.facts import facts
from care.rights.lint import check, reading_of
from care.sla.policy import policy
from care.timezone import CHINA
from cli.errors import Stop


def lint() -> None:
    """Ends with 1 where an article has a fault. Raises Stop for a file that cannot be read."""
    console = Console(soft_wrap=True, highlight=False)
    try:
        faults = check(topics(), facts(), further_asks(), policy().categories, datetime.now(CHINA).date())
    except InvalidInput as error:
        raise Stop(str(error)) from error
    for fault in faults:
        console.print(f"{fault.place}: {fault.what}", markup=False)
    reading = reading_of(topics())
    console.print(
        f"{reading.articles} articles, {len(facts())} rows; {reading.mean_sentence:.1f} characters a sentence, "
        f"at most {reading.longest_sentence}; {len(faults)} faults"
    )
    if faults:
        raise typer.Exit(1)

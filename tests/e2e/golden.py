"""Golden questions asked as the worker asks them at night, with a stack's environment.

`python -m tests.e2e.golden MOST`: so many of each topic. Prints what went wrong as JSON; the database has the night.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from dataclasses import asdict

from care import db
from care.golden import bank, service
from care.golden.asking import ask_all
from care.settings import settings
from care.turns.dialogue import RasaDialogue
from care.turns.runner import Runner


async def main() -> None:
    most, seen = int(sys.argv[1]), Counter[str]()
    asked = []
    for question in bank.questions():
        seen[question.topic] += 1
        if seen[question.topic] <= most:
            asked.append(question)
    dialogue = RasaDialogue(settings().rasa_url, settings().gateway_secret.get_secret_value())
    runner = Runner(dialogue)
    is_whole = await ask_all(runner, asked=asked, pause=0)
    await runner.aclose()
    await dialogue.aclose()
    failed = [asdict(each) for each in db.run(service.failed)]
    print(json.dumps({"asked": len(asked), "is_whole": is_whole, "failed": failed}))


if __name__ == "__main__":
    asyncio.run(main())

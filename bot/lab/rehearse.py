"""``rehearse``: short conversations with known answers, through a model's whole dialogue and not only its labels.

In: ``{"model", "rehearsals": [{"case", "turns": [{"say", "means": label, "does": [action, …]}]}]}``. Out: ``{"passed":
count, "failed": [{"case", "say", "wanted", "did"}]}``: of each case the first turn that went otherwise. No custom
action is run (`bot.rehearsal`), so a turn is what the rules lead to from the words alone.
"""

from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker

from bot import rehearsal
from bot.lab.loading import load
from bot.lab.payload import BadInput, path, say

#: what is said; its label and the actions that follow
Turn = tuple[str, list[str]]


def run(payload: dict[str, Any]) -> dict[str, Any]:
    """Answer the command."""
    model = path(payload, "model")
    if model is None:
        raise BadInput('"model" must be a path.')
    cases = _cases(payload)
    pipeline = load(model)
    failed = [found for case, turns in cases if (found := _first_miss(pipeline, case, turns)) is not None]
    say(f"{len(cases) - len(failed)} of {len(cases)} rehearsals went as they should")
    return {"passed": len(cases) - len(failed), "failed": failed}


def _first_miss(pipeline: Any, case: str, turns: list[Turn]) -> dict[str, Any] | None:
    tracker = DialogueStateTracker("rehearsal", pipeline.domain.slots)
    tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
    for text, wanted in turns:
        seen = pipeline.wait(rehearsal.turn(pipeline.processor, tracker, text))
        did = [seen["intent"]["label"], *(step["action"] for step in seen["steps"])]
        if did != wanted:
            return {"case": case, "say": text, "wanted": wanted, "did": did}
    return None


def _cases(payload: dict[str, Any]) -> list[tuple[str, list[Turn]]]:
    try:
        return [
            (str(each["case"]), [(str(turn["say"]), [turn["means"], *turn["does"]]) for turn in each["turns"]])
            for each in payload["rehearsals"]
        ]
    except (TypeError, KeyError):
        raise BadInput('"rehearsals" must be a list of {"case", "turns": [{"say", "means", "does"}]}.') from None

"""Which response answers a label. Read in `data/responses/` (chat.yml, topics.yml)."""

from __future__ import annotations

#: `label/sub`, else the label, else the beginning of a label
RESPONSES = {
    "greet_chitchat": "greet",
    "greet_chitchat/robot": "robot",
    "greet_chitchat/who": "who",
    "greet_chitchat/present": "present",
    "greet_chitchat/bye": "goodbye",
    "greet_chitchat/insult": "insult",
    "greet_chitchat/small_talk": "small_talk",
    "greet_chitchat/help": "help",
    "greet_chitchat/thanks": "thanks",
    "satisfaction": "thanks",
    "satisfaction/praise": "praise",
    "satisfaction/unsolved": "unsolved",
    "satisfaction/no_help": "unsolved",
    "out_of_scope": "out_of_scope",
    "other_telecom": "other_telecom_not_yet",
    "other_telecom/recharge": "recharge",
    "other_telecom/tech_help": "tech_help",
    "other_telecom/number_history": "number_history",
    "billing_arrears_suspension/restriction": "restriction",
    "billing_package/vas": "vas",
    "billing_": "billing_not_yet",
    "rights_": "rights",
}


def response_of(intent: str, sub: str | None) -> str:
    for name in (f"{intent}/{sub}", intent, f"{intent.partition('_')[0]}_"):
        if name in RESPONSES:
            return f"utter_{RESPONSES[name]}"
    return "utter_what_now"

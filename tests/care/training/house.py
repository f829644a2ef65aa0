"""A small project of training data to read, break and mend."""

from __future__ import annotations

from pathlib import Path

DOMAIN = """version: "3.1"
intents:
  - billing_detail
  - ticket_status
  - affirm: {use_entities: []}
entities:
  - amount
  - service
"""
LABELS = """sub_labels:
  ticket_status: [urge, add]
least_examples:
  "*": 2
read_by_tokens: [service]
"""
BILLING = """version: "3.1"
nlu:
# asked, not disputed
- intent: billing_detail
  examples: |
    - 这笔费用是什么
    - 上个月扣了[八十块](amount)
"""
TICKETS = """version: "3.1"
nlu:
- intent: ticket_status
  metadata: {sub: urge}
  examples: |
    - 催一下
    - 能催催师傅不

- intent: ticket_status
  examples: |
    - 我的工单到哪了

- intent: affirm
  examples: |
    - 是的
"""


def build(root: Path, **files: str) -> Path:
    """`files`: names without .yml; given ones replace ours in data/nlu."""
    (root / "domain.yml").write_text(DOMAIN, encoding="utf-8")
    (root / "data" / "nlu").mkdir(parents=True)
    (root / "data" / "labels.yml").write_text(LABELS, encoding="utf-8")
    for name, content in {"billing": BILLING, "tickets": TICKETS, **files}.items():
        (root / "data" / "nlu" / f"{name}.yml").write_text(content, encoding="utf-8")
    return root

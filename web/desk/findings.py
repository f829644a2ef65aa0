"""What was found on closing, as it comes in."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from care.followup.rules import MAX_WORDS
from care.tasks.findings import Findings


class FindingsIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    justified: bool
    cause: Annotated[str, Field(max_length=40)]
    prevention: Annotated[str, Field(max_length=MAX_WORDS)] = ""

    def read(self) -> Findings:
        return Findings(self.justified, self.cause, self.prevention)

"""TM Forum's official Swagger 2.0 definitions: their paths, and whether an object is what a definition says.

They lie beside the checkout, in `../shared/specs`; nothing of them is kept here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.docs.pages import ROOT

SPECS = ROOT.parent / "shared" / "specs"
BILLS = SPECS / "TMF678-CustomerBill-v4.0.0.swagger.json"
CONSUMPTION = SPECS / "TMF677-UsageConsumption-v4.0.0.swagger.json"

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
}
#: every keyword that the definitions use; an unknown one would be a check left out
_KEYWORDS = {"type", "format", "properties", "required", "items", "enum", "$ref", "description", "default"}


@dataclass(frozen=True)
class Swagger:
    document: dict[str, Any]

    @classmethod
    def read(cls, file: Path) -> Swagger | None:
        """None where the definitions are not there."""
        return cls(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None

    @property
    def base(self) -> str:
        return str(self.document["basePath"]).rstrip("/")

    def operations(self) -> list[tuple[str, str]]:
        """`("GET", "/customerBill/{id}")`"""
        return [(method.upper(), path) for path, each in self.document["paths"].items() for method in each]

    def wrong_in_answer(self, method: str, path: str, status: int, answer: Any) -> list[str]:
        responses = self.document["paths"][path][method.lower()]["responses"]
        if str(status) not in responses:
            return [f"{method} {path} has no answer {status}"]
        return self._wrong(answer, responses[str(status)].get("schema", {}))

    def wrong_in_body(self, method: str, path: str, body: Any) -> list[str]:
        parameters = self.document["paths"][path][method.lower()].get("parameters", [])
        (schema,) = [each["schema"] for each in parameters if each["in"] == "body"]
        return self._wrong(body, schema)

    def wrong_in_query(self, method: str, path: str, query: dict[str, str]) -> list[str]:
        """Named parameters, and attributes of the resource to filter by (TMF630)."""
        operation = self.document["paths"][path][method.lower()]
        named = {each["name"]: each for each in operation.get("parameters", []) if each["in"] == "query"}
        schema = operation["responses"]["200"]["schema"]
        resource = schema.get("items", schema)
        whole = [key for key in query if named.get(key, {}).get("type") == "integer"]
        wrong = [f"{key} is not a whole number" for key in whole if not query[key].isdecimal()]
        wrong += [f"no attribute {key}" for key in query if key not in named and not self._has(resource, key)]
        fields = query.get("fields", "").split(",") if query.get("fields") else []
        return wrong + [f"no field {field}" for field in fields if not self._has(resource, field)]

    def _has(self, schema: dict[str, Any], attribute: str) -> bool:
        for name in attribute.split("."):
            schema = self._resolved(schema)
            schema = self._resolved(schema.get("items", schema))
            if name not in schema.get("properties", {}):
                return False
            schema = schema["properties"][name]
        return True

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self.document["definitions"][schema["$ref"].removeprefix("#/definitions/")]
        return schema

    def _wrong(self, value: Any, schema: dict[str, Any], at: str = "$") -> list[str]:
        return list(self._findings(value, self._resolved(schema), at))

    def _findings(self, value: Any, schema: dict[str, Any], at: str) -> Iterator[str]:
        if unknown := schema.keys() - _KEYWORDS:
            raise NotImplementedError(f"the definitions use {unknown}")
        kind = schema.get("type")
        if kind and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
            yield f"{at} is no {kind}"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{at} is none of {schema['enum']}"
        if isinstance(value, str) and not _has_format(value, schema.get("format")):
            yield f"{at} is no {schema['format']}"
        if isinstance(value, list):
            for index, each in enumerate(value):
                yield from self._wrong(each, schema.get("items", {}), f"{at}[{index}]")
        if isinstance(value, dict) and kind == "object":
            yield from (f"{at}.{name} is missing" for name in schema.get("required", []) if name not in value)
            for name, each in value.items():
                if name in schema["properties"]:
                    yield from self._wrong(each, schema["properties"][name], f"{at}.{name}")
                else:
                    yield f"{at}.{name} is not in the definition"


def _has_format(value: str, wanted: str | None) -> bool:
    if wanted == "date-time":
        shaped = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value)
        return shaped is not None and datetime.fromisoformat(value).tzinfo is not None
    if wanted == "uri":
        return bool(urlsplit(value).scheme)
    return True

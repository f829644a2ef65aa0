"""uv does not read pip's settings. Who needs a mirror has told pip: pass it on."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

#: pip's setting and uv's variable for it.
_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}


def uv_environment(python: Path) -> dict[str, str]:
    """The variables for uv that say what `pip config` of this machine says."""
    listed = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    return translate(listed.stdout, os.environ)


def translate(pip_settings: str, environ: Mapping[str, str]) -> dict[str, str]:
    """`pip config list` as variables for uv; what the user set for uv stays."""
    found: dict[str, str] = {}
    # pip's order of precedence: the environment, `[install]`, `[global]`.
    order = {":env:": 0, "install": 1, "global": 2}
    for line in sorted(pip_settings.splitlines(), key=lambda line: order.get(line.split(".")[0], 3), reverse=True):
        key, separator, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if not separator or section.rstrip(".") not in order or name not in _NAMES:
            continue
        found[_NAMES[name]] = " ".join(str(ast.literal_eval(value)).split())
    if "UV_FIND_LINKS" in found:
        found["UV_FIND_LINKS"] = found["UV_FIND_LINKS"].replace(" ", ",")
    if "UV_INDEX" in found:
        # As pip does: any index may have the locked file. What counts is its hash.
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in found.items() if name not in environ}

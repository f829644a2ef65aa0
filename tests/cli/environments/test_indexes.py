"""pip's settings, said again for uv."""

from __future__ import annotations

import pytest

from cli.environments.indexes import translate


@pytest.mark.parametrize(
    ("pip_says", "uv_is_told"),
    [
        ("", {}),
        # Most in China have a mirror.
        ("global.index-url='https://mirror.example/simple'", {"UV_DEFAULT_INDEX": "https://mirror.example/simple"}),
        # Several: pip separates by white space, uv's indexes too, but its find-links by commas.
        (
            "global.extra-index-url='file:///a/simple\\nfile:///b/simple'\nglobal.find-links='/x /y'",
            {
                "UV_INDEX": "file:///a/simple file:///b/simple",
                "UV_INDEX_STRATEGY": "unsafe-best-match",
                "UV_FIND_LINKS": "/x,/y",
            },
        ),
        # The environment is stronger than the file, `[install]` than `[global]`.
        (":env:.index-url='https://b'\nglobal.index-url='https://a'", {"UV_DEFAULT_INDEX": "https://b"}),
        ("global.index-url='https://a'\ninstall.index-url='https://c'", {"UV_DEFAULT_INDEX": "https://c"}),
        # Not uv's business.
        ("global.timeout='60'\n:env:.disable-pip-version-check='1'\nWARNING: something", {}),
    ],
)
def test_translate(pip_says: str, uv_is_told: dict[str, str]) -> None:
    assert translate(pip_says, {}) == uv_is_told


def test_what_the_user_set_for_uv_stays() -> None:
    assert translate("global.index-url='https://a'", {"UV_DEFAULT_INDEX": "https://mine"}) == {}

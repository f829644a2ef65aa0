"""The desk's page: what a browser is told about it, and that it is there for every address below `/desk`."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import httpx
import pytest

from tests.support.api import check_problem
from web.desk import page

PAGE = '<script type="module" nonce="{nonce}" src="/desk/assets/desk-1.js"></script>'
SCRIPT = "export {};"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (assets.parent / "index.html").write_text(PAGE)
    (tmp_path / "dist" / "LICENSES.txt").write_text("not an asset")
    for name, text in {"desk-1.js": SCRIPT, "desk-1.css": "body{}"}.items():
        (assets / name).write_text(text)
        (assets / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
    monkeypatch.setattr(page, "DIST", tmp_path / "dist")
    return assets


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/desk", "/desk/", "/desk/tickets", "/desk/tickets/20261122080001", "/desk/no/such"])
async def test_one_page_for_every_address(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert (await client.head(path)).status_code == 200


@pytest.mark.usefixtures("built")
async def test_the_policy_lets_only_styles_with_the_nonce_in(client: httpx.AsyncClient) -> None:
    first, second = [await client.get("/desk/tickets") for _ in range(2)]
    nonces = []
    for response in (first, second):
        found = re.fullmatch(PAGE.replace("{nonce}", r"([\w-]{22})"), response.text)
        assert found is not None
        nonces.append(found[1])
        assert response.headers["content-security-policy"] == (
            f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{found[1]}'; connect-src 'self'; "
            "img-src 'self' blob: data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    assert nonces[0] != nonces[1], "a nonce is good once"
    assert first.headers["referrer-policy"] == "no-referrer"
    assert first.headers["cross-origin-opener-policy"] == "same-origin"
    assert first.headers["x-content-type-options"] == "nosniff"


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("name", "media_type"),
    [("desk-1.js", "text/javascript; charset=utf-8"), ("desk-1.css", "text/css; charset=utf-8")],
)
async def test_assets_are_kept_for_good(client: httpx.AsyncClient, built: Path, name: str, media_type: str) -> None:
    packed = await client.get(f"/desk/assets/{name}", headers={"accept-encoding": "gzip"})
    plain = await client.get(f"/desk/assets/{name}", headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    for response in (packed, plain):
        assert response.text == (built / name).read_text()
        assert response.headers["content-type"] == media_type
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["vary"] == "Accept-Encoding"


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["", "none.js", "..%2findex.html", "..%2fLICENSES.txt", "%2e%2e/LICENSES.txt"])
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/desk/assets/{path}")).status_code == 404


async def test_a_desk_that_was_not_built(
    client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "DIST", tmp_path / "dist")
    check_problem(await client.get("/desk"), 503, "desk_not_built")

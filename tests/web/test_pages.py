"""The widget's script and the demo page: what a browser is told about them."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.support.api import check_problem
from web import pages


async def test_the_demo_page_is_strict(client: httpx.AsyncClient) -> None:
    response = await client.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; "
        "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert response.headers["permissions-policy"].startswith("camera=()")
    assert 'src="/widget.js"' in response.text


async def test_the_page_obeys_its_own_policy(client: httpx.AsyncClient) -> None:
    """Nothing inline and nothing from elsewhere: the browser would refuse it, and the page be broken."""
    page = (await client.get("/")).text
    for forbidden in ("<style", "style=", "<script>", "onclick=", "javascript:", "http://", "https://"):
        assert forbidden not in page, forbidden


async def test_the_files_of_the_page(client: httpx.AsyncClient) -> None:
    files = [path for path in pages.DEMO.iterdir() if path.is_file()]
    assert len(files) > 1
    for path in files:
        response = await client.get(f"/demo/{path.name}")
        assert response.status_code == 200
        assert response.content == path.read_bytes()
        assert response.headers["x-content-type-options"] == "nosniff"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "quanyi-chat.js").write_text("export {};")
    (folder / "zh-hant.js").write_text("export default {};")
    (tmp_path / "secret").write_text("never served")
    monkeypatch.setattr(pages, "WIDGET", folder)
    return folder


@pytest.mark.usefixtures("built")
async def test_the_script_may_be_loaded_by_other_origins(client: httpx.AsyncClient) -> None:
    for path, text in (("/widget.js", "export {};"), ("/widget/zh-hant.js", "export default {};")):
        response = await client.get(path)
        assert (response.status_code, response.text) == (200, text)
        assert response.headers["content-type"].partition(";")[0] in ("text/javascript", "application/javascript")
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.headers["cross-origin-resource-policy"] == "cross-origin"
        assert response.headers["cache-control"] == "public, max-age=300"
        assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_browser_that_has_the_script_is_not_sent_it_again(client: httpx.AsyncClient, built: Path) -> None:
    tag = (await client.get("/widget.js")).headers["etag"]
    again = await client.get("/widget.js", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "public, max-age=300"
    (built / "quanyi-chat.js").write_text("export {}; // new")
    assert (await client.get("/widget.js", headers={"if-none-match": tag})).status_code == 200


async def test_a_widget_that_was_not_built(
    client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "WIDGET", tmp_path / "dist")
    detail = check_problem(await client.get("/widget.js"), 503, "widget_not_built")
    assert "make run" in detail
    check_problem(await client.get("/widget/zh-hant.js"), 404, "http")


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "path",
    [
        "/widget/",
        "/widget/nothing.js",
        "/widget/../secret",
        "/widget/%2e%2e/secret",
        "/widget/..%2fsecret",
        "/widget//etc/passwd",
        "/demo/",
        "/demo/../app.py",
        "/demo/%2e%2e/%2e%2e/pyproject.toml",
    ],
)
async def test_only_what_is_meant_to_be_served(client: httpx.AsyncClient, path: str) -> None:
    check_problem(await client.get(path), 404, "http", "never served", "quanyi")

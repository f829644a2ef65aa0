"""Asking a platform to try a configuration out, with an access token of our own.

`care.wechat.api` shares its token with the running product, believes in one that was fetched with another secret, and
stops everybody's sending when it is refused: right for who sends, wrong for who only looks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from care.wechat.calling import Call, Json, Wire
from care.wechat.errors import Trouble
from care.wechat.tokens import Fetched


class Trial:
    """One platform at `base`; `codes` and `fetch` as in `care.wechat.api`. Every method raises WeChatError."""

    def __init__(
        self, base: str, codes: Mapping[int, Trouble], fetch: Callable[[Wire, bool], Awaitable[Fetched]]
    ) -> None:
        self._wire = Wire(base)
        self._codes = codes
        self._fetch = fetch
        self._token = ""

    async def fetch_token(self) -> None:
        """Both platforms give the one that the product has: it stays good."""
        self._token = (await self._fetch(self._wire, False)).token

    async def post(self, path: str, body: Json, seconds: float = 5.0) -> Json:
        call = Call("check", path, seconds=seconds)
        answer = await self._wire.send(call, {"access_token": self._token}, body=body)
        return answer.json(call, self._codes)

    async def aclose(self) -> None:
        await self._wire.aclose()

"""What counts as one address, and what of it may be logged."""

from __future__ import annotations

import pytest

from web.addresses import address_of, shortened

ADDRESSES = [
    # what the server sees            counted as                  in a log
    (("203.0.113.77", 4711), "203.0.113.77", "203.0.113.0/24"),
    (("2001:db8:1:2:3:4:5:6", 4711), "2001:db8:1:2::/64", "2001:db8:1::/48"),  # one connection has 2^64 of them
    (("2001:db8:1:2::1", 4711), "2001:db8:1:2::/64", "2001:db8:1::/48"),
    (("::ffff:203.0.113.77", 4711), "203.0.113.77", "203.0.113.0/24"),  # IPv4 on an IPv6 socket
    (("127.0.0.1", 4711), "127.0.0.1", "127.0.0.0/24"),
    (("testclient", 50000), "unknown", "unknown"),  # no address at all
    (("", 0), "unknown", "unknown"),
    (None, "unknown", "unknown"),  # a Unix socket
]


@pytest.mark.parametrize(("client", "counted", "logged"), ADDRESSES)
def test_addresses(client: tuple[str, int] | None, counted: str, logged: str) -> None:
    assert address_of({"client": client}) == counted
    assert shortened(counted) == logged

"""Where a client is: to count what one address holds, and to name it in a log without naming a person."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

_UNKNOWN = "unknown"


def address_of(scope: Mapping[str, Any]) -> str:
    """What is counted as one: an IPv4 address, or the IPv6 network that one connection is given (64 bits).

    uvicorn has put the customer's address into the scope when the proxy is one of `QUANYI_TRUSTED_PROXIES`.
    """
    client = scope.get("client")
    try:
        address = ip_address(client[0]) if client else None
    except ValueError:  # a proxy that names its client in another way
        return _UNKNOWN
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((address, 64), strict=False))
    return _UNKNOWN if address is None else str(address)


def shortened(address: str) -> str:
    """For logs: the network only (24 bits of IPv4, 48 of IPv6). A full address is personal data."""
    try:
        first = ip_address(address.partition("/")[0])
    except ValueError:
        return _UNKNOWN
    return str(ip_network((first, 24 if isinstance(first, IPv4Address) else 48), strict=False))

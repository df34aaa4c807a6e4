"""Where a call comes from, as it is counted: never written down in clear."""

from __future__ import annotations

import ipaddress


def network_of(address: str | None) -> str:
    """Where a call comes from: an IPv4 address, or the /64 that one home or one phone has of IPv6."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)

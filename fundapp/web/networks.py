"""Where a call comes from, as it is counted: never written down in clear."""

from __future__ import annotations

import ipaddress


def block_of(address: str | None) -> str:
    """The block around it: what one site is given of IPv6 (a /48), or 256 neighbours of IPv4 (a /24)."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 48), strict=False))
    plain = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else found
    return str(ipaddress.ip_network((plain or found, 24), strict=False))


def network_of(address: str | None) -> str:
    """Where a call comes from: an IPv4 address, or the /64 that one home or one phone has of IPv6."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)

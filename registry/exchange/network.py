"""Networks that addresses belong to: what is kept of an address where the whole of it is not needed."""

import ipaddress


def shortened(address: str) -> str:
    """The /24 of an IPv4 address, the /48 of an IPv6 address, such as "192.0.2.0/24"; empty for what is no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    return str(ipaddress.ip_network((found.packed, 24 if found.version == 4 else 48), strict=False))

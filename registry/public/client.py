"""Who is asking: the client's address behind proxies we trust, and its keyed hash."""

from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

_MAPPED = "::ffff:"


def settle(environ: dict[str, Any]) -> None:
    """Put the client's own address into REMOTE_ADDR, and drop forwarding headers that nobody we trust has set."""
    # A socket of both families (HOST=::) writes IPv4 so; else all of it would be one network, and no trusted one.
    if environ.get("REMOTE_ADDR", "").startswith(_MAPPED):
        environ["REMOTE_ADDR"] = _unmapped(environ["REMOTE_ADDR"])
    # Where nobody is trusted, nothing needs to be parsed: this stands on the hot path.
    if not settings.TRUSTED_PROXIES or not _trusted(environ.get("REMOTE_ADDR", "")):
        environ.pop("HTTP_X_FORWARDED_FOR", None)
        environ.pop("HTTP_X_FORWARDED_PROTO", None)
        return
    if environ.pop("HTTP_X_FORWARDED_PROTO", "").strip().lower() == "https":
        environ["wsgi.url_scheme"] = "https"
    # From the right: each trusted proxy vouches for the entry on its left.
    for hop in reversed(environ.pop("HTTP_X_FORWARDED_FOR", "").split(",")):
        hop = _unmapped(hop.strip())
        if not _valid(hop):
            return
        environ["REMOTE_ADDR"] = hop
        if not _trusted(hop):
            return


def address(request: HttpRequest) -> str:
    return request.META.get("REMOTE_ADDR", "")


def network(request: HttpRequest) -> str:
    """The /24 (IPv4) or /48 (IPv6) that the client's address lies in."""
    value = address(request)
    if not _valid(value):
        return value
    return str(ip_network(f"{value}/{24 if ip_address(value).version == 4 else 48}", strict=False))


def origin(value: str) -> str:
    """An address or network as the database keeps it: a keyed hash."""
    return salted_hmac("registry.public.client", value, algorithm="sha256").hexdigest()


def _unmapped(value: str) -> str:
    inner = value.removeprefix(_MAPPED)
    return inner if inner != value and _valid(inner) else value


def _valid(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def _trusted(value: str) -> bool:
    # A unix socket has no peer address: whoever may connect to it is the proxy.
    if not value:
        return bool(settings.TRUSTED_PROXIES)
    return _valid(value) and any(ip_address(value) in network for network in settings.TRUSTED_PROXIES)

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac


def keyed_hash(key: str, key_prefix: str, version: int) -> str:
    """The name under which a lock-out counter is kept: no user name and no address can be read from it."""
    return salted_hmac("registry.lockouts", f"{key_prefix}:{version}:{key}", algorithm="sha256").hexdigest()


def locked_out(request: HttpRequest, original_response: HttpResponse | None = None, credentials: Any = None) -> Any:
    return HttpResponse("locked out", status=429, headers={"Retry-After": str(settings.AXES_COOLOFF_TIME * 3600)})

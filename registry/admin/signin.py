"""Sign-in: lock-out after repeated failures, counted in the database under keyed hashes, and its page."""

from datetime import datetime, timedelta
from typing import Any

from axes.helpers import get_client_cache_keys
from django.conf import settings
from django.contrib import admin
from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, models, router, transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _


def keyed_hash(key: str, key_prefix: str, version: int) -> str:
    """The name under which a lock-out counter is kept: no user name and no address can be read from it."""
    return salted_hmac("registry.lockouts", f"{key_prefix}:{version}:{key}", algorithm="sha256").hexdigest()


class Lockouts(DatabaseCache):
    """Django's database cache, with a count that loses no failure and a table that keeps nothing past its time."""

    # Set by Django's own class; its stubs do not say so.
    _table: str

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """One more, also where two fail at the same moment; a counter that has just run out starts anew."""
        database = router.db_for_write(self.cache_model_class)
        with transaction.atomic(using=database), connections[database].cursor() as cursor:
            if connections[database].vendor == "postgresql":
                # On SQLite the transaction is IMMEDIATE and locks by itself.
                cursor.execute(
                    f'SELECT 1 FROM "{self._table}" WHERE cache_key = %s FOR UPDATE',  # noqa: S608 - a constant name
                    [self.make_and_validate_key(key, version=version)],
                )
            count = self.get(key, 0, version=version) + delta
            self.set(key, count, version=version)
        return count

    def ends(self, key: str) -> datetime | None:
        """When a counter runs out."""
        connection = connections[router.db_for_read(self.cache_model_class)]
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT expires FROM "{self._table}" WHERE cache_key = %s',  # noqa: S608 - a constant name
                [self.make_and_validate_key(key)],
            )
            found = cursor.fetchone()
        if found is None:
            return None
        expression = models.Expression(output_field=models.DateTimeField())
        value = found[0]
        for convert in connection.ops.get_db_converters(expression) + expression.get_db_converters(connection):
            value = convert(value, expression, connection)
        return value

    def forget_expired(self) -> None:
        connection = connections[router.db_for_write(self.cache_model_class)]
        with connection.cursor() as cursor:
            cursor.execute(
                f'DELETE FROM "{self._table}" WHERE expires < %s',  # noqa: S608 - a constant name
                [connection.ops.adapt_datetimefield_value(timezone.now().replace(microsecond=0))],
            )

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        if mode == "add":
            self.forget_expired()
        return super()._base_set(mode, key, value, timeout)  # type: ignore[misc]


def locked_out(request: HttpRequest, original_response: HttpResponse | None = None, credentials: Any = None) -> Any:
    """The page instead of a sign-in: how long, and what to do (RFC 6585, 429)."""
    left = _seconds_left(request, credentials)
    context = {
        **admin.site.each_context(request),
        "title": _("Sign-in is locked"),
        "failures": settings.AXES_FAILURE_LIMIT,
        "minutes": -(-left // 60),
    }
    response = TemplateResponse(
        request, "admin/locked_out.html", context, status=429, headers={"Retry-After": str(left)}
    )
    add_never_cache_headers(response)
    return response.render()


def _seconds_left(request: HttpRequest, credentials: Any) -> int:
    cache: Any = caches["lockouts"]
    ends = [found for key in get_client_cache_keys(request, credentials) if (found := cache.ends(key))]
    whole = timedelta(hours=settings.AXES_COOLOFF_TIME)
    left = max(ends) - timezone.now() if ends else whole
    return max(1, int(left.total_seconds()))

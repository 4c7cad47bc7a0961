"""For monitors. `/healthz`: the process answers; a load balancer asks this one, for pages go on without a database.
`/readyz`: everything works; 503 tells people, not machines, that something must be mended."""

from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from ..models import Delivery
from . import site
from .errors import reads
from .known import DOWN

# Seconds. A mail waits for moments; one that is due for so long has no worker.
LATE = 15 * 60


@reads
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@reads
def readyz(request: HttpRequest) -> HttpResponse:
    newest = site.current().newest
    state: dict[str, Any] = {"release": newest.number if newest else None, **_database()}
    ready = newest is not None and state["database"] == "ok" and not state["queue"]["late"]
    return JsonResponse({"ready": ready, **state}, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


def _database() -> dict[str, Any]:
    if site.database_down():
        # Known from the site's own thread: asking again could hang.
        return {"database": "down", "pages": "last-known"}
    try:
        if not _migrated():
            return {"database": "not migrated", "pages": "current"}
        return {"database": "ok", "pages": "current", "queue": _queue()}
    except DOWN:
        return {"database": "down", "pages": "last-known"}


def _queue() -> dict[str, Any]:
    """A mail to all subscribers may wait its turn for hours: that is late only where none of them goes out."""
    now = timezone.now()
    awaited, *to_all = (
        Delivery.objects.due(now).filter(priority=priority).values_list("due_at", flat=True).first()
        for priority in Delivery.Priority
    )
    since = [awaited] if awaited else []
    if waiting := list(filter(None, to_all)):
        # Urgent ones go first, and while they do the others wait.
        sent = map(Delivery.objects.last_sent, (Delivery.Priority.URGENT, Delivery.Priority.BULK))
        since.append(max([min(waiting), *filter(None, sent)]))
    age = int((now - min(since)).total_seconds()) if since else 0
    return {"oldest_due_seconds": age, "late": age > LATE}


_applied = False


def _migrated() -> bool:
    """Asked until it is so; what is applied stays applied while this process lives."""
    global _applied
    if not _applied:
        executor = MigrationExecutor(connection)
        _applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _applied

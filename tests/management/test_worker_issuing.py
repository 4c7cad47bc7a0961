"""A worker that is killed between issuing a document and mailing of it, and before."""

import json
import subprocess

import pytest

from tests.journeys.product import Product
from tests.smtp import sink

from .test_worker import product, rest, until, worker

__all__ = ["product", "rest"]

VERIFIED = """
from datetime import timedelta
from django.utils import timezone
from registry.models import Delivery, DpaRequest, ServiceProfile
from tests import agreements
agreements.standard()
request = agreements.verified("{token}")
DpaRequest.objects.update(since=timezone.now() - timedelta(minutes=2))
ServiceProfile.objects.update(unreviewed="all")
Delivery.objects.all().delete()
"""
KILLED_BEFORE = """
import os, signal
from registry.actions import issuing
issuing.queue = lambda *args, **values: os.kill(os.getpid(), signal.SIGKILL)
issuing.issue_waiting()
"""
KILLED_AFTER = """
import os, signal
from registry.actions import issuing
issuing.issue_waiting()
os.kill(os.getpid(), signal.SIGKILL)
"""
KEPT = """
import json
from registry.models import Agreement, AgreementFile, Delivery, DpaRequest
request = DpaRequest.objects.latest("received_at")
print(json.dumps([
    request.state,
    Agreement.objects.filter(request=request).count(),
    AgreementFile.objects.filter(agreement__request=request).count(),
    list(Delivery.objects.filter(request=request).values_list("kind", "state")),
    [found.kind for found in request.events.all()],
]))
"""


def kept(product: Product) -> list[object]:
    found: list[object] = json.loads(product.manage("shell", "-v0", "-c", KEPT))
    return found


def killed(product: Product, script: str) -> None:
    with pytest.raises(AssertionError):
        product.manage("shell", "-v0", "-c", script)


@pytest.mark.parametrize(
    ("script", "left"),
    [
        (KILLED_BEFORE, ["verified", 0, 0, [], ["received", "verified"]]),
        (KILLED_AFTER, ["issued", 1, 2, [["dpa-issued", "queued"]], ["received", "verified", "issued"]]),
    ],
    ids=["before", "after"],
)
def test_after_kill_9_the_document_is_issued_once_and_mailed_once(
    product: Product, script: str, left: list[object], request: pytest.FixtureRequest
) -> None:
    product.manage("shell", "-v0", "-c", VERIFIED.format(token=request.node.name))
    killed(product, script)
    assert kept(product) == left

    with sink() as server, worker(product, server.port) as process:
        until(lambda: len(server.mails) == 1, 60)
        until(lambda: kept(product)[3] == [["dpa-issued", "sent"]])
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(3)

    assert len(server.mails) == 1
    assert kept(product) == ["issued", 1, 2, [["dpa-issued", "sent"]], ["received", "verified", "issued"]]

import io
from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from registry.models import DpaRequest, DpaRequester
from tests.requests import submit


def said(*arguments: str, **options: object) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_retention_names_what_it_would_erase_and_then_erases_it(db: None) -> None:
    request = submit()
    DpaRequest.objects.update(state="closed", ended_at=timezone.now() - timedelta(days=31))

    assert said("apply_retention") == "Requests erased: 0.\n"
    assert said("apply_retention", days=30, dry_run=True) == f"{request.reference}\nRequests would be erased: 1.\n"
    assert DpaRequester.objects.count() == 1
    assert said("apply_retention", days=30) == f"{request.reference}\nRequests erased: 1.\n"
    assert DpaRequester.objects.count() == 0

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from registry.models import DpaRequest, DpaRequester
from tests.requests import submit


def said(*arguments: str, **options: object) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_retention_names_what_it_would_erase_and_why_and_then_erases_it(db: None) -> None:
    request = submit()
    DpaRequest.objects.update(state="closed", ended_at=timezone.now() - timedelta(days=31))
    why = f"{request.reference}: closed more than 30 days ago\n"

    assert said("apply_retention") == "People erased: 0.\n"
    assert said("apply_retention", days=30, dry_run=True) == f"{why}People would be erased: 1.\n"
    assert DpaRequester.objects.count() == 1
    assert said("apply_retention", days=30) == f"{why}People erased: 1.\n"
    assert DpaRequester.objects.count() == 0


def test_what_could_not_be_erased_is_an_error(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    request = submit()
    DpaRequest.objects.update(state="closed", ended_at=timezone.now() - timedelta(days=400))
    monkeypatch.setattr("registry.actions.dpa.eventing.record", lambda *_args, **_facts: 1 / 0)

    with pytest.raises(CommandError, match=f"Not erased because of an error, see the log: {request.reference}."):
        said("apply_retention")

    assert DpaRequester.objects.count() == 1


def test_a_negative_number_of_days_is_refused(db):
    with pytest.raises(CommandError, match="-5 is no number of days"):
        call_command("apply_retention", "--days=-5")

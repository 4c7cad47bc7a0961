import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from registry.actions.edits import edits_since
from registry.actions.translating import approve
from registry.models import PolicySection, Subprocessor
from registry.translation import text_digest


@pytest.fixture
def changed_draft(db):
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")


def test_the_edits_since_a_moment_name_what_was_changed_by_whom_and_leave_out_requests(
    changed_draft, django_user_model
):
    anna = django_user_model.objects.create(username="anna")
    moment = Subprocessor.history.first().history_date
    section = PolicySection.objects.get(key="definition")
    section._history_user = anna
    section.save()

    edits = edits_since(moment)

    assert [(e.model, e.name, e.by) for e in edits] == [(PolicySection, "definition", "anna")]
    assert edits_since(edits[0].at) == []


def test_an_approval_since_a_moment_names_the_passage_and_its_language(db):
    anna, moment = User.objects.create_superuser("anna"), timezone.now()
    section = PolicySection.objects.get(key="definition")
    digests = text_digest(section.heading_en), text_digest(section.heading_lv)
    approve(section, "heading", "lv", by=anna, seen=digests)

    edits = edits_since(moment)

    assert [(e.label, e.name, e.by) for e in edits] == [
        ("translation", "Policy section definition, heading · Latvian", "anna")
    ]

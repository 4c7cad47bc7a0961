import json
from datetime import timedelta

import pytest

from registry.actions import publishing, verifying
from registry.actions.withdrawing import withdraw
from registry.exchange.content import decode, encode
from registry.models import Release, ServiceProfile, Subprocessor
from tests.releases import REASON, publish_at_once

TEXTS = dict.fromkeys(REASON, "Other plans.")


def today():
    return ServiceProfile.load().today()


@pytest.fixture
def announced(db, django_user_model):
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    return publishing.publish()


def refused(number, reason):
    with pytest.raises(publishing.CannotPublish) as found:
        withdraw(number, reason=reason)
    return [(problem.message, problem.field, problem.language) for problem in found.value.problems]


def test_a_withdrawal_is_an_entry_of_the_chain_with_its_reason(announced, django_user_model):
    anna = django_user_model.objects.create(username="anna")

    entry = withdraw(announced.number, reason=TEXTS, by=anna)

    content = json.loads(entry.content)
    assert (entry.number, entry.type, entry.kind, entry.ends) == (5, "withdrawal", "", announced)
    assert (entry.announced_on, entry.in_force_existing_on, entry.objection_deadline) == (today(), None, None)
    assert content.keys() == {
        "announced_on",
        "ends",
        "languages",
        "number",
        "previous_digest",
        "published_at",
        "reason",
        "schema",
        "service",
        "source_language",
        "time_zone",
        "type",
    }
    assert (content["ends"], content["previous_digest"]) == (4, announced.digest)
    assert content["reason"]["text"] == TEXTS
    assert entry.publication.by == anna
    assert verifying.verify() == []


def test_what_was_in_force_stays_and_the_draft_can_be_published_again(announced):
    withdraw(announced.number, reason=TEXTS)

    assert [r.number for r in Release.objects.in_force(today() + timedelta(days=400))] == [3]
    assert list(Release.objects.announced(today())) == []
    assert Release.objects.newest().number == 3
    again = publishing.publish()
    assert (again.number, Release.objects.before(again).number) == (6, 3)
    assert verifying.verify() == []


def test_the_facts_of_a_withdrawal_are_those_in_force(announced):
    ServiceProfile.objects.update(contact="draft@example.com")

    content = decode(withdraw(announced.number, reason=TEXTS).content)

    assert content["service"] == decode(Release.objects.get(number=3).content)["service"]
    assert "draft@example.com" not in encode(content)


def test_only_what_is_announced_can_be_withdrawn_and_only_once(announced):
    assert refused(3, TEXTS) == [("Release 3 is not announced.", "", "")]
    withdraw(announced.number, reason=TEXTS)

    assert refused(4, TEXTS) == [("Release 4 is not announced.", "", "")]
    assert refused(5, TEXTS) == [("Release 5 is not announced.", "", "")]


def test_an_urgent_release_is_in_force_and_not_withdrawn(db):
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    urgent = publish_at_once()

    assert refused(urgent.number, TEXTS) == [("Release 4 is not announced.", "", "")]


@pytest.mark.parametrize("texts", [{}, {"en": " \n"}, {"da": "Andre planer."}])
def test_a_withdrawal_needs_a_reason_in_the_source_language(announced, texts):
    assert refused(announced.number, texts) == [
        ("Say why the release is withdrawn: customers read the reason.", "reason", "en")
    ]
    assert Release.objects.count() == 4


def test_a_reason_is_checked_like_a_summary(announced):
    texts = {**TEXTS, "lv": "Citi plāni: {nobody}", "de": "Andere Pläne."}
    del texts["et"]

    assert refused(announced.number, texts) == [
        ("Reason: this language is not public. Language: German.", "reason", "de"),
        ("Reason: the translation is missing. Language: Estonian.", "reason", "et"),
        ("Reason: there is no fact for {nobody}. Language: Latvian.", "reason", "lv"),
        ("Reason: its placeholders are not those of the source. Language: Latvian.", "reason", "lv"),
    ]

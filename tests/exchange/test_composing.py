from datetime import UTC, date, datetime

import pytest

from registry.actions import publishing
from registry.exchange import composing
from registry.exchange import content as shape
from registry.models import (
    Language,
    PolicySection,
    ProcessingLocation,
    Question,
    Region,
    Safeguard,
    SafeguardSet,
    ServiceProfile,
    Subprocessor,
    TransferMechanism,
    TranslationPin,
)

from .test_content import golden


@pytest.fixture
def full_draft(empty_registry):
    ServiceProfile.objects.create(
        provider="Provider, a. s.",
        provider_address="Street 1\nCity",
        provider_country="SK",
        service="Service",
        service_address="*.example.com",
        notice_days=45,
        time_zone="Europe/Bratislava",
        contact="dpa@example.com",
        security_contact="security@example.com",
        retention_days=400,
        unverified_days=5,
        declined_days=60,
        limitation_years=3,
        privacy_en="Kept: {retention_days}",
        privacy_hu="Megőrzés: {retention_days}",
    )
    Language.objects.create(code="en", public=True)
    Language.objects.create(code="hu", public=True, when_incomplete="notice")
    Language.objects.create(code="de", worked_on=True)
    section = PolicySection.objects.create(
        key="hosts",
        heading_en="Hosters",
        heading_hu="Szerverek",
        body_en="In {territory:DE}.",
        lists="processing-locations",
    )
    section.heading_en = "Hosts"
    section.save()
    Question.objects.create(key="what", question_en="What?", question_hu="Mi?", answer_en="That.", answer_hu="Az.")
    region = Region.objects.create(
        key="eu", name_en="EU", name_hu="EU", customers_en="EU customers", countries=["SK", "DE"]
    )
    iso = Safeguard.objects.create(
        key="iso", kind="certification", name="ISO 27001", claim="certified", valid_until=date(2030, 1, 31)
    )
    Safeguard.objects.create(key="instructions", kind="contractual", text_en="Act on instructions.")
    certified = SafeguardSet.objects.create(key="certified", match="any")
    certified.safeguards.add(iso)
    parent = Subprocessor.objects.create(key="parent", legal_name="Parent SE", kind="service", position=2)
    subprocessor = Subprocessor.objects.create(
        key="host",
        brand_name="Host",
        legal_name="Host GmbH",
        address="Weg 2\nBerlin",
        country="DE",
        kind="infrastructure",
        purpose_en="Hosts.",
        purpose_hu="Üzemeltet.",
        data_categories=["files", "contact"],
        data_subjects=["visitors", "end-customers"],
        website="https://host.example",
        privacy_page="https://host.example/privacy",
        subprocessor_list="https://host.example/subprocessors",
        dpa_page="https://host.example/dpa",
        dpa_valid_until=date(2029, 12, 31),
        parent=parent,
        contact_role="Privacy office",
        contact_mailbox="privacy@host.example",
        last_review=date(2026, 1, 1),
        next_review=date(2027, 1, 1),
        position=1,
    )
    location = ProcessingLocation.objects.create(
        key="host-de", subprocessor=subprocessor, territory="DE", place_en="Frankfurt", region=region, use="backup"
    )
    location.safeguard_sets.add(certified)
    TransferMechanism.objects.create(
        key="host-scc",
        subprocessor=subprocessor,
        regime="eu",
        mechanism="scc",
        scc_module="3",
        reference="2021/914",
        verified_on=date(2026, 2, 1),
        expires_on=date(2028, 2, 1),
    )
    TranslationPin.objects.filter(noun="question", field="question").update(status="approved")
    TranslationPin.objects.filter(noun="question", field="answer").update(status="machine")
    return publishing.draft()


def test_a_full_draft_composes_the_bytes_of_the_golden_release(full_draft):
    header = composing.Header(
        number=3,
        kind="urgent",
        published_at=datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC),
        announced_on=date(2026, 11, 21),
        in_force_new_on=date(2026, 12, 1),
        in_force_existing_on=date(2026, 12, 24),
        objection_deadline=date(2026, 12, 20),
        backfill=False,
        previous_digest="0" * 64,
        summary={"en": "First.", "hu": "Első."},
        ends=2,
        reason={"en": "Now."},
    )

    assert shape.encode(composing.compose(full_draft, header)) == golden(shape.SCHEMA)


def test_private_fields_are_in_no_release(db):
    Subprocessor.objects.create(
        key="example",
        legal_name="Example GmbH",
        kind="service",
        contact_role="Keeper of secrets",
        contact_mailbox="secret@example.com",
        last_review="2021-02-03",
        next_review="2051-02-03",
    )

    text = shape.encode(publishing.preview())

    assert "Example GmbH" in text
    assert not [
        private
        for private in ("Keeper of secrets", "secret@example.com", "2021-02-03", "2051-02-03", "contact_role")
        if private in text
    ]


def test_a_withdrawal_says_which_release_and_why_and_nothing_of_a_policy():
    of = shape.decode(golden(shape.SCHEMA))
    header = composing.Header(
        number=4,
        kind="",
        published_at=datetime(2026, 11, 30, 10, 0, 0, tzinfo=UTC),
        announced_on=date(2026, 11, 30),
        in_force_new_on=None,
        in_force_existing_on=None,
        objection_deadline=None,
        backfill=False,
        previous_digest="1" * 64,
        summary={},
        ends=3,
        reason={"en": "Other plans for {service}."},
    )

    content = composing.withdrawal(of, header)

    assert shape.encode(content) == golden(f"{shape.SCHEMA}-withdrawal")
    for schema in (3, 4):
        assert shape.is_withdrawal(shape.decode(golden(f"{schema}-withdrawal")))
    assert list(shape.passages(content)) == []

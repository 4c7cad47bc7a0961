import datetime
import tomllib

import pytest

from registry.actions import reviewing
from registry.actions.sample import FOLDER
from registry.models import (
    PolicySection,
    ProcessingLocation,
    Question,
    Region,
    Safeguard,
    SafeguardSet,
    ServiceProfile,
    Subprocessor,
    TransferMechanism,
)

SAMPLE = [
    (
        "quality-unit-sro",
        "legal_name",
        "Quality Unit, s.r.o. is the provider itself, yet it is listed as its own subprocessor.",
    ),
    (
        "infrastructure",
        "body",
        "Policy section infrastructure, body: the text names fewer places than the processing locations. "
        "Left out: Singapore.",
    ),
    (
        "where-is-my-data",
        "answer",
        "Question where-is-my-data, answer: the text names fewer places than the processing locations. "
        "Left out: Singapore.",
    ),
    ("aws", "purpose", "Amazon Web Services, LLC: what it does is not stated."),
    (
        "aws",
        "transfer_mechanisms",
        "Amazon Web Services, LLC: no mechanism is stated for the transfer to third countries. "
        "Countries: Singapore and United States.",
    ),
]


def told(warnings):
    return [(warning.noun.key, warning.field, warning.message) for warning in warnings]


def new(key):
    """What is warned of beside the sample's own warnings, about one row."""
    return [message for noun, _field, message in told(reviewing.warnings()) if noun == key]


@pytest.fixture
def draft_of_2023(db):
    listed = tomllib.loads((FOLDER / "releases" / "2023-10-02.toml").read_text())
    for model, name in ((Subprocessor, "subprocessors"), (ProcessingLocation, "locations"), (Question, "questions")):
        model.objects.update(listed=False)
        model.objects.filter(key__in=listed[name]).update(listed=True)


def test_the_sample_contradicts_itself_in_five_places(db):
    assert told(reviewing.warnings()) == SAMPLE


def test_a_draft_as_in_2023_states_no_place_and_names_an_area_that_is_no_country(draft_of_2023):
    places = [row for row in told(reviewing.warnings()) if row[1] in {"territory", "region"}]

    assert places == [
        (
            "linode-eu",
            "territory",
            "Linode, LLC, location linode-eu: European Union is no country. Name the countries.",
        ),
        ("linode-eu", "region", "Linode, LLC, location linode-eu: it is not stated whose customers’ data it holds."),
        ("linode-gb", "region", "Linode, LLC, location linode-gb: it is not stated whose customers’ data it holds."),
        ("linode-us", "region", "Linode, LLC, location linode-us: it is not stated whose customers’ data it holds."),
        ("linode-sg", "region", "Linode, LLC, location linode-sg: it is not stated whose customers’ data it holds."),
        (
            "aws-not-stated",
            "territory",
            "Amazon Web Services, LLC, location aws-not-stated: the place is not stated.",
        ),
        (
            "aws-not-stated",
            "region",
            "Amazon Web Services, LLC, location aws-not-stated: it is not stated whose customers’ data it holds.",
        ),
        ("websupport-eu", "territory", "Websupport, s.r.o., location websupport-eu: the place is not stated."),
    ]


def test_an_empty_registry_has_nothing_to_warn_of(empty_registry):
    assert reviewing.warnings() == []


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("Quality Unit, s. r. o.", "Quality Unit, s.r.o.", True),
        ("QUALITY UNIT S.R.O", "Quality Unit, s.r.o.", True),
        ("Ünal Şirketi A.Ş.", "Unal Sirketi AS", True),
        ("Quality Unit, LLC", "Quality Unit, s.r.o.", False),
    ],
)
def test_legal_names_are_compared_without_what_registers_write_differently(name, other, same):
    assert (reviewing.same_name(name) == reviewing.same_name(other)) is same


def test_two_subprocessors_with_one_legal_name_are_told(db):
    Subprocessor.objects.create(
        key="twilio-again", legal_name="TWILIO Inc", kind="service", purpose_en="Telephony.", position=99
    )

    assert new("twilio-again") == ["TWILIO Inc has the same legal name as the subprocessor with the key twilio."]


def test_a_parent_that_is_not_listed_is_told(db):
    Subprocessor.objects.filter(key="twilio").update(parent=Subprocessor.objects.get(key="linode"))

    assert new("twilio") == ["Twilio, Inc. is engaged by Linode, LLC, which is not listed."]


def test_infrastructure_without_a_location_and_without_a_purpose_is_told(db):
    Subprocessor.objects.create(key="host", legal_name="Host Oy", kind="infrastructure", country="FI")

    assert new("host") == ["Host Oy has no processing location.", "Host Oy: what it does is not stated."]


def test_a_region_without_customers_is_told(db):
    Region.objects.filter(key="apac").update(customers_en="")

    assert new("apac") == ["Region apac: its customers are not stated."]


def test_without_any_region_no_location_is_asked_for_one(db):
    ProcessingLocation.objects.update(region=None)
    Region.objects.update(listed=False)

    assert [row for row in told(reviewing.warnings()) if row[1] == "region"] == []


def test_a_translation_that_names_other_places_than_its_source_is_told_with_its_language(db):
    section = PolicySection.objects.get(key="infrastructure")
    section.body_hu = "A rendszerek az Egyesült Államokban vannak."
    section.body_da = "Systemerne står i USA, Europa og Singapore."
    section.save()

    warnings = [warning for warning in reviewing.warnings() if warning.noun == section]

    assert [(w.language, w.message) for w in warnings] == [
        (
            "en",
            "Policy section infrastructure, body: the text names fewer places than the processing locations. "
            "Left out: Singapore.",
        ),
        (
            "hu",
            "Policy section infrastructure, body: the translation names fewer places than the processing locations. "
            "Left out: Germany, Ireland and Singapore. Language: Hungarian.",
        ),
    ]


@pytest.mark.parametrize(
    ("country", "mechanism", "told_of"),
    [
        ("DE", None, False),
        ("NO", None, False),
        ("CH", None, False),
        ("", None, False),
        ("IN", None, True),
        ("US", None, True),
        ("US", {"mechanism": "dpf"}, False),
        ("US", {"mechanism": "dpf", "listed": False}, True),
        ("US", {"mechanism": "dpf", "regime": "uk"}, True),
        ("US", {"mechanism": "dpf", "expires_on": datetime.date(2020, 1, 1)}, True),
    ],
)
def test_a_transfer_to_a_third_country_needs_something_that_it_rests_on(db, country, mechanism, told_of):
    subprocessor = Subprocessor.objects.create(
        key="third", legal_name="Third", kind="service", country=country, purpose_en="Something."
    )
    if mechanism:
        TransferMechanism.objects.create(key="m", subprocessor=subprocessor, **{"regime": "eu", **mechanism})

    assert [message.partition(" Countries")[0] for message in new("third")] == (
        ["Third: no mechanism is stated for the transfer to third countries."] if told_of else []
    )


def test_a_certificate_that_has_expired_and_a_review_that_is_overdue_are_told_from_the_next_day_on(db):
    today = ServiceProfile.load().today()
    yesterday = today - datetime.timedelta(days=1)
    Safeguard.objects.filter(key="pci-dss").update(valid_until=yesterday)
    Safeguard.objects.filter(key="soc-1").update(valid_until=today)
    Subprocessor.objects.filter(key="twilio").update(next_review=yesterday)
    Subprocessor.objects.filter(key="intuit").update(next_review=today)

    assert told(reviewing.warnings())[5:] == [
        ("pci-dss", "valid_until", "PCI DSS is still claimed, yet it is no longer valid."),
        ("twilio", "next_review", "Twilio, Inc.: its review is overdue."),
    ]


def test_a_certificate_that_no_location_claims_is_not_told(db):
    Safeguard.objects.filter(key="pci-dss").update(valid_until=datetime.date(2020, 1, 1))
    for found in SafeguardSet.objects.all():
        found.safeguards.remove(Safeguard.objects.get(key="pci-dss"))

    assert told(reviewing.warnings()) == SAMPLE


def test_the_warnings_for_a_subprocessor_are_its_own_and_those_of_its_rows(db):
    aws = Subprocessor.objects.get(key="aws")
    ProcessingLocation.objects.filter(key="aws-eu-ireland").update(territory="")

    assert [(w.noun.key, w.field) for w in reviewing.warnings_for(aws)] == [
        ("aws-eu-ireland", "territory"),
        ("aws", "purpose"),
        ("aws", "transfer_mechanisms"),
    ]
    assert [w.noun.key for w in reviewing.warnings_for(ProcessingLocation.objects.get(key="aws-eu-ireland"))] == [
        "aws-eu-ireland"
    ]
    assert reviewing.warnings_for(Subprocessor.objects.get(key="twilio")) == []


def test_warnings_cost_the_same_queries_for_few_rows_and_for_many(db, django_assert_num_queries):
    with django_assert_num_queries(13):
        reviewing.warnings()
    for number in range(10):
        subprocessor = Subprocessor.objects.create(key=f"s{number}", legal_name="Same", kind="service")
        ProcessingLocation.objects.create(key=f"l{number}", subprocessor=subprocessor, territory="EU")
    with django_assert_num_queries(13):
        reviewing.warnings()

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from registry.models import Agreement, DpaTemplate, DpaTemplateVersion, Release
from tests.requests import submit

NOW = timezone.now()
SIGNED = {
    "accepted_at": NOW,
    "countersigned_at": NOW,
    "in_force_on": date(2020, 2, 29),
    "final_digest": "f" * 64,
}
# Every state by every move: what is not named here is refused.
LEGAL = {
    "offered": {"accepted", "lapsed"},
    "accepted": {"in_force", "lapsed"},
    "in_force": {"superseded", "ended"},
    "lapsed": set(),
    "superseded": set(),
    "ended": set(),
}


@pytest.fixture
def make(db):
    template = DpaTemplate.objects.create(key="other", title_en="Other", body_en="Text")
    version = DpaTemplateVersion.objects.create(
        template=template, number=1, content="{}", digest="a" * 64, published_at=NOW
    )
    request = submit()

    def made(**values):
        facts = {"request": request, "version": version, "release": Release.objects.newest(), "language": "hu"}
        digests = {"text_digest": "t" * 64, "issued_digest": "i" * 64, "open_until": NOW + timedelta(days=30)}
        with transaction.atomic():
            return Agreement.objects.create(**{**facts, **digests, **values})

    return made


@pytest.mark.parametrize("state", Agreement.State.values)
@pytest.mark.parametrize("to", Agreement.State.values)
def test_every_state_allows_exactly_its_moves(state, to):
    assert Agreement(state=state).may_move_to(to) is (to in LEGAL[state])


def test_nothing_happens_to_an_agreement_that_was_erased():
    assert not Agreement(state="offered", erased_at=NOW).may_move_to("accepted")


def test_a_request_has_one_offer_at_a_time_and_any_number_of_agreements(make):
    make(state="offered")
    make(state="lapsed")
    make(state="in_force", **SIGNED)
    make(state="in_force", **SIGNED)

    with pytest.raises(IntegrityError):
        make(state="accepted", accepted_at=NOW)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "accepted"},
        {"state": "in_force", **SIGNED, "final_digest": ""},
        {"state": "in_force", **SIGNED, "in_force_on": None},
        {"state": "in_force", **SIGNED, "ended_on": date(2021, 1, 1)},
        {"state": "ended", **SIGNED},
        {"state": "offered", "final_digest": "f" * 64},
        {"state": "nonsense"},
    ],
)
def test_a_state_without_its_facts_is_refused(make, values):
    with pytest.raises(IntegrityError):
        make(**values)


@pytest.mark.parametrize(
    ("values", "on", "years", "kept"),
    [
        ({"state": "in_force"}, date(2099, 1, 1), 0, True),
        ({"state": "ended", "ended_on": date(2024, 2, 29)}, date(2029, 2, 28), 5, True),
        ({"state": "ended", "ended_on": date(2024, 2, 29)}, date(2029, 3, 1), 5, False),
        ({"state": "superseded", "ended_on": date(2024, 5, 1)}, date(2028, 2, 29), 4, True),
        ({"state": "ended", "ended_on": date(2024, 5, 1)}, date(2024, 5, 1), 0, False),
    ],
)
def test_an_agreement_is_kept_while_in_force_and_for_the_limitation_period(make, values, on, years, kept):
    agreement = make(**SIGNED, **values)

    assert Agreement.objects.kept(on, years).filter(pk=agreement.pk).exists() is kept


@pytest.mark.parametrize("state", ["offered", "accepted", "lapsed"])
def test_what_was_never_countersigned_is_not_kept(make, state):
    make(state=state, accepted_at=NOW)

    assert not Agreement.objects.kept(date(2026, 1, 1), 30).exists()


def test_an_agreement_calls_itself_by_its_reference(make):
    agreement = make()

    assert str(agreement) == agreement.reference
    assert agreement.reference.startswith("AGR-")


def test_the_history_of_an_agreement_names_nobody():
    names = {field.name for field in Agreement.history.model._meta.fields}

    assert {"state", "issued_digest", "release", "ended_on"} <= names
    assert not {"company", "name", "role", "address", "content", "salt"} & names

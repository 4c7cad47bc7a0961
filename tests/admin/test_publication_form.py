from datetime import date, timedelta

import pytest

from registry.actions.checking import Problem
from registry.actions.dating import Asked, Days, Rules
from registry.admin.publication_form import PublishForm
from registry.exchange.comparison import Change
from registry.models import Release

TODAY = date(2026, 11, 22)
ADDED = Change("added", "subprocessors", "example", {})
REMOVED = Change("removed", "subprocessors", "example", {})


def form(data=None, changes=(ADDED,), newest=True):
    def rules(kind):
        return Rules(TODAY, 30, kind, False, Release(number=3) if newest else None, changes)

    found = PublishForm(data, codes=["en"], change=rules("change"), urgent=rules("urgent"))
    found.is_valid()
    return found


def after(count):
    return TODAY + timedelta(days=count)


def test_before_anything_is_chosen_the_days_are_those_of_the_rules():
    found = form()

    assert found.days() == Days(TODAY, TODAY, after(30), after(29))
    assert {name: field.initial for name, field in found.fields.items() if "in_force" in name or "objec" in name} == {
        "in_force_on": after(30),
        "in_force_new_on": TODAY,
        "objection_deadline": None,
        "urgent_in_force_on": TODAY,
        "urgent_objection_deadline": None,
    }
    assert found.fields["in_force_on"].widget.attrs["min"] == "2026-12-22"


def test_the_last_day_to_object_moves_with_the_day_in_force_as_long_as_nobody_names_one():
    assert form({"kind": "change", "in_force_on": "2027-03-02"}).days().objections == date(2027, 3, 1)
    assert form({"kind": "change", "in_force_on": "2027-03-02", "objection_deadline": "2027-01-01"}).days() == Days(
        TODAY, TODAY, date(2027, 3, 2), date(2027, 1, 1)
    )


def test_what_an_empty_last_day_to_object_means_is_told():
    assert form().fields["objection_deadline"].help_text == "Empty: the day before."
    assert form(changes=[REMOVED]).fields["objection_deadline"].help_text == "Empty: nobody is asked to object."


@pytest.mark.parametrize(
    ("changes", "newest", "data", "both"),
    [
        ((ADDED,), True, None, True),
        ((REMOVED,), True, None, False),
        ((ADDED,), False, None, False),
        # Somebody chose it before the draft came to need no notice: what they typed stays in sight.
        ((REMOVED,), True, {"kind": "urgent"}, True),
    ],
)
def test_what_needs_no_notice_offers_no_other_kind(changes, newest, data, both):
    assert form(data, changes, newest).both is both


def test_each_kind_has_days_of_its_own():
    data = {"in_force_on": "2027-01-01", "urgent_in_force_on": "2026-12-01", "urgent_objection_deadline": "2026-12-05"}

    assert form({**data, "kind": "change"}).asked() == Asked(date(2027, 1, 1))
    assert form({**data, "kind": "urgent"}).asked() == Asked(date(2026, 12, 1), None, date(2026, 12, 5))


def test_a_plan_names_the_kind_and_every_day():
    assert form({"kind": "change"}).plan() == "change 2026-11-22 2026-12-22 2026-12-21"
    assert form({"kind": "urgent"}).plan() == "urgent 2026-11-22 2026-11-22 2026-12-22"
    assert form({"kind": "change"}, (REMOVED,)).plan() == "change 2026-11-22 2026-11-22 None"


def test_days_of_the_other_kind_may_be_wrong():
    assert form({"kind": "urgent", "in_force_on": "never"}).datable is True
    assert form({"kind": "urgent", "urgent_in_force_on": "never"}).datable is False
    assert form({"kind": "editorial"}).datable is False
    assert form().datable is True


@pytest.mark.parametrize(
    ("kind", "field", "beside"),
    [
        ("change", "in_force_on", "in_force_on"),
        ("change", "objection_deadline", "objection_deadline"),
        ("urgent", "in_force_on", "urgent_in_force_on"),
        ("urgent", "objection_deadline", "urgent_objection_deadline"),
        ("urgent", "reason", "reason_en"),
    ],
)
def test_a_problem_stands_beside_the_field_of_the_chosen_kind(kind, field, beside):
    found = form({"kind": kind})

    assert found.shown([Problem("No.", field=field, language="en" if field == "reason" else "")]) == []
    assert found.errors == {beside: ["No."]}


def test_only_what_is_urgent_has_a_reason():
    assert form({"kind": "urgent", "reason_en": "Why."}).reason() == {"en": "Why."}
    assert form({"kind": "change", "reason_en": "Why."}).reason() == {}

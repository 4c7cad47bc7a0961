from datetime import UTC, datetime

import pytest

from registry.actions.checking import Problem
from registry.admin.entry_form import EntryForm, source_first
from registry.models import PolicySection

CODES = ["en", "ar"]


def form(**data):
    found = EntryForm(data, codes=CODES)
    found.is_valid()
    return found


def test_the_binding_language_comes_first_and_the_others_by_code():
    assert source_first(["lv", "en", "da"], "lv") == ["lv", "da", "en"]


def test_each_language_has_a_box_in_its_own_direction():
    boxes = EntryForm(codes=CODES).summaries

    assert [(box.name, box.label, box.field.widget.attrs["dir"]) for box in boxes] == [
        ("summary_en", "English", "ltr"),
        ("summary_ar", "Arabic", "rtl"),
    ]


def test_only_what_was_typed_is_said():
    assert form(summary_en=" One. ", summary_ar="  ").said("summary") == {"en": "One."}


def test_a_form_that_expects_nothing_expects_what_cannot_be():
    assert (form().expects, form(expected="").expects, form(expected="4-a").expects) == ("-", "-", "4-a")


@pytest.mark.parametrize("written", ["", "x\x01", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00", "9" * 500])
def test_a_moment_that_cannot_be_read_is_none(written):
    assert form(looked_at=written).looked is None


def test_a_moment_is_read_with_its_zone():
    assert form(looked_at="2026-01-01T00:00:00+00:00").looked == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_problem_stands_beside_its_field_and_what_has_none_comes_back():
    found = form()
    beside = Problem("Too short.", field="summary", language="ar")
    others = [
        Problem("Of no field."),
        Problem("Of another language.", field="summary", language="lv"),
        Problem("Of a row.", PolicySection(key="a"), "summary", "en"),
    ]

    assert found.shown([beside, *others]) == others
    assert found.errors == {"summary_ar": ["Too short."]}

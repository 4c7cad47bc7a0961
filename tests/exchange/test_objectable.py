import pytest

from registry.exchange.content import decode
from registry.exchange.objectable import lines, objectable
from registry.models import Release
from tests.objections import CHANGE, announce


@pytest.fixture
def contents(db):
    return [decode(text) for text in Release.objects.order_by("number").values_list("content", flat=True)]


def test_customers_may_object_to_what_a_release_changes_about_each_subprocessor(contents):
    found = objectable(contents[1], contents[2], "en")

    assert [(one.key, one.name) for one in found] == [
        ("subprocessors/linode", "Linode, LLC"),
        ("subprocessors/websupport", "Websupport, s.r.o."),
        ("subprocessors/quality-unit-llc", "Quality Unit, LLC"),
        ("subprocessors/quality-unit-sro", "Quality Unit, s.r.o."),
        ("subprocessors/aws", "Amazon Web Services, LLC"),
    ]


def test_a_subprocessor_is_told_with_its_places_in_the_readers_language(contents):
    told = " ".join(lines(contents[1], contents[2], "subprocessors/aws", "hu"))

    assert "Németország" in told
    assert "Írország" in told
    assert "Linode" not in told


@pytest.mark.parametrize("change", ["", "subprocessors/nobody", "questions/aws"])
def test_the_release_as_a_whole_and_what_it_does_not_change_have_no_line(contents, change):
    assert lines(contents[1], contents[2], change, "en") == []


def test_of_two_contents_that_say_the_same_nothing_can_be_objected_to(contents):
    assert objectable(contents[2], contents[2], "en") == []


def test_a_new_subprocessor_is_one_change_with_its_place(contents):
    after = decode(announce().content)

    [one] = objectable(contents[2], after, "en")

    assert (one.key, one.name) == (CHANGE, "Example GmbH")
    assert "Germany" in " ".join(one.lines)

from datetime import timedelta

import pytest
from django.utils import timezone

from registry.models import (
    PolicySection,
    ProcessingLocation,
    Region,
    Safeguard,
    SafeguardSet,
    Subprocessor,
    TransferMechanism,
)
from tests.admin.pages import at, form_data, one_of, staff
from tests.reading import read


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


def save(client, noun, **fields):
    data = form_data(read(client.get(at("change", noun)).content.decode()))
    assert client.post(at("change", noun), data | fields).status_code == 302


def stamp(moment):
    return moment.isoformat().replace("+", "%2B")


def rows(response):
    return [
        (row.kind, row.name, row.action, [(c.label, c.before, c.after) for c in row.changes])
        for row in response.context["rows"]
    ]


def compare(client, noun, before, after="now"):
    after = after if after == "now" else stamp(after)
    return client.get(f"{at('compare', noun)}?before={stamp(before)}&after={after}")


def test_one_save_is_one_moment_with_who_and_what(editor):
    aws = Subprocessor.objects.get(key="aws")
    save(editor, aws, website="https://aws.example", **{"locations-1-use": "backup", "locations-1-safeguard_sets": []})

    steps = editor.get(at("history", aws)).context["page"].object_list

    assert str(steps[0].moment.by) == "anna"
    assert [(kind, name, labels) for kind, name, _action, labels in steps[0].changed] == [
        ("", "Amazon Web Services, LLC", ["Website"]),
        ("Processing location", "Germany (aws-eu-germany)", ["Use", "Safeguards"]),
    ]


def test_a_label_that_lists_languages_is_told_apart_from_the_next(editor):
    section = PolicySection.objects.get(key="definition")
    save(editor, section, body_en=section.body_en + " More.", meaning_kept="body")

    page = editor.get(at("history", section)).content.decode()

    languages = "Danish, Estonian, Hungarian, Latvian and Portuguese (Brazil)"
    assert f"Body · English; Body · {languages}: meaning unchanged<" in page


def test_any_two_states_are_compared_in_every_language_word_by_word(editor):
    section = PolicySection.objects.get(key="definition")
    save(editor, section, heading_en="One old name", heading_da="Et gammelt navn")
    first = timezone.now()
    save(editor, section, heading_en="One new name")
    second = timezone.now()
    save(editor, section, heading_en="Another", heading_da="Et andet navn")

    response = compare(editor, section, first, second)
    assert rows(response) == [("", "One new name", "changed", [("Heading · English", "One old name", "One new name")])]
    assert response.context["rows"][0].changes[0].words == [
        ("same", "One "),
        ("removed", "old"),
        ("added", "new"),
        ("same", " name"),
    ]
    assert rows(compare(editor, section, second, first)) == rows(response)
    assert [label for _k, _n, _a, changes in rows(compare(editor, section, first)) for label, *_ in changes] == [
        "Heading · English",
        "Heading · Danish",
    ]


def test_links_and_codes_are_told_by_name_those_deleted_since_too(editor):
    region = Region.objects.create(key="south", name_en="South America")
    germany = ProcessingLocation.objects.get(key="aws-eu-germany")
    before = timezone.now()
    germany.region, germany.territory = region, "BR"
    germany.save()
    germany.region = None
    germany.save()
    between = germany.history.all()[1].history_date
    region.delete()

    aws = Subprocessor.objects.get(key="aws")
    assert rows(compare(editor, aws, before, between)) == [
        (
            "Processing location",
            "Brazil (aws-eu-germany)",
            "changed",
            [("Territory", "Germany", "Brazil"), ("Region", "European Union", "South America")],
        )
    ]


def test_a_set_tells_what_its_safeguards_said_then(editor):
    found = SafeguardSet.objects.get(key="facility-2019")
    before = timezone.now()
    iso = Safeguard.objects.get(key="iso-27001")
    iso.claim = "certified"
    iso.save()

    assert [(kind, changes) for kind, _name, _action, changes in rows(compare(editor, found, before))] == [
        ("Safeguard", [("Claim", "compliant", "certified")])
    ]


def test_a_state_is_brought_back_with_its_links_and_the_rows_below(editor):
    aws = Subprocessor.objects.get(key="aws")
    mechanism = one_of(TransferMechanism)
    germany = ProcessingLocation.objects.get(key="aws-eu-germany")
    sets = set(germany.safeguard_sets.all())
    then = timezone.now()
    aws.legal_name = "Renamed"
    aws.save()
    germany.safeguard_sets.clear()
    mechanism.delete()
    added = ProcessingLocation.objects.create(key="aws-fr", subprocessor=aws, territory="FR")
    address = f"{at('bring_back', aws)}?to={stamp(then)}"

    asked = editor.get(address)
    assert asked.context["notes"] == ["Added since, and stays as it is: France (aws-fr)"]
    assert Subprocessor.objects.get(key="aws").legal_name == "Renamed"
    response = editor.post(address, {"to": then.isoformat(), "version": asked.context["version"]})

    assert response.status_code == 302
    assert Subprocessor.objects.get(key="aws").legal_name == "Amazon Web Services, LLC"
    assert set(germany.safeguard_sets.all()) == sets
    assert TransferMechanism.objects.get(key="aws-eu-dpf").mechanism == mechanism.mechanism
    assert ProcessingLocation.objects.filter(pk=added.pk).exists()
    assert str(aws.history.first().history_user) == "anna"


def test_bringing_back_is_refused_where_somebody_saved_meanwhile(editor):
    aws = Subprocessor.objects.get(key="aws")
    then = timezone.now()
    aws.legal_name = "Renamed"
    aws.save()
    version = aws.version
    aws.legal_name = "Renamed again"
    aws.save()

    response = editor.post(at("bring_back", aws), {"to": then.isoformat(), "version": version})

    assert response.context["problems"] == [
        "Somebody saved this entry while you were looking. Look again, then bring it back."
    ]
    assert Subprocessor.objects.get(key="aws").legal_name == "Renamed again"


def test_a_deleted_entry_is_found_with_its_history_and_comes_back(editor):
    region = Region.objects.create(key="south", name_en="South America", countries=["BR"])
    version, pk = region.version, region.pk
    then = timezone.now()
    editor.post(at("delete", region), {"post": "yes"})
    region.pk = pk

    listed = editor.get(at("deleted", model=Region)).context["rows"]
    assert [(row[0], row[1], str(row[3])) for row in listed] == [(pk, "South America", "anna")]
    assert editor.get(at("history", region)).context["page"].object_list[0].action == "removed"
    asked = editor.get(f"{at('bring_back', region)}?to={stamp(then)}")
    editor.post(at("bring_back", region), {"to": then.isoformat(), "version": asked.context["version"]})

    back = Region.objects.get(pk=pk)
    assert (back.key, back.name_en, back.countries) == ("south", "South America", ["BR"])
    assert back.version > version
    assert editor.get(at("deleted", model=Region)).context["rows"] == []


def test_a_link_to_what_was_deleted_stays_empty_and_the_page_says_so(editor):
    region = Region.objects.create(key="south", name_en="South America")
    germany = ProcessingLocation.objects.get(key="aws-eu-germany")
    germany.region = region
    germany.save()
    then = timezone.now()
    germany.region = None
    germany.save()
    region.delete()

    asked = editor.get(f"{at('bring_back', germany)}?to={stamp(then)}")
    assert asked.context["notes"] == [
        "Led to an entry that was deleted, and stays empty: Germany (aws-eu-germany), region"
    ]
    editor.post(at("bring_back", germany), {"to": then.isoformat(), "version": asked.context["version"]})

    germany.refresh_from_db()
    assert germany.region is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2024-13-45T00:00:00Z", "2024-01-01T00:00:00", "\x00", "9" * 400),
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-12:00"),
    ],
)
def test_a_moment_that_is_none_is_not_found(editor, text):
    aws = Subprocessor.objects.get(key="aws")

    assert editor.get(at("compare", aws), {"before": text, "after": "now"}).status_code in {400, 404}
    assert editor.get(at("bring_back", aws), {"to": text}).status_code in {400, 404}


def test_a_number_that_no_database_holds_is_not_found(editor):
    assert editor.get(f"/admin/registry/subprocessor/{'9' * 20}/history/").status_code == 404


def test_history_costs_the_same_queries_for_few_states_and_for_many(editor, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    aws = Subprocessor.objects.get(key="aws")
    counts = []
    for _round in range(2):
        for _save in range(5):
            aws.position += 1
            aws.save()
        editor.get(at("history", aws))
        with CaptureQueriesContext(connection) as queries:
            editor.get(at("history", aws))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_states_before_the_first_are_empty(editor):
    aws = Subprocessor.objects.get(key="aws")

    response = editor.get(f"{at('bring_back', aws)}?to={stamp(timezone.now() - timedelta(days=9000))}")

    assert response.status_code == 404

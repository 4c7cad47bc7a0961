import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from registry.actions.publishing import draft
from registry.actions.translating import approve, passages, translate
from registry.models import PolicySection, ProcessingLocation, Subprocessor, TranslationPin
from registry.pinning import Wording, settle
from tests.admin.pages import at, opened, staff
from tests.admin.test_history import compare, rows, stamp


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


@pytest.fixture
def anna(editor):
    return User.objects.get(username="anna")


@pytest.fixture
def berta(db):
    return User.objects.create_user("berta", is_superuser=True)


@pytest.fixture
def section(db):
    section = PolicySection.objects.get(key="definition")
    section.heading_en, section.heading_da, section.heading_lv = "One name", "Et navn", "Viens nosaukums"
    section.save()
    return section


def newest(client, noun):
    """What the newest step of a noun's history tells, and who it names."""
    step = client.get(at("history", noun)).context["page"].object_list[0]
    return str(step.moment.by), [(kind, labels) for kind, _name, _action, labels in step.changed]


def seen(section, language="da"):
    (passage,) = (
        one
        for one in passages(draft(), [language])
        if (type(one.noun), one.noun.pk, one.field) == (PolicySection, section.pk, "heading")
    )
    return passage.digests


def test_an_approval_is_a_step_and_so_is_its_loss(editor, section, anna, berta):
    approve(section, "heading", "da", by=berta, seen=seen(section))

    assert newest(editor, section) == ("berta", [("", ["Heading · Danish: approved"])])

    section.heading_en = "Another name"
    section.save()
    translate(section, "heading", "da", "Et navn", by=anna)
    assert newest(editor, section) == (
        "anna",
        [("", ["Heading · Danish: confirmed", "Heading · Danish: no longer approved"])],
    )


def test_a_confirmation_is_a_step_whether_or_not_a_pin_was_there(editor, section, anna):
    PolicySection.objects.filter(pk=section.pk).update(heading_lv="Garām")
    section.refresh_from_db()
    section.heading_en = "Another name"
    section.save()
    for language, text in (("da", "Et navn"), ("lv", "Garām")):
        translate(section, "heading", language, text, by=anna)

    assert newest(editor, section) == ("anna", [("", ["Heading · Danish and Latvian: confirmed"])])


def test_a_meaning_that_was_kept_is_told_with_the_source_and_by_whom(editor, section):
    editor.post(
        at("change", section),
        opened(editor, at("change", section)) | {"heading_en": "One name.", "meaning_kept": ["heading"]},
    )

    assert newest(editor, section) == (
        "anna",
        [("", ["Heading · English", "Heading · Danish and Latvian: meaning unchanged"])],
    )


def test_a_meaning_that_was_kept_is_told_also_where_no_translation_was_current(editor, section):
    section.heading_en = "Another name"
    section.save()
    data = opened(editor, at("change", section))

    editor.post(at("change", section), data | {"heading_en": "Another name.", "meaning_kept": ["heading", "body"]})

    told = [("", ["Heading · English", "Heading · English: meaning unchanged"])]
    assert newest(editor, section) == ("anna", told)
    assert not TranslationPin.objects.filter(kept_at__isnull=False).exists()
    # A later save does not repeat it.
    section.refresh_from_db()
    section.heading_en = "A third name"
    section.save()
    assert newest(editor, section)[1] == [("", ["Heading · English"])]


def test_a_meaning_that_was_kept_in_a_row_whose_links_change_too_is_told(editor):
    aws, germany = (Subprocessor.objects.get(key="aws"), ProcessingLocation.objects.get(key="aws-eu-germany"))
    germany.place_en, germany.place_da = "Frankfurt", "Frankfurt (Main)"
    germany.save()
    ProcessingLocation.objects.filter(pk=germany.pk).update(place_da="Past every pin")
    data = opened(editor, at("change", aws))
    ids = {name: pk for name, pk in data.items() if name.startswith("locations-") and name.endswith("-id")}
    row = next(name.removesuffix("-id") for name, pk in ids.items() if pk == str(germany.pk))
    changed = {f"{row}-place_en": "Frankfurt am Main", f"{row}-meaning_kept": ["place"], f"{row}-safeguard_sets": []}

    response = editor.post(at("change", aws), data | changed)

    assert response.status_code == 302
    ((kind, labels),) = newest(editor, aws)[1]
    assert kind == "Processing location"
    assert labels == ["Place · English", "Place · Danish", "Safeguards", "Place · English: meaning unchanged"]


def test_a_pin_that_goes_with_its_text_is_no_line_of_its_own(editor, section):
    data = opened(editor, at("change", section))
    editor.post(at("change", section), data | {"heading_en": "Another name", "heading_da": "Et andet navn"})

    assert newest(editor, section) == ("anna", [("", ["Heading · English", "Heading · Danish"])])
    steps = len(editor.get(at("history", section)).context["page"].object_list)
    section.refresh_from_db()
    # By a command, which history tells no two saves apart of.
    section.heading_da = "Et tredje navn"
    section.save()
    assert len(editor.get(at("history", section)).context["page"].object_list) == steps + 1


def test_a_machine_translation_is_told(editor, section):
    section.heading_da, section.translated_as = "Maskinens navn", "machine"
    section.save()

    assert newest(editor, section)[1] == [("", ["Heading · Danish", "Heading · Danish: machine translation"])]


def test_translations_of_the_rows_below_are_told_with_them(editor, anna):
    aws = Subprocessor.objects.get(key="aws")
    germany = ProcessingLocation.objects.get(key="aws-eu-germany")
    germany.place_en, germany.place_da = "Frankfurt", "Frankfurt (Main)"
    germany.save()
    germany.place_en = "Frankfurt/Main"
    germany.save()
    translate(germany, "place", "da", "Frankfurt (Main)", by=anna)

    assert newest(editor, aws) == ("anna", [("Processing location", ["Place · Danish: confirmed"])])


def test_two_states_are_compared_by_how_translations_stood(editor, section, anna):
    section.heading_en = "Another name"
    section.save()
    before = timezone.now()
    translate(section, "heading", "da", "Et navn", by=anna)

    assert rows(compare(editor, section, before)) == [
        ("", "Another name", "changed", [("Heading · Danish", "outdated", "current")])
    ]


def test_a_source_that_moved_tells_of_no_translation_that_it_left_behind(editor, section):
    before = timezone.now()
    section.heading_en = "Another name"
    section.save()

    assert [label for _k, _n, _a, changes in rows(compare(editor, section, before)) for label, *_rest in changes] == [
        "Heading · English"
    ]


def test_bringing_back_says_how_translations_will_stand_and_that_it_was_anna(editor, section, berta):
    section.heading_en = "Another name"
    section.save()
    then = timezone.now()
    translate(section, "heading", "da", "Et andet navn", by=berta)

    asked = editor.get(f"{at('bring_back', section)}?to={stamp(then)}")
    assert rows(asked) == [
        (
            "",
            "Another name",
            "changed",
            [("Heading · Danish", "Et andet navn", "Et navn"), ("Heading · Danish", "current", "outdated")],
        )
    ]
    editor.post(at("bring_back", section), {"to": then.isoformat(), "version": asked.context["version"]})

    pin = TranslationPin.objects.get(noun="policysection", object_id=section.pk, field="heading", language="da")
    assert pin.source_text == "One name"
    assert str(pin.history.first().history_user) == "anna"
    assert newest(editor, section) == ("anna", [("", ["Heading · Danish"])])


def test_a_machine_that_is_settled_past_a_save_is_told_once(editor, section):
    settle([Wording(section, "heading", "da", "Et navn", "One name")], status="machine")

    assert newest(editor, section)[1] == [("", ["Heading · Danish: machine translation"])]

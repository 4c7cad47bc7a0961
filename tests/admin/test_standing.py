from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import PolicySection, ProcessingLocation, ServiceProfile, Subprocessor, TranslationPin
from tests.admin.pages import at, form_data, opened, page, staff
from tests.reading import read


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


@pytest.fixture
def section(db):
    section = PolicySection.objects.get(key="definition")
    section.heading_en, section.heading_da, section.heading_et = "One name", "Et navn", "Üks nimi"
    section.heading_lv, section.heading_hu, section.heading_pt_br = "", "Egy név", "Um nome"
    section.save()
    return section


def classes(element):
    return (element.get("class") or "").split()


def pins(noun, field="heading", **among):
    return TranslationPin.objects.filter(noun=noun._meta.model_name, object_id=noun.pk, field=field, **among)


def standings(found, column):
    """What stands beside the fields of a column: state, sentences, difference, links."""
    rows = [row for row in found.all("div") if f"field-{column}" in classes(row) and "form-row" in classes(row)]
    return [
        (
            one.get("data-state"),
            [said.text for said in one.all("span") if "said" in classes(said)],
            [(mark.name, mark.text) for mark in one.walk() if mark.name in {"ins", "del"}],
            [link["href"] for link in one.all("a")],
        )
        for row in rows
        for one in row.all("div")
        if "standing" in classes(one)
    ]


def ticks(found):
    return [
        (box["name"], box["value"], "checked" in box.attributes)
        for box in found.all("input")
        if (box.get("name") or "").endswith("meaning_kept")
    ]


def test_beside_each_translation_stand_its_state_what_changed_and_who_answers_for_it(editor, section):
    anna, moment = User.objects.get(username="anna"), datetime(2024, 12, 13, 10, tzinfo=UTC)
    pins(section).update(at=moment, by=anna)
    pins(section, language="hu").update(status="approved", approved_by=None, approved_at=moment)
    pins(section, language="et").update(status="machine")
    profile = ServiceProfile.load()
    profile.time_zone = "UTC"
    profile.save()

    found = page(editor, at("change", section))
    assert {code: standings(found, f"heading_{code}") for code in ("en", "da", "lv", "hu", "et")} == {
        "en": [],
        "da": [("current", ["Translated by anna, 13 Dec 2024, 10:00:00"], [], [])],
        "lv": [("missing", [], [], [])],
        "hu": [
            (
                "approved",
                [
                    "Translated by anna, 13 Dec 2024, 10:00:00",
                    "Approved by a command or a deleted account, 13 Dec 2024, 10:00:00",
                ],
                [],
                [],
            )
        ],
        "et": [("machine", ["Machine translation, 13 Dec 2024, 10:00:00"], [], [])],
    }

    section.heading_en = "Another name"
    section.save()

    assert standings(page(editor, at("change", section)), "heading_da") == [
        (
            "outdated",
            ["Translated by anna, 13 Dec 2024, 10:00:00"],
            [("del", "One"), ("ins", "Another")],
            ["/admin/registry/translationpin/da/?at=sections%2Fdefinition%2Fheading#sections/definition/heading"],
        )
    ]


def test_a_text_that_came_past_every_pin_claims_no_author_and_no_source(editor, section):
    PolicySection.objects.filter(pk=section.pk).update(heading_da="Past every pin", heading_en="Another name")

    assert standings(page(editor, at("change", section)), "heading_da") == [
        (
            "outdated",
            ["Nobody has said which source text this translation was made from."],
            [],
            ["/admin/registry/translationpin/da/?at=sections%2Fdefinition%2Fheading#sections/definition/heading"],
        )
    ]


def test_a_source_that_is_saved_is_told_with_the_languages_that_it_left_behind(editor, section):
    response = editor.post(
        at("change", section),
        opened(editor, at("change", section)) | {"heading_en": "Another name", "heading_hu": "Más név"},
        follow=True,
    )

    told = [str(message) for message in response.context["messages"]]
    assert told[1].startswith("The source text has changed. Translations that are outdated now: ")
    links = {link.text: link["href"] for link in read(told[1]).all("a")}
    assert list(links) == ["Danish", "Estonian", "Portuguese (Brazil)"]
    assert links["Danish"] == "/admin/registry/translationpin/da/"
    assert pins(section, language="da").get().source_text == "One name"
    assert pins(section, language="hu").get().source_text == "Another name"


def test_a_save_that_leaves_the_source_alone_tells_of_no_language(editor, section):
    section.heading_en = "Another name"
    section.save()

    response = editor.post(
        at("change", section), opened(editor, at("change", section)) | {"heading_hu": "Más név"}, follow=True
    )

    assert len(response.context["messages"]) == 1


def test_a_tick_keeps_translations_current_and_says_who_ticked(editor, section):
    data = opened(editor, at("change", section))
    assert "meaning_kept" not in data
    response = editor.post(
        at("change", section), data | {"heading_en": "One name.", "meaning_kept": ["heading"]}, follow=True
    )

    assert [str(m) for m in response.context["messages"]][1:] == []
    assert [(p.language, p.source_text, str(p.kept_by)) for p in pins(section).order_by("language")] == [
        (code, "One name.", "anna") for code in ("da", "et", "hu", "pt-br")
    ]
    ((state, said, _words, _links),) = standings(page(editor, at("change", section)), "heading_da")
    assert state == "current"
    assert said[1].startswith("Source changed, meaning unchanged: said by anna, ")


def test_a_tick_without_another_text_saves_nothing(editor, section):
    version, written = section.version, TranslationPin.history.count()

    editor.post(at("change", section), opened(editor, at("change", section)) | {"meaning_kept": ["heading"]})

    section.refresh_from_db()
    assert (section.version, TranslationPin.history.count()) == (version, written)


def test_ticks_stand_beside_sources_that_are_translated_for_those_who_may_change_them(editor, section):
    bare = PolicySection.objects.create(key="bare", heading_en="Bare")

    assert ticks(page(editor, at("change", section))) == [
        ("meaning_kept", "heading", False),
        ("meaning_kept", "body", False),
    ]
    assert ticks(page(editor, at("change", bare))) == []
    assert ticks(page(editor, at("add", model=PolicySection))) == []
    read_only = page(staff("auditor"), at("change", section))
    assert ticks(read_only) == []
    assert [state for state, *_rest in standings(read_only, "heading_da")] == ["current"]


def test_who_may_not_translate_is_sent_nowhere(section):
    section.heading_en = "Another name"
    section.save()

    ((state, _said, words, links),) = standings(page(staff("auditor"), at("change", section)), "heading_da")

    assert (state, words, links) == ("outdated", [("del", "One"), ("ins", "Another")], [])


def test_a_refused_form_keeps_its_ticks_and_tells_what_the_database_says(editor, section):
    data = opened(editor, at("change", section))
    section.body_da = "Noget andet"
    section.save()

    refused = editor.post(at("change", section), data | {"heading_en": "One name.", "meaning_kept": ["heading"]})
    found = read(refused.content.decode())

    assert ticks(found) == [("meaning_kept", "heading", True), ("meaning_kept", "body", False)]
    assert [state for state, *_rest in standings(found, "heading_da")] == ["current"]
    assert [div.get("data-moved") for div in found.all("div") if "meaning" in classes(div)] == ["", None]
    editor.post(at("change", section), form_data(found))
    assert pins(section, language="da").get().source_text == "One name."


def test_a_tick_does_not_speak_for_what_somebody_else_changed_meanwhile(editor, section):
    data = opened(editor, at("change", section)) | {"heading_en": "One name.", "meaning_kept": ["heading"]}
    section.heading_en = "Quite another thing"
    section.save()

    refused = editor.post(at("change", section), data)
    editor.post(at("change", section), form_data(read(refused.content.decode())))

    section.refresh_from_db()
    assert section.heading_en == "One name."
    assert pins(section, language="da").get().source_text == "One name"
    assert [state for state, *_rest in standings(page(editor, at("change", section)), "heading_da")] == ["outdated"]


def test_rows_below_a_noun_have_ticks_of_their_own(editor):
    aws = Subprocessor.objects.get(key="aws")
    first, second, *_rest = aws.locations.order_by("pk")
    for location in (first, second):
        location.place_en, location.place_da = "Frankfurt", "Frankfurt (Main)"
        location.save()
    data = opened(editor, at("change", aws))
    prefix = {data[f"locations-{n}-id"]: f"locations-{n}" for n in range(2)}
    changed = {f"{prefix[str(one.pk)]}-place_en": "Frankfurt/Main" for one in (first, second)}

    response = editor.post(
        at("change", aws), data | changed | {f"{prefix[str(first.pk)]}-meaning_kept": ["place"]}, follow=True
    )

    kept, left = (pins(location, "place", language="da").get() for location in (first, second))
    assert (kept.source_text, str(kept.kept_by)) == ("Frankfurt/Main", "anna")
    assert (left.source_text, left.kept_by) == ("Frankfurt", None)
    assert "Danish" in str(list(response.context["messages"])[1])


def test_a_form_costs_the_same_queries_for_few_rows_and_for_many(editor):
    aws = Subprocessor.objects.get(key="aws")
    counts = []
    for rows in (2, 12):
        for number in range(rows):
            location, _new = ProcessingLocation.objects.get_or_create(
                key=f"aws-test-{number}", subprocessor=aws, defaults={"territory": "DE"}
            )
            location.place_en, location.place_da, location.place_lv = "Frankfurt", "Frankfurt (Main)", "Frankfurte"
            location.save()
            location.place_en = "Berlin"
            location.save()
        editor.get(at("change", aws))
        with CaptureQueriesContext(connection) as queries:
            editor.get(at("change", aws))
        own = [query for query in queries if 'FROM "registry_translationpin"' in query["sql"]]
        # The warnings above the form read the draft, with its pins, once.
        counts.append((len(queries), sum("registry_language" not in query["sql"] for query in own)))

    assert counts[0] == counts[1]
    assert counts[0][1] == 2

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User

from registry.actions.publishing import draft
from registry.actions.translating import passages
from registry.admin.workbench_cards import Reader, Told, cards
from registry.models import PolicySection, Question, ServiceProfile, TranslationPin


@pytest.fixture
def card(db):
    user = User.objects.create_superuser("root")

    def one(key, language="lv", **told):
        reader = Reader(user, language, ServiceProfile.load(), ZoneInfo("Europe/Riga"))
        rows = [row for row in passages(draft(), [language]) if row.key == key]
        return next(cards(rows, reader, {key: Told(**told)}))

    return one


def pin(section, field, language="lv"):
    return TranslationPin.objects.get(noun="policysection", object_id=section.pk, field=field, language=language)


def test_an_outdated_translation_shows_word_by_word_what_changed_in_its_source(card):
    section = PolicySection.objects.get(key="introduction")
    section.heading_en = "About our policy"
    section.save()

    found = card("sections/introduction/heading")

    assert found.change == [("same", "About "), ("removed", "this"), ("added", "our"), ("same", " policy")]
    assert (found.state, found.unpinned) == ("outdated", "")


@pytest.mark.parametrize("kind", ["no pin", "a pin of another text", "a pin to no source text"])
def test_a_translation_of_which_nobody_knows_the_source_says_so_and_shows_no_difference(card, kind):
    section = PolicySection.objects.get(key="introduction")
    if kind == "no pin":
        pin(section, "heading").delete()
    elif kind == "a pin of another text":
        PolicySection.objects.filter(pk=section.pk).update(heading_lv="Cits")
    else:
        TranslationPin.objects.filter(pk=pin(section, "heading").pk).update(source_text="", source_digest="")

    found = card("sections/introduction/heading")

    assert (found.state, found.change) == ("outdated", [])
    assert found.unpinned.startswith("Nobody has said which source text")


def test_who_translated_kept_and_approved_is_told_with_the_moment_in_the_zone_of_the_registry(card):
    section = PolicySection.objects.get(key="introduction")
    anna, bela = User.objects.create_user("anna"), User.objects.create_user("bela")
    at = datetime(2026, 1, 2, 22, 30, tzinfo=UTC)
    TranslationPin.objects.filter(pk=pin(section, "heading").pk).update(
        by=anna, at=at, kept_by=bela, kept_at=at, approved_by=bela, approved_at=at, status="approved"
    )

    assert card("sections/introduction/heading").history == [
        "Translated by anna, 3 Jan 2026, 00:30:00",
        "Source changed, meaning unchanged: said by bela, 3 Jan 2026, 00:30:00",
        "Approved by bela, 3 Jan 2026, 00:30:00",
    ]


def test_a_machine_and_a_command_are_told_as_what_they_are(card):
    section = PolicySection.objects.get(key="introduction")
    TranslationPin.objects.filter(pk=pin(section, "heading").pk).update(status="machine")

    machine, command = card("sections/introduction/heading"), card("sections/introduction/body")

    assert machine.history[0].startswith("Machine translation, ")
    assert command.history[0].startswith("Translated by a command or a deleted account, ")


def test_nobody_answers_for_a_text_that_came_past_its_pin(card):
    PolicySection.objects.filter(key="introduction").update(heading_lv="Cits")

    assert card("sections/introduction/heading").history == []


def test_the_placeholders_of_the_source_stand_once_each_with_what_they_stand_for(card):
    question = Question.objects.first()
    question.answer_en = "{service} of {provider}: {service}, {territory:US}, {no_such}"
    question.save()

    found = card(f"questions/{question.key}/answer", "hu")

    assert found.placeholders == [
        ("{no_such}", ""),
        ("{provider}", "Quality Unit, s. r. o."),
        ("{service}", "LiveAgent"),
        ("{territory:US}", "Egyesült Államok"),
    ]


def test_a_passage_is_named_by_its_kind_its_entry_and_its_field(card):
    found, notice = card("sections/introduction/body"), card("profile/privacy")

    assert (found.kind, found.name, found.field) == ("Policy section", "About this policy", "Body")
    assert (notice.kind, notice.name, notice.field) == ("Privacy notice", "", "Privacy notice")
    assert (found.one_line, card("sections/introduction/heading").one_line) == (False, True)
    assert card("sections/introduction/heading").longest == 200


def test_the_field_holds_what_was_typed_where_it_is_not_saved(card):
    section = PolicySection.objects.get(key="introduction")

    assert card("sections/introduction/heading").text == section.heading_lv
    assert card("sections/introduction/heading", typed="").text == ""

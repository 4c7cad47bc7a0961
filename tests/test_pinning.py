import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from registry import pinning
from registry.models import PolicySection, Question, Region, ServiceProfile, TranslationPin
from registry.pinning import Wording
from registry.translation import Pins, prose


def pins_of(noun, **among):
    return TranslationPin.objects.filter(noun=noun._meta.model_name, object_id=noun.pk, **among)


def states(noun, field):
    texts = prose(noun, field)
    found = Pins.of(type(noun), [noun.pk])
    return {code: str(found.state(noun, field, code, texts, "en")) for code in ("da", "lv")}


@pytest.fixture
def question(db):
    return Question.objects.create(
        key="why", question_en="Why?", question_da="Hvorfor?", answer_en="So.", answer_da="Så.", answer_lv="Tā."
    )


def test_a_new_row_is_pinned_language_by_language(question):
    assert [(p.field, p.language, p.source_text) for p in pins_of(question).order_by("field", "language")] == [
        ("answer", "da", "So."),
        ("answer", "lv", "So."),
        ("question", "da", "Why?"),
    ]
    assert states(question, "question") == {"da": "current", "lv": "missing"}


def test_a_source_that_is_saved_leaves_the_others_outdated_and_their_pins_alone(question):
    question.answer_en = "So it is."
    question.save()

    assert states(question, "answer") == {"da": "outdated", "lv": "outdated"}
    assert {p.source_text for p in pins_of(question, field="answer")} == {"So."}
    assert states(question, "question")["da"] == "current"


def test_both_in_one_save_pin_the_new_pair(question):
    question.answer_en, question.answer_da = "So it is.", "Sådan er det."
    question.save()

    assert states(question, "answer") == {"da": "current", "lv": "outdated"}


def test_a_source_that_comes_back_finds_its_translations_current_again(question):
    for text in ("So it is.", "So."):
        question.answer_en = text
        question.save()

    assert states(question, "answer") == {"da": "current", "lv": "current"}


def test_a_save_that_changes_no_prose_changes_no_pin(question):
    before = list(pins_of(question).values())

    question.position = 7
    question.save()

    assert list(pins_of(question).values()) == before
    assert TranslationPin.history.filter(object_id=question.pk, noun="question").count() == len(before)


def test_other_line_ends_are_no_change(question):
    question.answer_en, question.answer_da = "One.\r\nTwo.", "En.\r\nTo."
    question.save()
    at = pins_of(question, field="answer", language="da").get().at

    question.answer_en, question.answer_da = "One.\nTwo.", "En.\nTo."
    question.save()

    assert states(question, "answer")["da"] == "current"
    assert pins_of(question, field="answer", language="da").get().at == at


def test_a_meaning_that_has_not_changed_moves_current_translations_along_and_outdated_ones_not(question):
    anna = User.objects.create_user("anna")
    question.answer_en = "So it is."
    question.answer_da = "Sådan er det."
    question.save()
    question.answer_en = "So it is, then."
    question.meaning_kept = {"answer"}
    question._history_user = anna

    question.save()

    assert states(question, "answer") == {"da": "current", "lv": "outdated"}
    danish = pins_of(question, field="answer", language="da").get()
    assert (danish.source_text, danish.kept_by, danish.status) == ("So it is, then.", anna, "human")
    assert danish.kept_at is not None
    assert pins_of(question, field="answer", language="lv").get().kept_at is None
    assert [r.source_text for r in danish.history.all()] == ["So it is, then.", "So it is.", "So."]


def test_the_tick_is_for_one_save(question):
    question.answer_en, question.meaning_kept = "So it is.", {"answer"}
    question.save()
    question.answer_en = "No."
    question.save()

    assert states(question, "answer") == {"da": "outdated", "lv": "outdated"}


def test_a_text_that_goes_takes_its_pin_with_it_and_history_stays(question):
    question.answer_da = ""
    question.save()

    assert not pins_of(question, field="answer", language="da").exists()
    gone = TranslationPin.history.filter(noun="question", object_id=question.pk, field="answer", language="da")
    assert [record.history_type for record in gone] == ["-", "+"]


def test_a_row_that_goes_takes_its_pins_with_it(question):
    pk = question.pk
    question.delete()

    assert not TranslationPin.objects.filter(noun="question", object_id=pk).exists()


def test_what_came_past_every_save_is_outdated_and_another_save_does_not_vouch_for_it(question):
    Question.objects.filter(pk=question.pk).update(answer_da="Udenom.")
    question.refresh_from_db()
    assert states(question, "answer")["da"] == "outdated"

    question.position = 3
    question.save()

    assert states(question, "answer")["da"] == "outdated"


def test_a_save_says_who_and_how(question):
    anna = User.objects.create_user("anna")
    question.answer_da, question.translated_as, question._history_user = "Nå.", "machine", anna

    question.save()

    pin = pins_of(question, field="answer", language="da").get()
    assert (pin.by, pin.status, pin.history.first().history_user) == (anna, "machine", anna)
    assert states(question, "answer")["da"] == "machine"


def test_prose_of_the_profile_is_pinned_too(db):
    profile = ServiceProfile.load()
    profile.privacy_en += "\n\nMore."
    profile.save()

    assert states(profile, "privacy") == {"da": "outdated", "lv": "outdated"}


def test_fixtures_bring_their_own_pins(db):
    from django.core import serializers

    region = Region.objects.get(key="eu")
    data = serializers.serialize("json", [region])
    before = TranslationPin.objects.count()

    for row in serializers.deserialize("json", data):
        row.object.name_da = "Andet"
        row.save()

    assert TranslationPin.objects.count() == before
    assert states(Region.objects.get(key="eu"), "name")["da"] == "outdated"


def test_settling_costs_the_same_queries_for_few_and_for_many(db, django_assert_num_queries):
    sections = list(PolicySection.objects.all())

    def wordings(rows):
        return [Wording(row, "body", code, "Text.", "Source.") for row in rows for code in ("da", "lv")]

    with django_assert_num_queries(3):
        pinning.settle(wordings(sections[:1]))
    with django_assert_num_queries(3):
        pinning.settle(wordings(sections))
    assert TranslationPin.objects.filter(source_text="Source.").count() == 2 * len(sections)


def test_pins_that_are_replaced_keep_their_place_in_history(question):
    first = pins_of(question, field="answer", language="da").get()

    pinning.settle([Wording(question, "answer", "da", "Så.", "Other.")])

    again = pins_of(question, field="answer", language="da").get()
    assert again.pk == first.pk
    assert [(r.history_type, r.source_text) for r in again.history.all()] == [("~", "Other."), ("+", "So.")]
    assert again.at <= timezone.now()


def test_a_row_and_its_pins_have_one_moment_in_history(question):
    question.answer_en, question.answer_da = "So it is.", "Sådan er det."
    question.save()

    (pin,) = pins_of(question, field="answer", language="da")
    assert question.history.first().history_date == pin.history.first().history_date == pin.at
    assert "_history_date" not in question.__dict__


def test_a_save_that_failed_dates_no_later_one(question):
    twin = Question(key="why", question_en="Why?")
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()
    before = timezone.now()
    twin.key = "how"
    twin.save()

    assert twin.history.get().history_date > before


def test_blanks_around_a_text_are_no_wording(question):
    Question.objects.filter(pk=question.pk).update(answer_lv="Tā. \n", answer_en="So.\n")
    question.refresh_from_db()
    pinning.settle(
        [Wording(question, "answer", code, text, "So.\n") for code, text in (("da", "Så."), ("lv", "Tā. \n"))]
    )
    question.answer_en = "So it is.\n"
    question.save()
    assert states(question, "answer") == {"da": "outdated", "lv": "outdated"}

    question.answer_lv = "Tā."
    question.save()
    assert states(question, "answer") == {"da": "outdated", "lv": "outdated"}
    question.answer_en = "So.\n"
    question.save()
    assert states(question, "answer") == {"da": "current", "lv": "current"}
    question.answer_en = "So."
    question.save()
    assert states(question, "answer") == {"da": "current", "lv": "current"}
    assert {pin.source_text for pin in pins_of(question, field="answer")} == {"So."}


def test_a_save_of_some_fields_pins_to_the_source_that_the_database_has(question):
    stale = Question.objects.get(pk=question.pk)
    question.answer_en = "So it is."
    question.save()
    stale.answer_da, stale.answer_lv = "Sådan er det.", "Unsaved"
    stale.save(update_fields=["answer_da"])

    assert pins_of(question, field="answer", language="da").get().source_text == "So it is."
    assert pins_of(question, field="answer", language="lv").get().source_text == "So."
    question.refresh_from_db()
    assert states(question, "answer") == {"da": "current", "lv": "outdated"}


@pytest.mark.django_db(transaction=True)
def test_outside_of_any_transaction_a_row_is_saved_with_its_pins_or_not_at_all(monkeypatch):
    question = Question.objects.create(key="why", question_en="Why?", question_da="Hvorfor?")
    assert states(question, "question")["da"] == "current"
    monkeypatch.setattr(pinning, "_write", lambda *pins: 1 / 0)
    question.question_da = "Hvad?"

    with pytest.raises(ZeroDivisionError):
        question.save()

    question.refresh_from_db()
    assert question.question_da == "Hvorfor?"
    assert states(question, "question")["da"] == "current"

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied, ValidationError

from registry.actions import translating
from registry.actions.publishing import draft
from registry.actions.translating import coverage
from registry.models import (
    Language,
    PolicySection,
    ProcessingLocation,
    Question,
    ServiceProfile,
    TranslationPin,
    Translator,
)
from registry.pinning import Wording


@pytest.fixture
def section(db):
    return PolicySection.objects.get(key="definition")


def staff(name, *codenames, languages=None):
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    if languages is not None:
        Translator.objects.create(user=user).languages.set(Language.objects.filter(code__in=languages))
    return user


@pytest.fixture
def anna(db):
    return staff("anna", "translate", "approve_translation", languages=["lv"])


def pin(noun, field="body", language="lv"):
    return TranslationPin.objects.get(noun=noun._meta.model_name, object_id=noun.pk, field=field, language=language)


def passage(noun, field="body", language="lv"):
    found = translating.passages(draft(), [language])
    return next(row for row in found if (row.noun, row.field) == (noun, field))


def move_the_source(section):
    section.body_en += " And more."
    section.save()


def test_the_sample_is_complete_in_every_public_language_but_the_source_which_is_not_told(db):
    told = coverage(draft())

    assert [(c.language, c.percent, c.incomplete) for c in told] == [
        ("da", 100, ()),
        ("et", 100, ()),
        ("hu", 100, ()),
        ("lv", 100, ()),
        ("pt-br", 100, ()),
    ]
    assert {c.total for c in told} == {c.done for c in told}
    assert [dict(c.states) for c in told] == [{"current": told[0].total}] * 5


def test_a_missing_passage_is_named_in_its_language_alone_and_never_rounds_to_complete(section):
    section.heading_lv, section.body_lv = "", "  "
    section.save()

    latvian = next(c for c in coverage(draft()) if c.language == "lv")

    assert [(row.noun, row.field, row.state) for row in latvian.incomplete] == [
        (section, "heading", "missing"),
        (section, "body", "missing"),
    ]
    assert latvian.total - latvian.done == 2
    assert latvian.percent == 100 * (latvian.total - 2) // latvian.total < 100
    assert [c.incomplete for c in coverage(draft()) if c.language != "lv"] == [()] * 4


def test_a_source_that_moves_on_leaves_every_language_outdated(section):
    move_the_source(section)

    told = coverage(draft())

    assert [(c.language, [(row.field, row.state) for row in c.incomplete]) for c in told] == [
        (code, [("body", "outdated")]) for code in ("da", "et", "hu", "lv", "pt-br")
    ]


def test_a_new_public_language_lacks_every_passage(db):
    Language.objects.create(code="de", public=True)

    german = next(c for c in coverage(draft()) if c.language == "de")

    assert (german.done, german.percent, len(german.incomplete)) == (0, 0, german.total)


def test_a_language_that_is_worked_on_can_be_covered_before_it_is_public(db):
    Language.objects.create(code="de", worked_on=True)

    assert [c.language for c in coverage(draft())] == ["da", "et", "hu", "lv", "pt-br"]
    assert [c.language for c in coverage(draft(), ["de", "en", "da"])] == ["da", "de"]


def test_a_passage_on_which_the_source_is_silent_is_not_asked_for(db):
    before = coverage(draft())[0].total
    Question.objects.filter(key="where-is-my-data").update(answer_en="")

    assert coverage(draft())[0].total == before - 1


def test_keys_name_passages_by_what_never_changes(section):
    assert passage(section).key == "sections/definition/body"
    assert passage(ServiceProfile.load(), "privacy").key == "profile/privacy"


def test_a_translator_mends_an_outdated_passage(section, anna):
    move_the_source(section)
    before = passage(section)
    text = f"{before.text} Un vēl."

    saved = translating.translate(section, "body", "lv", text, by=anna, seen=before.digests)

    section.refresh_from_db()
    assert (saved, section.body_lv) == (True, text)
    assert (passage(section).state, passage(section, language="da").state) == ("current", "outdated")
    assert (pin(section).by, pin(section).source_text) == (anna, section.body_en)
    assert section.history.first().history_user == anna


def test_the_same_text_again_confirms_an_outdated_passage_without_a_new_version(section, anna):
    move_the_source(section)
    before, version = passage(section), section.version

    saved = translating.translate(section, "body", "lv", before.text, by=anna, seen=before.digests)

    section.refresh_from_db()
    assert (saved, passage(section).state) == (True, "current")
    assert section.version == version
    assert pin(section).history.first().history_user == anna


def test_the_same_text_again_confirms_a_machines_translation_and_one_that_nobody_has_pinned(section, anna):
    TranslationPin.objects.filter(field="body").update(status="machine")
    TranslationPin.objects.filter(field="heading").delete()
    texts = {field: passage(section, field).text for field in ("body", "heading")}

    saved = [translating.translate(section, field, "lv", text, by=anna) for field, text in texts.items()]

    assert saved == [True, True]
    assert [(passage(section, field).state, pin(section, field).by) for field in texts] == [("current", anna)] * 2


@pytest.mark.parametrize("state", ["current", "approved"])
def test_the_same_text_again_leaves_a_current_passage_with_its_author_approval_and_history(section, anna, state):
    if state == "approved":
        translating.approve(section, "body", "lv", by=anna, seen=passage(section).digests)
    before = list(pin(section).history.values())
    seen, version = passage(section), section.version

    saved = translating.translate(
        section, "body", "lv", seen.text.replace("\n", "\r\n"), by=staff("berta", "translate", languages=["lv"])
    )

    section.refresh_from_db()
    assert (saved, passage(section).state) == (False, state)
    assert list(pin(section).history.values()) == before
    assert (pin(section).by, section.version) == (None, version)


def test_an_empty_text_where_there_is_none_saves_nothing(section, anna):
    translating.translate(section, "body", "lv", "", by=anna)

    assert translating.translate(section, "body", "lv", "", by=anna) is False


def test_an_empty_text_leaves_the_passage_missing_and_without_a_pin(section, anna):
    translating.translate(section, "body", "lv", "", by=anna)

    assert passage(section).state == "missing"
    assert not TranslationPin.objects.filter(noun="policysection", object_id=section.pk, field="body", language="lv")


def test_who_looked_at_another_source_or_text_is_told_and_nothing_is_saved(section, anna):
    before = passage(section)
    move_the_source(section)
    with pytest.raises(translating.Moved, match="The source has changed"):
        translating.translate(section, "body", "lv", "Jauns.", by=anna, seen=before.digests)
    before = passage(section)
    translating.translate(section, "body", "lv", before.text + " A", by=None)

    with pytest.raises(translating.Moved, match="Somebody else has changed this translation"):
        translating.translate(section, "body", "lv", "Jauns.", by=anna, seen=before.digests)

    section.refresh_from_db()
    assert section.body_lv == before.text + " A"


def test_a_text_that_cannot_stand_beside_its_source_is_refused_with_every_reason(section, anna):
    with pytest.raises(translating.Faulty) as refused:
        translating.translate(section, "body", "lv", "<b>{nobody}</b>", by=anna)

    assert refused.value.faults[:2] == [
        "There is no fact for the placeholder {nobody}. To write a brace, double it.",
        "Write Markdown, not HTML: <b> would be shown as it stands.",
    ]
    assert refused.value.faults[-1] == "The source does not have these placeholders: {nobody}"


@pytest.mark.parametrize("language", ["da", "de", "en"])
def test_a_language_that_is_not_the_translators_is_refused(section, anna, language):
    with pytest.raises(PermissionDenied):
        translating.translate(section, "body", language, "Tekst.", by=anna)


def test_what_is_no_passage_is_refused(section):
    with pytest.raises(ValidationError, match="no such passage"):
        translating.translate(section, "body", "en", "Text.", by=None)
    with pytest.raises(ValidationError, match="no such passage"):
        translating.translate(section, "lists", "da", "Text.", by=None)
    with pytest.raises(ValidationError, match="Nobody works on this language"):
        translating.translate(section, "body", "de", "Text.", by=None)
    with pytest.raises(ValidationError, match="at most 200 characters"):
        translating.translate(section, "heading", "da", "x" * 201, by=None)


def test_an_approver_approves_what_somebody_else_translated(section, anna):
    before = passage(section)

    translating.approve(section, "body", "lv", by=anna, seen=before.digests)

    assert passage(section).state == "approved"
    assert (pin(section).approved_by, pin(section).by) == (anna, None)
    assert [record.status for record in pin(section).history.all()] == ["approved", "human"]


def test_nobody_approves_their_own_text_where_the_profile_asks_for_a_second_pair_of_eyes(section, anna):
    translating.translate(section, "body", "lv", passage(section).text + " Un vēl.", by=anna)

    with pytest.raises(PermissionDenied, match="Somebody else has to approve"):
        translating.approve(section, "body", "lv", by=anna, seen=passage(section).digests)
    ServiceProfile.objects.update(second_eyes=False)
    translating.approve(section, "body", "lv", by=anna, seen=passage(section).digests)

    assert passage(section).state == "approved"


def test_an_approval_needs_the_permission_the_language_and_the_texts_that_were_looked_at(section, anna):
    seen = passage(section).digests
    with pytest.raises(PermissionDenied):
        translating.approve(section, "body", "lv", by=staff("berta", "translate", languages=["lv"]), seen=seen)
    with pytest.raises(PermissionDenied):
        translating.approve(section, "body", "da", by=anna, seen=passage(section, language="da").digests)
    move_the_source(section)
    with pytest.raises(translating.Moved):
        translating.approve(section, "body", "lv", by=anna, seen=seen)
    with pytest.raises(translating.Moved):
        translating.approve(section, "body", "lv", by=anna, seen=passage(section).digests)

    assert {row.state for row in translating.passages(draft())} == {"current", "outdated"}


def test_a_row_that_was_deleted_meanwhile_is_no_part_of_the_draft(db):
    root = User.objects.create_superuser("root")
    question = Question.objects.create(key="why", question_en="Why?", answer_en="Because.")
    digests = passage(question, "answer").digests
    Question.objects.filter(pk=question.pk).delete()

    for verb in (
        lambda: translating.translate(question, "answer", "lv", "Jā.", by=root, seen=digests),
        lambda: translating.approve(question, "answer", "lv", by=root, seen=digests),
    ):
        with pytest.raises(translating.Moved, match="no longer part of the draft"):
            verb()


def test_an_approved_text_that_is_edited_waits_for_approval_again(section, anna):
    translating.approve(section, "body", "lv", by=anna, seen=passage(section).digests)

    section.body_lv += " Un vēl."
    section.save()

    assert passage(section).state == "current"
    assert pin(section).approved_by is None


def test_texts_written_in_bulk_have_history_versions_and_the_source_they_name(db, anna):
    sections = list(PolicySection.objects.listed())
    location = ProcessingLocation.objects.filter(place_en__gt="").first()
    versions = {row.pk: row.version for row in sections}

    translating.write(
        [Wording(row, "body", "lv", f"{row.body_lv} X", row.body_en) for row in sections]
        + [Wording(location, "place", "lv", "Vieta", "An older place")],
        by=anna,
        status="machine",
    )

    assert {passage(row).state for row in sections} == {"machine"}
    assert passage(location, "place").state == "outdated"
    assert pin(location, "place").source_text == "An older place"
    for row in sections:
        row.refresh_from_db()
        assert (row.version, row.history.first().history_user) == (versions[row.pk] + 1, anna)
        assert row.history.first().body_lv == row.body_lv
        assert pin(row).history.first().status == "machine"
    assert location.history.first().place_lv == "Vieta"
    assert [s.pk for s in location.history.first().safeguard_sets.all()] != []


def test_texts_written_in_bulk_cost_the_same_queries_for_few_and_for_many(db, django_assert_num_queries):
    sections = list(PolicySection.objects.listed())

    def wordings(rows, more):
        return [Wording(row, "body", "lv", f"{row.body_lv} {more}", row.body_en) for row in rows]

    with django_assert_num_queries(6):
        translating.write(wordings(sections[:1], "A"), by=None)
    with django_assert_num_queries(6):
        translating.write(wordings(sections, "B"), by=None)

import json
from datetime import timedelta

import pytest

from registry.actions import publishing, verifying
from registry.actions.correcting import correct, correctable
from registry.exchange.content import decode, rows
from registry.models import PolicySection, Question, Release, ServiceProfile, Subprocessor

KEY = "sections/definition/heading"


def reword():
    """The draft with another heading in each language."""
    section = PolicySection.objects.get(key="definition")
    for code in ("en", "da", "hu", "lv", "et", "pt_br"):
        setattr(section, f"heading_{code}", f"{getattr(section, f'heading_{code}')}!")
    section.save()
    return section


@pytest.fixture
def section(db):
    return reword()


def add_subprocessor():
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")


def today():
    return ServiceProfile.load().today()


def looked():
    found = publishing.draft()
    return list(correctable(found, publishing.preview(found)))


def text(release, key, language="en"):
    noun, name, field = key.split("/")
    return rows(decode(release.content), noun)[name][0][field]["text"][language]


def refused(keys, **values):
    with pytest.raises(publishing.CannotPublish) as found:
        correct(keys, **values)
    return [problem.message for problem in found.value.problems]


def test_the_passages_that_the_draft_says_in_other_words_can_be_corrected(section):
    add_subprocessor()
    Question.objects.create(key="new", question_en="New?", answer_en="Yes.")

    assert looked() == [KEY]


def test_a_correction_is_in_force_at_once_and_publishes_nothing_else_of_the_draft(section, django_user_model):
    before, anna = Release.objects.get(number=3), django_user_model.objects.create(username="anna")
    add_subprocessor()

    (release,) = correct([KEY], summary=dict.fromkeys(("en", "da", "hu", "lv", "et", "pt-br"), "A typo."), by=anna)

    content, old = json.loads(release.content), json.loads(before.content)
    assert (release.number, release.kind, release.ends) == (4, "editorial", None)
    assert (release.in_force_new_on, release.in_force_existing_on, release.objection_deadline) == (
        today(),
        today(),
        None,
    )
    assert content["summary"]["text"]["da"] == "A typo."
    assert text(release, KEY) == section.heading_en
    assert {name for name in content if content[name] != old[name]} == {
        "announced_on",
        "backfill",
        "in_force_existing_on",
        "in_force_new_on",
        "kind",
        "number",
        "previous_digest",
        "published_at",
        "sections",
        "summary",
    }
    assert release.publication.by == anna
    assert verifying.verify() == []
    assert "example" in [row["key"] for row in publishing.preview()["subprocessors"]]


def test_an_announced_release_is_replaced_with_the_same_passages_and_days(db):
    add_subprocessor()
    announced = publishing.publish(in_force_new_on=today() + timedelta(days=3))
    section = reword()

    editorial, again = correct([KEY])

    assert [editorial.number, again.number] == [5, 6]
    assert (again.kind, again.ends) == ("change", announced)
    for name in ("announced_on", "in_force_new_on", "in_force_existing_on", "objection_deadline"):
        assert getattr(again, name) == getattr(announced, name)
    assert text(editorial, KEY) == text(again, KEY) == section.heading_en
    assert "example" not in [row["key"] for row in decode(editorial.content)["subprocessors"]]
    assert "example" in [row["key"] for row in decode(again.content)["subprocessors"]]
    assert [Release.objects.before(release).number for release in (editorial, again)] == [3, 5]
    assert [r.number for r in Release.objects.in_force(today())] == [5]
    assert [r.number for r in Release.objects.announced(today())] == [6]
    assert [r.number for r in Release.objects.in_force(announced.in_force_existing_on)] == [6]
    assert verifying.verify() == []


def test_what_new_customers_have_already_does_not_run_backwards(db):
    add_subprocessor()
    publishing.publish()
    reword()

    editorial, again = correct([KEY])

    assert (editorial.in_force_new_on, again.in_force_new_on) == (today(), today())
    assert verifying.verify() == []


def test_what_is_not_in_other_words_is_refused_and_so_is_nothing_at_all(section):
    assert refused([]) == ["Choose at least one passage."]
    assert refused([KEY, "sections/definition/body", "locations/nowhere/place"]) == [
        "The draft does not say this passage in other words: locations/nowhere/place",
        "The draft does not say this passage in other words: sections/definition/body",
    ]
    assert Release.objects.count() == 3


def test_the_chosen_passages_are_checked_and_the_rest_of_the_draft_is_not(section):
    other = PolicySection.objects.get(key="introduction")
    other.body_lv = ""
    other.save()
    correct([KEY])
    section.heading_da = ""
    section.heading_en += "!"
    section.save()

    problems = refused([KEY])

    assert "Policy section definition, heading: the translation is missing. Language: Danish." in problems
    assert all(problem.startswith("Policy section definition, heading: ") for problem in problems)


def test_who_looked_at_another_draft_is_told(section):
    looked_at = publishing.draft_digest(publishing.preview())
    add_subprocessor()

    with pytest.raises(publishing.DraftMoved):
        correct([KEY], expected=looked_at)


def test_without_a_release_in_force_there_is_nothing_to_correct(empty_registry):
    with pytest.raises(publishing.CannotPublish):
        correct([KEY])

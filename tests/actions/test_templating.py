import threading
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connections
from time_machine import travel

from registry.actions import templating
from registry.actions.entering import CannotPublish, DraftMoved
from registry.exchange import agreement_text, template_content
from registry.models import DpaTemplate, DpaTemplateVersion, Language, Release, TranslationPin

from .. import terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def template():
    """In English and Hungarian; the other languages of the sample are silent."""
    made = terms.template(key="short")
    made.save()
    return made


def messages(problems):
    return [problem.message for problem in problems]


def refused(template, **asked):
    with pytest.raises(CannotPublish) as refusal:
        templating.publish(template, **asked)
    return messages(refusal.value.problems)


def test_publishing_freezes_what_the_template_says(template):
    signed_in = User.objects.create(username="officer")

    with travel(datetime(2026, 11, 22, 9, 30, 15, 999, tzinfo=UTC), tick=False):
        version = templating.publish(template, signed_in)

    version = DpaTemplateVersion.objects.get(pk=version.pk)
    content = template_content.decode(version.content)
    assert (version.number, version.template, version.publication.by) == (1, template, signed_in)
    assert version.published_at == datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)
    assert version.digest == template_content.digest(version.content)
    assert content == terms.version(
        template, number=1, published_at=version.published_at, previous_digest="", languages=["hu"]
    )
    assert templating.languages(version) == ["en", "hu"]
    assert template.newest == version


def test_a_later_version_names_the_one_before(template):
    first = templating.publish(template)
    template.body_en = template.body_hu = "{customer}, once more."
    template.save()

    second = templating.publish(template)

    content = template_content.decode(second.content)
    assert (second.number, content["previous_digest"]) == (2, first.digest)
    assert content["body"] == {"text": {"en": "{customer}, once more.", "hu": "{customer}, once more."}}
    assert template_content.decode(first.content)["body"]["text"]["en"] == terms.TEXTS["body"]["en"]
    assert (templating.broken(first), templating.broken(second)) == ([], [])


def test_nothing_is_published_twice(template):
    templating.publish(template)

    assert refused(template) == ["The template has not changed since version 1."]
    assert template.versions.count() == 1


def test_an_approval_alone_is_no_version(template):
    templating.publish(template)
    TranslationPin.objects.filter(noun="dpatemplate", object_id=template.pk).update(status="approved")

    assert refused(template) == ["The template has not changed since version 1."]


def test_a_fact_alone_is_a_version(template):
    templating.publish(template)
    template.authority = "Datatilsynet"
    template.save()

    assert templating.publish(template).number == 2


def test_the_source_has_a_title_and_a_text(template):
    template.title_en, template.body_en, template.measures_en = "", " ", ""
    template.save()

    assert refused(template) == [
        "DPA template short, title: the source text is missing.",
        "DPA template short, text: the source text is missing.",
        "DPA template short, technical and organisational measures: the source text is missing.",
    ]


def test_placeholders_have_facts(template):
    template.body_en = template.body_hu = "{customer} {retention_days} {authority} {authority} } {region} {supersedes}"
    template.authority = ""
    template.save()

    assert refused(template) == [
        "DPA template short, text: there is no fact for {retention_days}. Language: English.",
        "DPA template short, text: there is no fact for {authority}. Language: English.",
        "DPA template short, text: there is no fact for }. Language: English.",
    ]


def test_values_that_met_no_form_are_refused(template):
    DpaTemplate.objects.filter(pk=template.pk).update(governing_law="XX", data_subjects=["martians"])

    assert refused(template) == [
        "DPA template short, data subjects: “martians” is not one of the codes.",
        "DPA template short, governing law: “XX” is no ISO 3166-1 country code.",
    ]


def test_a_template_that_is_not_listed_gets_no_version(template):
    template.listed = False
    template.save()

    assert refused(template) == ["The template is not listed. List it first."]


@pytest.mark.usefixtures("empty_registry")
def test_without_a_service_profile_nothing_is_published():
    template = terms.template()
    template.save()

    assert refused(template) == ["There is no service profile yet. Add one first."]
    with pytest.raises(CannotPublish, match="There is no service profile yet"):
        templating.preview(terms.version(), "en")


def test_a_language_that_is_not_whole_is_left_out_and_its_passages_are_told(template):
    template.measures_hu = ""
    template.save()
    template.purposes_en = "To run {service} well."
    template.save()
    Language.objects.exclude(code__in=["en", "hu", "da"]).update(public=False)

    found = templating.standing(template)

    assert found.content["languages"] == ["en"]
    assert messages(found.left_out.pop("hu")) == [
        "DPA template short, nature and purposes of the processing: the translation is outdated, because the source "
        "has changed. Language: Hungarian.",
        "DPA template short, technical and organisational measures: the translation is missing. Language: Hungarian.",
    ]
    assert [problem.field for problem in found.left_out.pop("da")] == list(templating.FIELDS)
    assert (found.left_out, found.problems) == ({}, [])
    assert templating.languages(templating.publish(template)) == ["en"]


def test_a_translation_with_other_placeholders_is_left_out(template):
    template.body_hu = "Felek: {customer}, {customer}."
    template.save()

    found = templating.standing(template)

    assert found.content["languages"] == ["en"]
    assert messages(found.left_out["hu"]) == [
        "DPA template short, text: its placeholders are not those of the source. Language: Hungarian."
    ]


def test_a_language_that_is_not_public_is_not_in_a_version(template):
    Language.objects.filter(code="hu").update(public=False, worked_on=True)

    found = templating.standing(template)

    assert (found.content["languages"], "hu" in found.left_out) == (["en"], False)


def test_a_machine_translation_is_named(template):
    template.translated_as = TranslationPin.Status.MACHINE
    template.title_hu = "Gépi: {service}"
    template.save()

    assert templating.standing(template).content["machine"] == ["hu"]


def test_whoever_looked_at_another_text_is_told(template):
    seen = templating.standing(template).digest
    template.title_en = "Another"
    template.save()

    with pytest.raises(DraftMoved, match="The template has changed since you looked at it"):
        templating.publish(template, expected=seen)

    assert not template.versions.exists()
    assert templating.publish(template, expected=templating.standing(template).digest).number == 1


def test_whoever_looked_before_somebody_else_published_is_told(template):
    seen = templating.standing(template).digest
    templating.publish(template)

    with pytest.raises(DraftMoved):
        templating.publish(template, expected=seen)


def test_what_somebody_looks_at_has_one_name_whatever_the_moment(template):
    with travel(datetime(2026, 11, 22, tzinfo=UTC)):
        before = templating.standing(template).digest

    with travel(datetime(2026, 11, 23, tzinfo=UTC)):
        assert templating.standing(template).digest == before


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"content": "{}", "digest": template_content.digest("{}")}, ["its content cannot be read."]),
        ({"digest": "0" * 64}, ["its digest is not that of its content."]),
        ({"number": 2}, ["its columns do not say what its content says.", "it does not follow the version before it."]),
        ({"published_at": datetime(2026, 1, 1, tzinfo=UTC)}, ["its columns do not say what its content says."]),
    ],
)
def test_a_version_that_is_not_as_it_was_is_found(template, changed, told):
    version = templating.publish(template)
    for name, value in changed.items():
        setattr(version, name, value)

    assert templating.broken(version) == [f"short, version {changed.get('number', 1)}: {said}" for said in told]


def test_a_preview_is_between_sample_parties_under_the_release_for_new_customers(template):
    content = templating.standing(template).content
    day = date(2024, 12, 20)

    with travel(datetime(2024, 12, 20, 12, tzinfo=UTC)):
        told = templating.preview(content, "hu", region="eu")

    assert (told.issued_on, told.release["number"], told.region, told.language) == (day, 3, "eu", "hu")
    assert told.release_digest == Release.objects.get(number=3).digest
    assert agreement_text.annexes(told) == ["I.A", "I.B", "I.C", "II", "III"]
    assert f"Between {told.customer.company} and Quality Unit, s. r. o.." in agreement_text.text(told)
    with pytest.raises(KeyError):
        templating.preview(content, "da")


def test_before_the_first_release_a_preview_shows_the_draft(template):
    with travel(datetime(2018, 1, 1, tzinfo=UTC)):
        told = templating.preview(templating.standing(template).content, "en")

    assert (told.release["number"], told.release_digest) == (4, "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_of_two_who_publish_at_once_one_wins():
    template = terms.template(key="short")
    template.save()
    seen, came = templating.standing(template).digest, threading.Barrier(2)
    results = []

    def publish():
        came.wait()
        try:
            results.append(templating.publish(template, expected=seen).number)
        except DraftMoved:
            results.append("moved")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=publish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results, key=str) == [1, "moved"]

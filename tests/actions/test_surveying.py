from collections import Counter

import pytest

from registry.actions.publishing import draft
from registry.actions.surveying import Count, part_of, survey, together
from registry.actions.translating import coverage
from registry.models import (
    Language,
    PolicySection,
    Question,
    Region,
    Safeguard,
    ServiceProfile,
    Subprocessor,
    TranslationPin,
)

PUBLIC = ["da", "et", "hu", "lv", "pt-br"]


def whole(parts, code):
    return together(part.counts[code] for part in parts).states


def test_the_parts_stand_in_the_order_of_the_policy_and_what_is_beside_it_last(db):
    keys = [part.key for part in survey(["lv"], "en")]

    sections = [f"sections/{key}" for key in PolicySection.objects.listed().values_list("key", flat=True)]
    assert keys == [
        *sections,
        "questions",
        "regions",
        "safeguards",
        "subprocessors",
        "locations",
        "profile",
        "templates",
    ]


def test_a_section_brings_its_heading_in_the_languages_asked_for(db):
    section = PolicySection.objects.first()

    part = survey(["lv"], "en")[0]

    assert part.heading == {"en": section.heading_en, "lv": section.heading_lv}


@pytest.mark.parametrize(
    "change",
    [
        lambda: PolicySection.objects.filter(key="definition").update(listed=False),
        lambda: PolicySection.objects.filter(key="definition").update(body_en=""),
        lambda: PolicySection.objects.filter(key="definition").update(
            body_en="Moved on.", body_lv=" ", heading_da=None
        ),
        lambda: Question.objects.update(answer_hu="Past the pin."),
        lambda: Subprocessor.objects.filter(key="aws").update(listed=False),
        lambda: Safeguard.objects.update(listed=False),
        lambda: Region.objects.update(name_lv=""),
        lambda: ServiceProfile.objects.update(privacy_et=""),
        lambda: TranslationPin.objects.filter(language="da").update(status="machine"),
        lambda: TranslationPin.objects.filter(language="lv").update(status="approved"),
        lambda: TranslationPin.objects.filter(language="pt-br").delete(),
    ],
)
def test_the_survey_counts_what_the_draft_says(db, change):
    change()

    parts = survey(PUBLIC, "en")

    assert {code: whole(parts, code) for code in PUBLIC} == {c.language: c.states for c in coverage(draft(), PUBLIC)}


def test_a_part_counts_its_own_passages_alone(db):
    PolicySection.objects.filter(key="definition").update(body_en="Moved on.", heading_lv="")

    counts = {part.key: part.counts["lv"].states for part in survey(["lv"], "en")}

    assert counts["sections/definition"] == Counter(missing=1, outdated=1)
    assert counts["sections/introduction"] == Counter(current=2)


def test_the_survey_asks_the_database_twice_for_one_language_or_all(db, django_assert_num_queries):
    for code in ("de", "fr", "el"):
        Language.objects.create(code=code, worked_on=True)

    with django_assert_num_queries(2):
        survey(["lv"], "en")
    with django_assert_num_queries(2):
        survey([*PUBLIC, "de", "fr", "el"], "en")


def test_without_a_profile_or_a_passage_there_is_no_part(empty_registry):
    assert survey(["lv"], "en") == []


def test_a_count_tells_what_is_left_and_never_rounds_up_to_whole():
    count = Count(Counter(current=198, missing=1, outdated=1, approved=0, machine=99))

    assert (count.total, count.left, count.done, count.percent) == (299, 2, 297, 99)
    assert (count.share("machine"), count.share("approved")) == (33, 0)
    assert (Count().percent, Count().share("approved")) == (100, 0)


def test_a_section_is_a_part_and_of_others_each_kind_is(db):
    assert [part_of(model.objects.first()) for model in (PolicySection, Question, Region, ServiceProfile)] == [
        f"sections/{PolicySection.objects.first().key}",
        "questions",
        "regions",
        "profile",
    ]

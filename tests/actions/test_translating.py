from registry.actions.publishing import draft
from registry.actions.translating import coverage
from registry.models import Language, PolicySection, Question


def test_the_sample_is_complete_in_every_public_language_but_the_source_which_is_not_told(db):
    told = coverage(draft())

    assert [(c.language, c.percent, c.missing) for c in told] == [
        ("da", 100, ()),
        ("et", 100, ()),
        ("hu", 100, ()),
        ("lv", 100, ()),
        ("pt-br", 100, ()),
    ]
    assert {c.total for c in told} == {c.done for c in told}
    assert len({c.total for c in told}) == 1


def test_a_missing_passage_is_named_in_its_language_alone_and_never_rounds_to_complete(db):
    section = PolicySection.objects.get(key="definition")
    section.heading_lv, section.body_lv = "", "  "
    section.save()

    latvian = next(c for c in coverage(draft()) if c.language == "lv")

    assert latvian.missing == ((section, "heading"), (section, "body"))
    assert latvian.total - latvian.done == 2
    assert latvian.percent < 100
    assert [c.missing for c in coverage(draft()) if c.language != "lv"] == [()] * 4


def test_a_new_public_language_lacks_every_passage(db):
    Language.objects.create(code="de", public=True)

    german = next(c for c in coverage(draft()) if c.language == "de")

    assert (german.done, german.percent, len(german.missing)) == (0, 0, german.total)


def test_a_passage_on_which_the_source_is_silent_is_not_asked_for(db):
    before = coverage(draft())[0].total
    Question.objects.filter(key="where-is-my-data").update(answer_en="")

    assert coverage(draft())[0].total == before - 1

import pytest
from django.core.exceptions import ValidationError

from registry.actions import dpa, drafting
from registry.actions.cases import CannotMove, Overtaken
from registry.models import DpaDraft, DpaRequest, DpaTemplate, ServiceProfile
from tests import agreements
from tests.requests import PERSON, submit


@pytest.fixture
def template(db):
    return agreements.standard()


def values(draft):
    return {name: getattr(draft, name) for name in drafting.FIELDS}


def test_a_draft_follows_from_what_was_asked(template):
    draft = drafting.draft(submit())

    asked = {name: PERSON[name] for name in ("company", "address", "account", "name", "role")}
    assert values(draft) == {
        **asked,
        "template": template,
        "language": "hu",
        "country": "HU",
        "region": "eu",
        "governing_law": "",
        "supersedes": None,
    }
    assert (draft.number, DpaDraft.objects.count()) == (0, 0)


def test_a_language_that_the_template_does_not_speak_is_the_source(template):
    assert drafting.draft(submit(language="lv")).language == "en"


def test_without_a_template_there_is_a_draft_all_the_same(db):
    DpaTemplate.objects.update(listed=False)

    draft = drafting.draft(submit())

    assert (draft.template_id, draft.language) == (None, "hu")


def test_the_standard_template_is_that_of_the_profile_or_else_the_only_one(template):
    assert drafting.standard_template() == template
    ServiceProfile.objects.update(standard_template=None)
    DpaTemplate.objects.exclude(pk=template.pk).update(listed=False)
    assert drafting.standard_template() == template

    agreements.publish(DpaTemplate.objects.create(key="second", title_en="Another", body_en="Text."), ("en",))
    assert drafting.standard_template() is None

    ServiceProfile.objects.update(standard_template=template)
    DpaTemplate.objects.filter(pk=template.pk).update(listed=False)
    assert drafting.standard_template() is None


def test_an_amendment_supersedes_what_is_in_force(template):
    agreement = agreements.in_force()

    assert drafting.draft(agreement.request).supersedes == agreement


def test_a_draft_that_was_saved_before_supersedes_what_is_in_force_once_it_is_amended(template):
    request, by = agreements.verified(), agreements.staff()
    drafting.save_draft(request, 0, by, company="Renamed Kft.")
    agreement = agreements.countersign(agreements.accept(agreements.issue(request)))

    seen = dpa.move(DpaRequest.objects.get(pk=request.pk), "in_review", by)

    found = drafting.draft(seen)
    assert (found.supersedes, found.company, found.number) == (agreement, "Renamed Kft.", 2)

    # Of a later amendment: what is in force by then.
    second = agreements.countersign(agreements.accept(agreements.issue(seen)))
    seen = dpa.move(DpaRequest.objects.get(pk=request.pk), "in_review", by)
    assert drafting.draft(seen).supersedes == second


def test_a_draft_that_was_saved_before_the_review_stays_as_it_is(template):
    request, by, other = agreements.verified(), agreements.staff(), agreements.in_force("another form")
    drafting.save_draft(request, 0, by, supersedes=other)

    seen = dpa.move(DpaRequest.objects.get(pk=request.pk), "in_review", by)

    assert (drafting.draft(seen).supersedes, drafting.draft(seen).number) == (other, 1)


def test_what_staff_edit_is_kept_and_what_they_leave_out_stays(template):
    request, by = agreements.verified(), agreements.staff()

    first = drafting.save_draft(request, 0, by, company="Zephyrine Kft.", governing_law="SK")
    second = drafting.save_draft(request, 1, by, role="igazgató")

    kept = DpaDraft.objects.get()
    assert (first.number, second.number, kept.number) == (1, 2, 2)
    assert (kept.company, kept.governing_law, kept.role, kept.name) == (
        "Zephyrine Kft.",
        "SK",
        "igazgató",
        PERSON["name"],
    )
    assert drafting.draft(request) == kept


@pytest.mark.parametrize("number", [0, 2])
def test_the_second_of_two_editors_is_told(template, number):
    request, by = agreements.verified(), agreements.staff()
    drafting.save_draft(request, 0, by, role="igazgató")

    with pytest.raises(Overtaken, match=r"^Somebody else has edited the document since you opened it\."):
        drafting.save_draft(request, number, by, role="jogász")
    assert DpaDraft.objects.values_list("role", flat=True).get() == "igazgató"


def test_nothing_is_kept_of_values_that_cannot_be(template):
    request, by = agreements.verified(), agreements.staff()
    lapsed = agreements.issued("another form")
    agreements.issue(lapsed.request)
    lapsed.refresh_from_db()

    for wrong in (
        {"company": ""},
        {"country": "XX"},
        {"governing_law": "XX"},
        {"language": "tlh"},
        {"template": None},
        {"supersedes": lapsed},
        {"name": "x" * 201},
    ):
        with pytest.raises(ValidationError) as error:
            drafting.save_draft(request, 0, by, **wrong)
        assert list(error.value.message_dict) == list(wrong)
    with pytest.raises(TypeError):
        drafting.save_draft(request, 0, by, number=7)
    assert DpaDraft.objects.filter(request=request).count() == 0


@pytest.mark.parametrize("state", DpaRequest.State)
def test_a_document_is_edited_in_its_own_states_alone(template, state):
    request = agreements.verified()
    ended = request.since if state in DpaRequest.ENDED else None
    DpaRequest.objects.filter(pk=request.pk).update(state=state, ended_at=ended)
    request.refresh_from_db()

    if state in {"received", "verified", "in_review", "issued"}:
        assert drafting.save_draft(request, 0, agreements.staff(), role="igazgató").number == 1
    else:
        with pytest.raises(CannotMove, match=r"^The document cannot be edited in this state\.$"):
            drafting.save_draft(request, 0, agreements.staff(), role="igazgató")


def test_nobody_drafts_for_a_person_who_was_erased(template):
    request = submit()
    dpa.erase(request)

    with pytest.raises(CannotMove, match=r"^The personal data of this request has been erased\."):
        drafting.draft(DpaRequest.objects.get(pk=request.pk))

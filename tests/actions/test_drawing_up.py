import pytest

from registry.actions import drafting, drawing_up
from registry.actions.drawing_up import CannotIssue
from registry.exchange import pdf
from registry.models import DpaDraft, DpaRequest, DpaTemplate, Subprocessor
from tests import agreements
from tests.releases import publish_at_once


@pytest.fixture
def request_(db):
    agreements.standard()
    return agreements.verified()


def drafted(request, **changed):
    draft = drafting.draft(request)
    for name, value in changed.items():
        setattr(draft, name, value)
    return draft


def problems(request, **changed):
    with agreements.quick():
        return drawing_up.problems(request, drafted(request, **changed))


def test_a_document_is_drawn_up_from_the_newest_version_and_the_release_in_force(request_):
    document = drawing_up.draw_up(drafted(request_), "AGR-2222-2222")

    assert (document.version.number, document.release.number, document.draft.number) == (1, 3, 0)
    assert document.terms.customer.company == "Zephyrine Quokka Kft."
    assert document.annexes == ["I.A", "I.B", "II", "III"]
    assert "AGR-2222-2222" in document.html
    assert (document.terms.language, document.terms.region) == ("hu", "eu")


def test_the_same_draft_gives_the_same_document(request_):
    first, second = (drawing_up.draw_up(drafted(request_), "AGR-2222-2222") for _once in range(2))

    assert (first.html, first.digest) == (second.html, second.digest)
    assert drawing_up.draw_up(drafted(request_), "AGR-3333-3333").digest != first.digest


def test_a_preview_has_no_reference_yet(request_):
    document = drawing_up.preview(request_, drafted(request_, language="en"))

    assert document.terms.reference == "draft"
    assert (document.pdf()[:5], document.pictures()[0][:4]) == (b"%PDF-", b"\x89PNG")


def test_what_is_on_each_page_names_the_text_the_release_and_the_version(request_):
    document = drawing_up.draw_up(drafted(request_, language="en"), "AGR-2222-2222")

    assert document._paper.footer == [
        "Agreement: AGR-2222-2222",
        f"Text · SHA-256: {document.digest}",
        f"Release: 3 · SHA-256: {document.release.digest}",
        f"Version of the template: 1 · SHA-256: {document.version.digest}",
    ]


def test_nothing_is_wrong_with_what_can_be_issued(request_):
    assert problems(request_) == []


def test_without_a_template_there_is_no_document(request_):
    assert problems(request_, template=None) == [
        "No template is chosen. Publish one, and make it the standard template of the service profile."
    ]


def test_without_a_profile_there_is_no_document(empty_registry):
    assert drawing_up.problems(DpaRequest(), DpaDraft(language="en")) == [
        "There is no service profile yet. Add one first."
    ]


def test_no_release_in_force_for_new_customers_is_a_problem(request_, monkeypatch):
    monkeypatch.setattr(drawing_up, "release_in_force", lambda: None)

    assert problems(request_) == ["No release is in force for new customers."]
    with pytest.raises(CannotIssue) as error:
        drawing_up.preview(request_, drafted(request_))
    assert error.value.problems == ["No release is in force for new customers."]


def test_a_template_without_a_version_is_a_problem(request_):
    unpublished = DpaTemplate.objects.create(key="unpublished", title_en="Title", body_en="Text.")

    assert problems(request_, template=unpublished) == ["No version of the template has been published yet."]


def test_a_language_that_the_template_does_not_speak_is_a_problem(request_):
    assert problems(request_, language="lv") == ["The newest version of the template is not in this language: Latvian."]


def test_what_is_not_stated_is_a_problem(request_):
    assert problems(request_, company=" ", role="") == ["Not stated: company’s legal name and signatory’s role."]


def test_a_region_that_no_release_lists_is_a_problem(request_):
    assert problems(request_, region="moon") == ["The release in force lists no such hosting region: moon."]


def test_a_template_that_is_not_offered_any_more_is_a_problem(request_):
    draft = drafted(request_)
    draft.template.listed = False

    assert drawing_up.problems(request_, draft) == ["The template is not offered any more. Choose another one."]


def test_superseding_what_is_not_in_force_is_a_problem(request_):
    offered = agreements.issued("another form")

    assert problems(request_, supersedes=offered) == [f"This agreement is not in force: {offered.reference}."]


def test_facts_that_are_not_stated_are_a_problem(request_):
    template = drafted(request_).template
    template.body_en = template.body_da = template.body_hu = "{authority} and {nonsense}"
    template.save()
    agreements.publish(template)

    assert problems(request_) == ["The text names facts that are not stated: {authority} and {nonsense}."]


def test_characters_that_no_font_has_are_a_problem_and_told(request_):
    draft = drafted(request_, company="Zephyrine 日本")

    assert drawing_up.problems(request_, draft) == [
        "No font has these characters: 日 (U+65E5) and 本 (U+672C). Write them in another way."
    ]


def test_a_typesetter_that_fails_is_a_problem_that_goes_away(request_, monkeypatch):
    def fails(*args):
        raise pdf.Unfinished

    monkeypatch.setattr(pdf, "pdf", fails)
    monkeypatch.setattr(pdf, "pictures", fails)
    draft = drafted(request_, company="Zephyrine 日本")
    told = ["The document could not be made just now. Please try again in a few minutes."]

    assert drawing_up.problems(request_, draft) == told
    document = drawing_up.draw_up(draft, "AGR-2222-2222")
    for make in (document.pdf, document.pictures):
        with pytest.raises(drawing_up.CannotIssue) as caught:
            make()
        assert caught.value.problems == told


def test_annex_ia_states_the_mailbox_that_the_agreement_was_concluded_with(request_):
    assert request_.requester.email in drawing_up.draw_up(drafted(request_), "AGR-2222-2222").html


def test_common_letters_are_not_typeset_to_learn_that_they_can_be(request_, monkeypatch):
    monkeypatch.setattr(pdf, "pdf", lambda *args: pytest.fail("typeset"))

    assert drawing_up.problems(request_, drafted(request_, company="Αθηνα, Москва, Łódź & Sons – “Ő”")) == []


def test_a_document_knows_whether_it_would_be_another_one_by_now(request_):
    document = drawing_up.draw_up(drafted(request_), "AGR-2222-2222")
    assert document.holds(drafted(request_)) is True
    assert document.holds(drafted(request_, number=1)) is False

    agreements.publish(document.draft.template)
    assert document.holds(drafted(request_)) is False

    document = drawing_up.draw_up(drafted(request_), "AGR-2222-2222")
    assert document.version.number == 2
    Subprocessor.objects.filter(key="intuit").update(website="https://example.com")
    publish_at_once()
    assert document.holds(drafted(request_)) is False

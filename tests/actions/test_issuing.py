from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from registry.actions import dpa, drawing_up, eventing, issuing
from registry.actions.cases import CannotMove, Overtaken
from registry.exchange import event, pdf
from registry.exchange.digest import sha256
from registry.exchange.pdf import Unprintable
from registry.models import Agreement, AgreementFile, Delivery, DpaEvent, DpaRequest, DpaTemplate, ServiceProfile
from tests import agreements
from tests.agreements import document
from tests.requests import submit


@pytest.fixture(autouse=True)
def untypeset(monkeypatch):
    # By monkeypatch, which undoes in its own order what a test patches on top.
    monkeypatch.setattr(pdf, "pdf", document)


@pytest.fixture
def officer(db):
    return agreements.staff("officer")


@pytest.fixture
def verified(db):
    agreements.standard()
    return agreements.verified()


def fresh(request):
    return DpaRequest.objects.get(pk=request.pk)


def kept():
    """How many rows there are of what issuing makes."""
    return [model.objects.count() for model in (Agreement, AgreementFile, DpaEvent, Delivery, DBTaskResult)]


def test_a_document_its_files_its_event_and_its_mail_are_kept_together(verified, officer):
    agreement = issuing.issue(verified, 0, officer)

    verified = fresh(verified)
    text, issued = (agreement.files.get(kind=kind) for kind in ("text", "issued"))
    assert (verified.state, agreement.state, agreement.request) == ("issued", "offered", verified)
    assert (agreement.language, agreement.country, agreement.region) == ("hu", "HU", "eu")
    assert (agreement.version.number, agreement.release_id, agreement.supersedes) == (1, 3, None)
    assert agreement.annexes == ["I.A", "I.B", "II", "III"]
    assert agreement.open_until == agreement.issued_at + timedelta(days=30)
    assert (agreement.text_digest, agreement.issued_digest) == (text.digest, issued.digest)
    assert (text.digest, issued.digest) == (sha256(bytes(text.content)), sha256(bytes(issued.content)))
    assert agreement.reference in bytes(text.content).decode()
    assert agreement.files.count() == 2
    last = verified.events.last()
    assert (last.kind, last.agreement, event.read(last.content)["facts"]) == (
        "issued",
        agreement,
        {
            "text": text.digest,
            "issued": issued.digest,
            "template": agreement.version.digest,
            "release": agreement.release.digest,
            "language": "hu",
            "annexes": ["I.A", "I.B", "II", "III"],
            "region": "eu",
            "supersedes": "",
        },
    )
    assert list(verified.deliveries.filter(kind="dpa-issued").values_list("event", "state")) == [
        (agreement.reference, "queued")
    ]
    assert list(agreement.history.values_list("state", "history_user")) == [("offered", officer.pk)]
    assert eventing.broken(verified) == []


def test_what_is_read_on_the_page_is_what_the_pdf_was_made_from(verified, officer, monkeypatch):
    made = []
    monkeypatch.setattr(pdf, "pdf", lambda html, paper: made.append(html) or b"%PDF-")

    agreement = issuing.issue(verified, 0, officer)

    assert [bytes(agreement.files.get(kind="text").content).decode()] == made


def test_nothing_is_rendered_in_a_transaction(verified, officer, monkeypatch):
    depth, depths = len(connection.savepoint_ids), []
    for name in ("text", "title", "annexes"):
        real = getattr(drawing_up.agreement_text, name)
        monkeypatch.setattr(
            drawing_up.agreement_text,
            name,
            lambda terms, real=real, name=name: (
                depths.append((name, len(connection.savepoint_ids) - depth)) or real(terms)
            ),
        )
    monkeypatch.setattr(
        pdf,
        "pdf",
        lambda html, paper: depths.append(("pdf", len(connection.savepoint_ids) - depth)) or document(html, paper),
    )

    issuing.issue(verified, 0, officer)

    assert dict(depths) == {"text": 0, "title": 0, "annexes": 0, "pdf": 0}
    assert {found for _name, found in depths} == {0}


@pytest.mark.parametrize("state", DpaRequest.State)
def test_a_document_is_issued_by_the_table_of_moves_alone(verified, officer, state):
    ended = verified.since if state in DpaRequest.ENDED else None
    DpaRequest.objects.filter(pk=verified.pk).update(state=state, ended_at=ended)
    verified.refresh_from_db()
    before = kept()

    if "issued" in DpaRequest.MOVES[state]:
        assert issuing.issue(verified, 0, officer).state == "offered"
        assert fresh(verified).state == "issued"
    else:
        with pytest.raises(CannotMove, match=r"^This request cannot be moved to that state\.$"):
            issuing.issue(verified, 0, officer)
        assert (kept(), fresh(verified).state) == (before, state)


def test_what_staff_edited_is_what_is_issued(verified, officer):
    issuing.save_draft(verified, 0, officer, company="Zephyrine Holding Zrt.", language="en", region="")

    agreement = issuing.issue(verified, 1, officer)

    assert (agreement.language, agreement.region) == ("en", "")
    assert "Zephyrine Holding Zrt." in bytes(agreement.files.get(kind="text").content).decode()


@pytest.mark.parametrize("number", [1, 7])
def test_a_draft_that_another_edited_meanwhile_is_not_issued(verified, officer, number):
    before = kept()

    with pytest.raises(Overtaken, match=r"^Somebody else has edited the document since you opened it\."):
        issuing.issue(verified, number, officer)
    assert kept() == before


def test_a_document_that_says_something_else_than_what_was_looked_at_is_not_issued(verified, officer):
    looked = issuing.preview(verified, issuing.draft(verified))
    template = looked.draft.template
    template.body_hu = "Más. {customer}"
    template.save()
    agreements.publish(template)

    with pytest.raises(Overtaken, match=r"^The document would not say any more what you looked at\."):
        issuing.issue(verified, 0, officer, expected=looked.digest)

    looked = issuing.preview(verified, issuing.draft(verified))
    assert issuing.issue(verified, 0, officer, expected=looked.digest).version.number == 2


def test_what_is_published_just_after_the_document_was_compared_stops_it_too(verified, officer, monkeypatch):
    looked = issuing.preview(verified, issuing.draft(verified))
    draw_up = drawing_up.draw_up

    def late(*args):
        agreements.publish(DpaTemplate.objects.get(key="quick"))
        return draw_up(*args)

    monkeypatch.setattr(drawing_up, "draw_up", late)

    with pytest.raises(Overtaken, match=r"^The document would not say any more what you looked at\."):
        issuing.issue(verified, 0, officer, expected=looked.digest)
    assert Agreement.objects.count() == 0


def test_what_changes_while_the_document_is_typeset_stops_it(verified, officer, monkeypatch):
    before = kept()

    def during(change):
        def typeset(html, paper):
            change()
            return document(html, paper)

        monkeypatch.setattr(pdf, "pdf", typeset)

    during(lambda: agreements.publish(DpaTemplate.objects.get(key="quick")))
    with pytest.raises(Overtaken, match=r"^The document would not say any more what you looked at\."):
        issuing.issue(verified, 0, officer)
    during(lambda: issuing.save_draft(verified, 0, officer, role="igazgató"))
    with pytest.raises(Overtaken, match=r"^Somebody else has edited the document since you opened it\."):
        issuing.issue(verified, 0, officer)
    assert kept() == before
    during(lambda: dpa.move(verified, "in_review", officer))
    with pytest.raises(Overtaken, match=r"^Somebody else has changed this request since you opened it\."):
        issuing.issue(verified, 1, officer)
    during(lambda: dpa.erase(fresh(verified)))
    with pytest.raises(CannotMove, match=r"^The personal data of this request has been erased\."):
        issuing.issue(fresh(verified), 1, officer)
    assert Agreement.objects.count() == 0


def test_a_document_in_the_place_of_another_lets_that_one_lapse(verified, officer):
    first = issuing.issue(verified, 0, officer)
    second = issuing.issue(fresh(verified), 0, officer)

    first.refresh_from_db()
    assert (first.state, second.state, second.reference != first.reference) == ("lapsed", "offered", True)
    assert list(verified.deliveries.filter(kind="dpa-issued").order_by("id").values_list("event", flat=True)) == [
        first.reference,
        second.reference,
    ]
    assert [found.kind for found in verified.events.all()] == ["received", "verified", "issued", "issued"]


def test_an_amendment_names_what_it_supersedes_and_leaves_it_in_force(db, officer):
    standing = agreements.in_force()
    dpa.move(fresh(standing.request), "in_review", officer)

    amendment = issuing.issue(fresh(standing.request), 0, officer)

    standing.refresh_from_db()
    assert (amendment.supersedes, standing.state) == (standing, "in_force")
    assert standing.reference in bytes(amendment.files.get(kind="text").content).decode()


def test_a_company_may_have_several_agreements(db):
    assert agreements.in_force("one").pk != agreements.in_force("two").pk
    assert Agreement.objects.in_force().count() == 2


def test_what_cannot_be_issued_says_everything_that_is_wrong(verified, officer):
    issuing.save_draft(verified, 0, officer, region="moon")
    before = kept()

    with pytest.raises(issuing.CannotIssue) as error:
        issuing.issue(verified, 1, officer)
    assert error.value.problems == ["The release in force lists no such hosting region: moon."]
    assert kept() == before


def test_characters_that_no_font_has_stop_it(verified, officer, monkeypatch):
    def typeset(html, paper):
        raise Unprintable("日本")

    monkeypatch.setattr(pdf, "pdf", typeset)
    issuing.save_draft(verified, 0, officer, company="Zephyrine 日本")

    with pytest.raises(issuing.CannotIssue, match=r"^No font has these characters: 日 \(U\+65E5\) and 本"):
        issuing.issue(verified, 1, officer)
    assert Agreement.objects.count() == 0


# --- Without review ---------------------------------------------------------------------------------------------------


def unreviewed(which, domains=""):
    ServiceProfile.objects.update(unreviewed=which, known_domains=domains)


def test_nothing_is_issued_without_a_look_unless_the_profile_says_so(verified):
    assert issuing.issue_unreviewed(verified) is None
    assert fresh(verified).state == "verified"


def test_all_requests_are_issued_at_once_where_the_profile_says_so(verified):
    unreviewed("all")

    agreement = issuing.issue_unreviewed(verified)

    assert (agreement.state, fresh(verified).state) == ("offered", "issued")
    assert agreement.history.get().history_user is None
    assert issuing.issue_unreviewed(verified) is None
    assert Agreement.objects.count() == 1


@pytest.mark.parametrize(
    ("domains", "email", "issued"),
    [
        ("zephyrine.example", "a@zephyrine.example", True),
        ("other.example\n  @Zephyrine.Example  ", "a@ZEPHYRINE.example", True),
        ("xn--szarvas-beclu.example", "a@szarvas-beclu.example", False),
        ("zephyrine.example", "a@mail.zephyrine.example", False),
        ("zephyrine.example", "a@evilzephyrine.example", False),
        ("example", "a@zephyrine.example", False),
        ("", "a@zephyrine.example", False),
    ],
)
def test_requests_from_known_mail_domains_are_issued_at_once(db, domains, email, issued):
    agreements.standard()
    request = agreements.verified(email=email)
    unreviewed("known", domains)

    assert (issuing.issue_unreviewed(request) is not None) is issued
    assert fresh(request).state == ("issued" if issued else "verified")


def test_what_nobody_has_verified_or_somebody_took_is_left_alone(verified, officer):
    unreviewed("all")
    unverified = submit("another form")
    taken = dpa.take(verified, officer)

    assert (issuing.issue_unreviewed(unverified), issuing.issue_unreviewed(taken)) == (None, None)
    assert (fresh(unverified).state, fresh(taken).state) == ("received", "verified")


def test_what_cannot_be_issued_without_a_look_goes_into_review(verified):
    unreviewed("all")
    ServiceProfile.objects.update(standard_template=None)
    DpaTemplate.objects.update(listed=False)

    assert issuing.issue_unreviewed(verified) is None
    assert fresh(verified).state == "in_review"
    assert verified.history.latest().history_user is None


def test_a_failure_is_told_by_its_class_alone_and_the_request_goes_into_review(verified, monkeypatch, caplog):
    unreviewed("all")

    def fails(html, paper):
        raise RuntimeError("Zephyrine Quokka Kft.")

    monkeypatch.setattr(pdf, "pdf", fails)

    assert issuing.issue_unreviewed(verified) is None
    assert fresh(verified).state == "in_review"
    assert [record.getMessage() for record in caplog.records] == [
        f"The document of {verified.reference} was not issued: RuntimeError"
    ]


def test_a_database_that_does_not_answer_leaves_the_request_where_it_is(verified, monkeypatch):
    unreviewed("all")

    def fails(html, paper):
        raise OperationalError("no answer")

    monkeypatch.setattr(pdf, "pdf", fails)

    assert issuing.issue_unreviewed(verified) is None
    assert fresh(verified).state == "verified"


def test_the_worker_issues_what_died_between_verifying_and_issuing(verified):
    unreviewed("all")
    just_now = agreements.verified("another form")
    DpaRequest.objects.filter(pk=verified.pk).update(since=timezone.now() - timedelta(minutes=2))

    issuing.issue_waiting()
    issuing.issue_waiting()

    assert (fresh(verified).state, fresh(just_now).state) == ("issued", "verified")
    assert Agreement.objects.count() == 1


def test_the_worker_asks_once_where_every_request_is_reviewed(verified, django_assert_num_queries):
    DpaRequest.objects.filter(pk=verified.pk).update(since=timezone.now() - timedelta(minutes=2))

    with django_assert_num_queries(1):
        issuing.issue_waiting()
    assert fresh(verified).state == "verified"


def test_what_waits_for_staff_costs_the_worker_two_queries_however_much_it_is(
    verified, officer, django_assert_num_queries
):
    unreviewed("known", "known.example")
    edited = agreements.verified("edited", email="somebody@known.example")
    issuing.save_draft(edited, 0, officer, company="Of Staff ApS")
    for number in range(3):
        agreements.verified(f"form {number}")
    DpaRequest.objects.update(since=timezone.now() - timedelta(minutes=2))

    with django_assert_num_queries(2):
        issuing.issue_waiting()
    assert set(DpaRequest.objects.values_list("state", flat=True)) == {"verified"}

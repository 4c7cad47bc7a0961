import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from registry.models import Agreement, AgreementFile, Delivery, DpaEvent, DpaRequest, Signature
from tests.admin.test_dpa import seen, text
from tests.agreements import CUSTOMER, PROVIDER, accepted, document, ended, in_force, issued, quick, uploaded
from tests.reading import read
from tests.requests import PERSON

LIST = "/admin/registry/agreement/"
SIGNED = {"name": "Adelheid Kaputtski", "role": "Geschäftsführerin", "authority": "on"}


def page_of(agreement, step="change"):
    return f"{LIST}{agreement.pk}/{step}/"


def file_of(agreement, kind):
    return f"{LIST}{agreement.pk}/file/{kind}/"


def sign(client, agreement, **changed):
    request = DpaRequest.objects.get(pk=agreement.request_id)
    form = {**seen(request), **SIGNED, **changed}
    with quick():
        return client.post(page_of(agreement, "countersign"), {name: form[name] for name in form if form[name]})


def user_with(signed_in, *permissions):
    client = signed_in("nobody")
    found = Permission.objects.filter(codename__in=permissions, content_type__app_label="registry")
    assert len(found) == len(permissions)
    User.objects.get(username="nobody").user_permissions.add(*found)
    return client


@pytest.fixture
def officer(signed_in):
    return signed_in("DPA officer")


@pytest.fixture
def signatory(signed_in):
    return signed_in("DPA signatory")


# --- the list ---------------------------------------------------------------------------------------------------------


def test_what_waits_to_be_countersigned_comes_first_then_what_is_offered_then_what_binds(officer, db):
    over, binding, offered, signed = ended("1"), in_force("2"), issued("3"), accepted("4")

    listed = re.findall(r">(AGR-[\w-]+)</a>", officer.get(LIST).content.decode())

    assert listed == [signed.reference, offered.reference, binding.reference, over.reference]


def test_the_list_tells_the_company_to_those_who_may_see_who_asked(officer, signed_in, db):
    issued()
    blind = user_with(signed_in, "view_agreement")

    told, hidden = officer.get(LIST), blind.get(LIST)

    assert PERSON["company"] in text(told)
    assert {"private", "no-store"} <= set(told["Cache-Control"].split(", "))
    assert [value for value in (*PERSON.values(), *CUSTOMER.values()) if value in text(hidden)] == []


def test_the_list_costs_the_same_for_one_agreement_and_for_three(officer, db, django_assert_max_num_queries):
    accepted("1")
    officer.get(LIST)
    with django_assert_max_num_queries(10) as one:
        officer.get(LIST)
    for token in "23":
        in_force(token)

    with django_assert_max_num_queries(len(one)):
        officer.get(LIST)


# --- who may see what -------------------------------------------------------------------------------------------------

ROLES = {"superuser": 200, "DPA officer": 200, "DPA signatory": 200, "auditor": 200, "editor": 403, "nobody": 403}


@pytest.mark.parametrize("role", ROLES)
def test_each_group_may_do_what_it_is_for(signed_in, db, role):
    agreement, client = accepted(), signed_in(role)

    assert client.get(LIST).status_code == ROLES[role]
    assert client.get(page_of(agreement)).status_code == ROLES[role]
    assert client.get(file_of(agreement, "issued")).status_code == ROLES[role]
    assert client.post(page_of(agreement)).status_code == 403
    assert client.post(page_of(agreement, "delete")).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403

    signs = role in {"superuser", "DPA signatory"}
    assert sign(client, agreement).status_code == (302 if signs else 403)
    assert Agreement.objects.get().state == ("in_force" if signs else "accepted")


@pytest.mark.parametrize("role", ["DPA signatory", "auditor", "editor", "nobody"])
def test_only_those_who_may_change_agreements_end_one(signed_in, db, role):
    agreement = in_force()

    assert signed_in(role).post(page_of(agreement, "end"), {"on": agreement.in_force_on}).status_code == 403
    assert Agreement.objects.get().state == "in_force"


def test_signatures_documents_and_events_are_for_those_who_may_see_them(signed_in, db):
    agreement = in_force()
    blind = user_with(signed_in, "view_agreement")

    told = blind.get(page_of(agreement)).content.decode()

    assert [value for value in (*PERSON.values(), *CUSTOMER.values(), *PROVIDER.values()) if value in told] == []
    assert "Your account may not see the documents." in told
    assert "Your account may not see who signed." in told
    assert "Chain of events" not in told
    for kind in AgreementFile.Kind:
        assert blind.get(file_of(agreement, kind)).status_code == 403


def test_an_officer_sees_facts_digests_documents_signatures_and_the_chain(officer, db):
    agreement = in_force()

    response = officer.get(page_of(agreement))

    told = text(response)
    assert f"Who asks {PERSON['company']}" in " ".join(read(response.content.decode()).text.split())
    for value in (*CUSTOMER.values(), *PROVIDER.values()):
        assert value in told
    digests = (agreement.text_digest, agreement.issued_digest, agreement.signed_digest, agreement.final_digest)
    for digest in digests:
        assert f'<code title="{digest}">{digest[:12]}…</code>' in response.content.decode()
    kinds = re.findall(rf'href="{LIST}{agreement.pk}/file/(\w+)/"', response.content.decode())
    assert kinds == ["final", "issued", "evidence", "text"]
    assert "The chain is whole: every event is as it was recorded" in told
    assert "Nothing. Signed with release 3; in force now: release 3." in told
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_a_chain_that_does_not_verify_is_told(officer, db, monkeypatch):
    agreement = in_force()
    monkeypatch.setattr("registry.actions.eventing.event.digest", lambda text: "0" * 64)

    told = text(officer.get(page_of(agreement)))

    assert "The chain of events does not verify:" in told
    assert f"{agreement.request.reference}: event 1 is not as it was recorded." in told
    assert DpaEvent.objects.count() == 5


@pytest.mark.parametrize(
    ("kind", "type_", "ending"), [("final", "application/pdf", "pdf"), ("text", "text/html", "html")]
)
def test_a_document_is_saved_as_it_is_and_never_opened(officer, db, kind, type_, ending):
    agreement = in_force()

    response = officer.get(file_of(agreement, kind))

    assert response.content == bytes(AgreementFile.objects.get(agreement=agreement, kind=kind).content)
    assert response["Content-Type"].partition(";")[0] == type_
    assert response["Content-Disposition"] == f'attachment; filename="{agreement.reference}-{kind}.{ending}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_a_document_that_is_not_there_is_404(officer, db):
    agreement = issued()

    for address in (file_of(agreement, "final"), file_of(agreement, "x"), f"{LIST}999/file/issued/"):
        assert officer.get(address).status_code == 404
    assert officer.get(f"{LIST}999/change/").status_code == 404


# --- countersigning ---------------------------------------------------------------------------------------------------


def test_an_agreement_is_countersigned_with_name_role_and_authority(signatory, db):
    agreement = accepted()
    assert "Read what the customer has signed:" in text(signatory.get(page_of(agreement)))

    response = sign(signatory, agreement)

    assert response["Location"] == page_of(agreement)
    told = text(signatory.get(page_of(agreement)))
    assert "Countersigned. The final document is queued as a mail to the customer." in told
    signature = Signature.objects.get(party="provider")
    assert (signature.name, signature.role, signature.by.username) == (
        SIGNED["name"],
        SIGNED["role"],
        "DPA-signatory",
    )
    assert Agreement.objects.get().state == "in_force"
    assert DpaRequest.objects.get().state == "countersigned"
    assert Delivery.objects.filter(kind="dpa-final", state="queued").count() == 1


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("authority", "Tick the box: whoever signs must be authorised to bind the provider."),
        ("name", "This field cannot be blank."),
        ("role", "This field cannot be blank."),
    ],
)
def test_what_is_missing_is_told_and_nothing_typed_is_lost(signatory, db, missing, told):
    agreement = accepted()

    response = sign(signatory, agreement, **{missing: ""})

    assert response.status_code == 409
    assert told in text(response)
    kept = [value for value in (SIGNED["name"], SIGNED["role"]) if f'value="{value}"' in response.content.decode()]
    assert kept == [SIGNED[name] for name in ("name", "role") if name != missing]
    assert Agreement.objects.get().state == "accepted"


def test_who_was_overtaken_signs_nothing_and_is_told(signatory, db):
    agreement = accepted()
    before = seen(DpaRequest.objects.get())
    DpaRequest.objects.update(assignee=User.objects.create_user("other"))

    response = sign(signatory, agreement, **before)

    assert response.status_code == 409
    assert "Somebody else has changed this request since you opened it." in text(response)
    assert SIGNED["name"] in response.content.decode()
    assert Agreement.objects.get().state == "accepted"


def test_the_second_of_two_clicks_signs_nothing_more_and_is_no_mistake(signatory, signed_in, db):
    agreement = accepted()
    sign(signatory, agreement)

    assert sign(signatory, agreement)["Location"] == page_of(agreement)
    assert sign(signed_in("superuser"), agreement).status_code == 409
    assert Signature.objects.filter(party="provider").count() == 1


@pytest.mark.parametrize("make", [issued, in_force, ended])
def test_what_waits_for_no_signature_is_offered_none(signatory, db, make):
    agreement = make()

    assert 'name="authority"' not in signatory.get(page_of(agreement)).content.decode()
    assert sign(signatory, agreement).status_code == 409


def test_an_officer_who_may_not_bind_the_provider_is_told_who_may(officer, db):
    told = text(officer.get(page_of(accepted())))

    assert "The agreement waits to be countersigned by somebody who may bind the provider." in told


def test_an_upload_that_does_not_begin_with_what_was_issued_is_told_before_signing(signatory, db):
    agreement = uploaded(content=document("something else"))

    told = text(signatory.get(page_of(agreement)))

    assert "The upload does not begin with the document as issued. Compare the two before you sign." in told
    assert "Holds the issued document unchanged no" in told
    assert (
        f'filename="{agreement.reference}-signed.pdf"'
        in signatory.get(file_of(agreement, "signed"))["Content-Disposition"]
    )


# --- amendment and end ------------------------------------------------------------------------------------------------


def test_an_agreement_ends_on_a_day(officer, db):
    agreement = in_force()

    response = officer.post(page_of(agreement, "end"), {"on": agreement.in_force_on.isoformat()}, follow=True)

    assert "The agreement has ended. Its limitation period runs from that day." in text(response)
    agreement.refresh_from_db()
    assert (agreement.state, agreement.ended_on) == ("ended", agreement.in_force_on)


@pytest.mark.parametrize("days", [-1, 1])
def test_a_day_on_which_it_cannot_have_ended_is_refused_and_kept_in_the_form(officer, db, days):
    agreement = in_force()
    on = (timezone.localdate() + timedelta(days=days)).isoformat()

    response = officer.post(page_of(agreement, "end"), {"on": on})

    assert response.status_code == 409
    assert "An agreement ends on a day between the one it came into force on and today." in text(response)
    assert f'value="{on}"' in response.content.decode()


@pytest.mark.parametrize("on", ["", "yesterday", "2026-02-30"])
def test_what_is_no_day_is_refused(officer, db, on):
    response = officer.post(page_of(in_force(), "end"), {"on": on})

    assert response.status_code == 409
    assert "Enter the day on which the agreement ended." in text(response)


def test_an_amendment_takes_the_request_back_into_review(officer, db):
    agreement = in_force()
    page = officer.get(page_of(agreement)).content.decode()
    move = f"/admin/registry/dparequest/{agreement.request_id}/move/"
    assert f'action="{move}"' in page

    officer.post(move, {**seen(DpaRequest.objects.get()), "to": "in_review"})

    assert (DpaRequest.objects.get().state, Agreement.objects.get().state) == ("in_review", "in_force")


def test_get_changes_nothing_and_the_log_names_nobody(signed_in, db):
    client, agreement = signed_in("superuser"), accepted()
    for step in ("countersign", "end"):
        assert client.get(page_of(agreement, step), {**SIGNED, "on": "2026-01-01"})["Location"] == page_of(agreement)
    assert Agreement.objects.get().state == "accepted"

    sign(client, agreement)

    entries = list(LogEntry.objects.values_list("object_repr", "change_message"))
    assert [name for name, _message in entries] == [agreement.reference]
    names = (*PERSON.values(), *CUSTOMER.values(), *SIGNED.values())
    assert [value for value in names if value in str(entries) and value != "on"] == []


def test_the_history_address_leads_to_the_chain_of_events(officer, db):
    agreement = issued()

    assert officer.get(page_of(agreement, "history"))["Location"] == f"{page_of(agreement)}#events"

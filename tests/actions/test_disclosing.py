import pytest
from django.contrib.auth.models import User

from registry.actions import disclosing, dpa, erasing, linking, objecting
from registry.exchange.digest import sha256
from registry.exchange.person import written
from registry.models import ServiceProfile
from tests import agreements, kept, objections, subscribers, traces
from tests.requests import PERSON, submit


@pytest.fixture
def officer(db):
    return User.objects.create_user("colleague", first_name="Wolfgang-Unmentioned")


def test_all_that_a_person_said_signed_and_was_sent_is_told(officer):
    agreement = agreements.in_force()
    request = agreement.request
    kept.draft(request)
    dpa.annotate(request, "Rang Ödön.", officer)

    (found,) = disclosing.person(PERSON["email"])["dpa_requests"]

    assert {name: found["requester"][name] for name in PERSON} == PERSON
    assert found["requester"]["verified_from"] == "192.0.2.0/24"
    assert (found["draft"]["name"], found["notes"][0]["text"]) == (PERSON["name"], "Rang Ödön.")
    (told,) = found["agreements"]
    assert told["reference"] == agreement.reference
    customer, provider = told["signatures"]
    assert {name: customer[name] for name in agreements.CUSTOMER} == agreements.CUSTOMER
    assert (provider["name"], provider["address"]) == (agreements.PROVIDER["name"], "")
    assert {file["kind"] for file in told["documents"]} == {"text", "issued", "evidence", "final"}
    for file in told["documents"]:
        assert sha256(file["content"]) == file["digest"]
    assert [event["kind"] for event in found["events"]] == [
        *("received", "verified", "issued", "accepted", "countersigned"),
    ]
    assert {mail["kind"] for mail in found["mails"]} >= {"dpa-check", "dpa-receipt", "dpa-issued", "dpa-final"}
    texts = traces.strings(PERSON, agreements.CUSTOMER)
    assert traces.found(texts, written(found).encode().replace(b"\\n", b"\n")) == set(texts)


def test_a_subscription_and_an_objection_of_the_same_mailbox_are_told_whichever_way_it_is_asked_for(officer):
    request = submit(email="One.Person@Example.COM")
    subscriber = subscribers.subscribe("one.person@example.com")
    objection = objections.verified(email="one.person@example.com")
    objecting.annotate(objection, "Rang them.", officer)
    submit("another", email="one.persona@example.com")
    objections.submit("another", email="one.person@example.org")

    asked = [
        disclosing.person(wanted)
        for wanted in (" ONE.person@example.com", request.reference.lower(), subscriber.reference, objection.reference)
    ]

    references = [[[record["reference"] for record in found[part]] for part in disclosing.PARTS] for found in asked]
    assert references == [[[request.reference], [subscriber.reference], [objection.reference]]] * 4
    (told,) = asked[0]["objections"]
    assert (told["objector"]["grounds"], told["notes"][0]["text"]) == (objections.OBJECTOR["grounds"], "Rang them.")
    assert asked[0]["subscriptions"][0]["email"] == "one.person@example.com"


def test_who_holds_it_and_for_how_long_is_told(db):
    submit()

    found = disclosing.person(PERSON["email"])

    profile = ServiceProfile.load()
    assert found["controller"]["provider"] == profile.provider
    assert found["retention"] == {
        "unverified_days": 7,
        "declined_days": 90,
        "retention_days": profile.retention_days,
        "limitation_years": 5,
    }
    assert found["privacy_notice"] == "http://127.0.0.1:8000/en/dpa/privacy/"
    ServiceProfile.objects.all().delete()
    assert "controller" not in disclosing.person(PERSON["email"])


def test_nobody_else_and_no_secret_is_in_it(officer):
    agreement = agreements.in_force()
    dpa.annotate(agreement.request, "Rang Ödön.", officer)
    subscriber = subscribers.subscribe(PERSON["email"])
    submit("another", email="else@example.com", company="Else AG", name="Somebody Else")

    text = written(disclosing.person(PERSON["email"]))

    secrets = [
        subscriber.identity.secret,
        linking.token(agreement.request, "page"),
        agreement.request.form_token,
        *agreement.signatures.values_list("salt", flat=True),
        *agreement.request.links.values_list("nonce", flat=True),
    ]
    others = ["Somebody Else", "Else AG", "else@example.com", officer.username, officer.first_name]
    assert [part for part in (*secrets, *others) if part in text] == []


def test_parts_that_are_left_out_are_named(db):
    request = submit()
    subscribers.subscribe(PERSON["email"])

    found = disclosing.person(request.reference, [disclosing.REQUESTS])

    assert (found["left_out"], "subscriptions" in found) == (["subscriptions", "objections"], False)
    assert "left_out" not in disclosing.person(request.reference)


def test_of_whom_nothing_is_held_there_is_nothing_to_tell(db):
    request = submit()
    erasing.erase_named(request.reference)

    for wanted in (PERSON["email"], request.reference, "DPA-2222-2222", "nobody@example.com", "", "@"):
        with pytest.raises(disclosing.NobodyKnown):
            disclosing.person(wanted)

import datetime
import re

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from registry.actions import bouncing, objecting, rendering
from registry.actions.publishing import publish
from registry.exchange.bounces import Report
from registry.exchange.localized import day
from registry.models import (
    Agreement,
    Delivery,
    DpaRequest,
    Language,
    Objection,
    PolicySection,
    ProcessingLocation,
    Release,
    Safeguard,
    ServiceProfile,
    Subprocessor,
    Translator,
)
from tests.agreements import accepted, in_force
from tests.objections import submit, verified

TRANSLATIONS = "/admin/registry/translationpin/"

CALM = [
    ("objections", "No objection waits for an answer."),
    ("requests", "No DPA request waits."),
    ("agreements", "No agreement waits to be countersigned."),
    ("mails", "Every mail has left or is on its way."),
    ("problems", "Nothing keeps the draft from being published."),
    ("announced", "No release is announced."),
    ("changes", "The draft says what the last release says."),
    ("translations", "Every passage is translated into every public language, from its present source."),
    ("expiring", "Nothing ends within 60 days."),
]


def asked(token, days):
    request = DpaRequest.objects.create(
        form_token=token, language="hu", country="HU", release=Release.objects.get(number=3)
    )
    since = timezone.now() - datetime.timedelta(days=days)
    DpaRequest.objects.filter(pk=request.pk).update(received_at=since, since=since)
    return request


def card(response, key):
    return next(card for card in response.context["attention"] if card.key == key)


def rows(response, key):
    return [(item.text, item.note, item.address) for item in card(response, key).items]


def test_what_is_in_order_is_said_calmly_and_what_is_not_stands_first(signed_in):
    response = signed_in("superuser").get("/admin/")

    assert [(card.key, card.calm) for card in response.context["calm"]] == CALM
    assert [(card.key, card.count) for card in response.context["attention"]] == [("warnings", 5)]
    page = response.content.decode()
    assert re.findall(r'<li data-card="(\w+)">([^<]+)</li>', page) == CALM


def test_nothing_to_do_is_said_in_one_sentence(signed_in, monkeypatch):
    monkeypatch.setattr("registry.admin.dashboard.warnings", lambda found: [])

    assert "Nothing needs your attention." in signed_in("superuser").get("/admin/").content.decode()


def test_what_the_draft_changes_is_told_and_leads_publishers_to_publishing(signed_in, db):
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")

    publisher, editor = signed_in("publisher").get("/admin/"), signed_in("editor").get("/admin/")

    assert rows(publisher, "changes") == [("New subprocessor: Example GmbH", "", "")]
    assert card(publisher, "changes").title == "What the draft changes since release 3"
    assert card(publisher, "changes").link == ("Look at the draft and publish it", "/admin/registry/release/publish/")
    assert card(editor, "changes").link is None


def test_a_missing_translation_is_named_with_its_share_and_leads_to_its_passage(signed_in):
    section = PolicySection.objects.get(key="definition")
    section.body_lv, section.heading_hu = "", ""
    section.save()

    response = signed_in("editor").get("/admin/")

    languages = {row["name"]: row for row in card(response, "translations").languages}
    assert card(response, "translations").count == 2
    assert {name: row["total"] - row["done"] for name, row in languages.items()} == {
        "Danish": 0,
        "Estonian": 0,
        "Hungarian": 1,
        "Latvian": 1,
        "Portuguese (Brazil)": 0,
    }
    assert languages["Latvian"]["address"] == f"{TRANSLATIONS}lv/"
    assert '<span class="share">98% (58 of 59)</span>' in response.content.decode()
    assert [(i.text, i.note, i.address) for i in languages["Latvian"]["items"]] == [
        (
            "Policy section definition, body",
            "missing",
            f"{TRANSLATIONS}lv/?at=sections%2Fdefinition%2Fbody#sections/definition/body",
        )
    ]
    assert [(i.text, i.note, i.address) for i in languages["Hungarian"]["items"]] == [
        (
            "Policy section definition, heading",
            "missing",
            f"{TRANSLATIONS}hu/?at=sections%2Fdefinition%2Fheading#sections/definition/heading",
        )
    ]
    assert card(response, "translations").link == ("All translations", TRANSLATIONS)
    assert rows(response, "problems") == [
        (
            "Policy section definition, heading: the translation is missing. Language: Hungarian.",
            "",
            f"{TRANSLATIONS}hu/?at=sections%2Fdefinition%2Fheading#sections/definition/heading",
        ),
        (
            "Policy section definition, body: the translation is missing. Language: Latvian.",
            "",
            f"{TRANSLATIONS}lv/?at=sections%2Fdefinition%2Fbody#sections/definition/body",
        ),
    ]


def test_an_outdated_translation_is_told_and_those_who_may_not_see_translations_get_no_links(signed_in):
    section = PolicySection.objects.get(key="definition")
    section.body_en += " More."
    section.save()

    found = card(signed_in("DPA officer").get("/admin/"), "translations")

    assert (found.count, found.link) == (5, None)
    assert [(i.text, i.note, i.address) for row in found.languages for i in row["items"]] == [
        ("Policy section definition, body", "outdated", "")
    ] * 5
    assert {row["address"] for row in found.languages} == {""}


def test_a_translator_is_told_of_their_own_languages_and_of_nothing_else(signed_in):
    client = signed_in("translator")
    translator = Translator.objects.create(user=User.objects.get(username="translator"))
    translator.languages.set(Language.objects.filter(code="lv"))
    section = PolicySection.objects.get(key="definition")
    section.body_en += " More."
    section.save()

    response = client.get("/admin/")

    assert [found.key for found in response.context["attention"]] == ["translations"]
    assert response.context["calm"] == []
    assert [row["name"] for row in card(response, "translations").languages] == ["Latvian"]


def test_requests_that_wait_are_told_with_the_oldest_first_and_since_when(signed_in):
    young, old, ended = asked("a", 0), asked("b", 9), asked("c", 20)
    DpaRequest.objects.filter(pk=ended.pk).update(state="closed", ended_at=timezone.now())

    response = signed_in("DPA officer").get("/admin/")

    assert rows(response, "requests") == [
        (old.reference, "received, waiting for 9 days", f"/admin/registry/dparequest/{old.pk}/change/"),
        (young.reference, "received, waiting for less than a day", f"/admin/registry/dparequest/{young.pk}/change/"),
    ]
    assert [item.urgent for item in card(response, "requests").items] == [True, False]


def test_agreements_to_countersign_have_a_card_of_their_own_and_are_told_once(signed_in):
    old, young, _binding = accepted("a"), accepted("b"), in_force("c")
    Agreement.objects.filter(pk=old.pk).update(accepted_at=timezone.now() - datetime.timedelta(days=4))

    response = signed_in("DPA signatory").get("/admin/")

    assert rows(response, "agreements") == [
        (old.reference, "accepted by the customer, waiting for 4 days", f"/admin/registry/agreement/{old.pk}/change/"),
        (
            young.reference,
            "accepted by the customer, waiting for less than a day",
            f"/admin/registry/agreement/{young.pk}/change/",
        ),
    ]
    assert [item.urgent for item in card(response, "agreements").items] == [True, False]
    assert "requests" in [found.key for found in response.context["calm"]]


def test_more_than_a_card_holds_is_counted(signed_in):
    for number in range(11):
        asked(str(number), number)

    found = card(signed_in("DPA officer").get("/admin/"), "requests")

    assert (found.count, len(found.items), found.more) == (11, 8, "And 3 more.")


def test_a_mail_that_was_refused_for_good_is_told(signed_in):
    request = asked("a", 1)
    Delivery.objects.create(kind="dpa-receipt", request=request, state="failed", problem="550")
    Delivery.objects.create(kind="dpa-notice", request=request, state="sent")

    assert rows(signed_in("DPA officer").get("/admin/"), "mails") == [
        (f"receipt to the requester: {request.reference}", "550", f"/admin/registry/dparequest/{request.pk}/change/")
    ]


def test_objections_without_an_answer_are_told_with_the_day_of_the_change(signed_in):
    client, objection, answered = signed_in("DPA officer"), verified("1"), verified("2")
    submit("3")
    objecting.answer(answered, objecting.version(answered), "Tere.", User.objects.get())
    comes = objection.release.in_force_existing_on
    address = f"/admin/registry/objection/{objection.pk}/change/"

    response = client.get("/admin/")

    day = f"{comes.day} {comes:%B %Y}"
    assert rows(response, "objections") == [
        (objection.reference, f"open, waiting for less than a day; in force from {day}", address)
    ]
    assert [item.urgent for item in card(response, "objections").items] == [False]
    Objection.objects.update(received_at=timezone.now() - datetime.timedelta(days=7))
    assert [item.urgent for item in card(client.get("/admin/"), "objections").items] == [True]


def test_an_objection_to_a_change_that_is_near_is_urgent(signed_in, monkeypatch):
    verified()
    near = verified("2").release.in_force_existing_on - datetime.timedelta(days=7)
    monkeypatch.setattr("registry.admin.dashboard.timezone.localdate", lambda: near)

    items = card(signed_in("publisher").get("/admin/"), "objections").items

    assert [item.urgent for item in items] == [True, True]


def test_an_announced_release_is_told_with_each_of_its_days(signed_in):
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", kind="service")
    release = publish()

    response = signed_in("auditor").get("/admin/")

    days = [
        day(found, "en")
        for found in (release.in_force_new_on, release.objection_deadline, release.in_force_existing_on)
    ]
    assert rows(response, "announced") == [
        ("Release 4", "", "/admin/registry/release/4/change/"),
        ("In force for new customers.", days[0], ""),
        ("Last day for objections.", days[1], ""),
        ("In force for existing customers. The policy page turns by itself, at midnight.", days[2], ""),
    ]
    assert card(response, "announced").urgent is False


def test_an_answer_that_came_back_is_told(signed_in):
    client, objection = signed_in("DPA officer"), verified()
    objecting.answer(objection, objecting.version(objection), "Tere.", User.objects.get())
    answer = objection.deliveries.get(kind="objection-answer")
    Delivery.objects.filter(pk=answer.pk).update(state="sent")

    came_back = rendering.message(answer).extra_headers["Message-ID"]
    report = Report(came_back, "", failed=True, permanent=True, at=None)
    assert bouncing.take(report) == bouncing.Outcome.HARD

    assert rows(client.get("/admin/"), "mails") == [
        (
            f"answer to the objector: {objection.reference}",
            "came back",
            f"/admin/registry/objection/{objection.pk}/change/",
        )
    ]


def test_what_ends_within_sixty_days_is_told_in_days(signed_in):
    today = ServiceProfile.load().today()
    day = datetime.timedelta(days=1)
    Safeguard.objects.filter(key="pci-dss").update(valid_until=today + day)
    Subprocessor.objects.filter(key="twilio").update(next_review=today - 3 * day, dpa_valid_until=today)

    response = signed_in("editor").get("/admin/")

    assert [(text, note.partition(", ")[2]) for text, note, _address in rows(response, "expiring")] == [
        ("Review: Twilio, Inc.", "3 days overdue"),
        ("Our DPA with a subprocessor: Twilio, Inc.", "today"),
        ("Certification: PCI DSS", "in 1 day"),
    ]


def test_warnings_lead_to_the_row_and_those_of_a_location_to_its_subprocessor(signed_in):
    ProcessingLocation.objects.filter(key="aws-eu-ireland").update(territory="")
    aws, own = (Subprocessor.objects.get(key=key) for key in ("aws", "quality-unit-sro"))

    told = {text: address for text, _note, address in rows(signed_in("editor").get("/admin/"), "warnings")}

    assert (
        told["Quality Unit, s.r.o. is the provider itself, yet it is listed as its own subprocessor."]
        == f"/admin/registry/subprocessor/{own.pk}/change/#id_legal_name"
    )
    assert (
        told["Amazon Web Services, LLC, location aws-eu-ireland: the place is not stated."]
        == f"/admin/registry/subprocessor/{aws.pk}/change/#locations-group"
    )


DRAFT = ["problems", "announced", "changes", "translations", "expiring", "warnings"]


@pytest.mark.parametrize(
    ("role", "keys"),
    [
        ("superuser", ["objections", "requests", "agreements", "mails", *DRAFT]),
        ("auditor", ["objections", "requests", "agreements", "mails", *DRAFT]),
        ("DPA officer", ["objections", "requests", "agreements", "mails", *DRAFT]),
        ("publisher", ["objections", *DRAFT]),
        ("editor", DRAFT),
        ("nobody", []),
    ],
)
def test_each_group_is_told_what_it_may_see(signed_in, role, keys):
    reference = asked("a", 1).reference

    response = signed_in(role).get("/admin/")

    assert sorted(card.key for card in [*response.context["attention"], *response.context["calm"]]) == sorted(keys)
    assert (reference in response.content.decode()) is ("requests" in keys)


def test_an_empty_registry_says_what_comes_first(signed_in, empty_registry):
    response = signed_in("superuser").get("/admin/")

    assert rows(response, "problems") == [
        ("There is no service profile yet. Add one first.", "", "/admin/registry/serviceprofile/add/")
    ]


def test_the_overview_costs_the_same_queries_for_few_rows_and_for_many(signed_in, django_assert_max_num_queries):
    client = signed_in("superuser")
    client.get("/admin/")
    asked("first", 1)
    Subprocessor.objects.create(key="s", legal_name="S", kind="service")
    with django_assert_max_num_queries(100) as few:
        client.get("/admin/")
    for number in range(6):
        Delivery.objects.create(kind="dpa-notice", request=asked(str(number), number), state="failed")
        subprocessor = Subprocessor.objects.create(
            key=f"s{number}", legal_name="S", kind="service", next_review=datetime.date(2020, 1, 1)
        )
        ProcessingLocation.objects.create(key=f"l{number}", subprocessor=subprocessor, territory="EU")
        PolicySection.objects.create(key=f"p{number}", heading_en="New", position=99)
    with django_assert_max_num_queries(100) as many:
        client.get("/admin/")

    assert len(few) == len(many) == 32

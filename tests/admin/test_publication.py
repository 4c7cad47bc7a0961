import datetime
import json
import re
import threading

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.urls import reverse

from registry.actions import publishing
from registry.models import (
    Language,
    PolicySection,
    ProcessingLocation,
    Release,
    ServiceProfile,
    Subprocessor,
    TranslationPin,
)
from tests.admin.pages import filled, two_subscribers
from tests.reading import read
from tests.releases import REASON

PUBLISH = "/admin/registry/release/publish/"
DAY = datetime.timedelta(days=1)
SUMMARY = {"en": "One.", "da": "En.", "hu": "Egy.", "lv": "Viens.", "et": "Üks.", "pt-br": "Um."}


@pytest.fixture
def changed(db):
    return Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")


def publish(client, **changes):
    """Look, change fields, click; where the page asks to look again, click once more."""
    answer = client.post(PUBLISH, filled(client.get(PUBLISH), **changes))
    again = answer.status_code == 200 and answer.context["again"]
    return client.post(PUBLISH, filled(answer)) if again else answer


def told(response):
    """What follows, as the page tells it: days and sentences."""
    return [(step.day, step.sentences) for step in response.context["steps"]]


def summaries(texts=SUMMARY):
    return {f"summary_{code}": text for code, text in texts.items()}


def reasons(texts=REASON):
    return {f"reason_{code}": text for code, text in texts.items()}


def today():
    return ServiceProfile.load().today()


def text(response):
    """A page as its reader sees it: without tags, one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_page_tells_what_changes_what_contradicts_itself_and_links_to_a_preview_in_every_language(
    signed_in, changed
):
    response = signed_in("publisher").get(PUBLISH)

    assert response.status_code == 200
    assert response.context["changes"] == ["New subprocessor: Example GmbH"]
    assert response.context["problems"] == []
    assert "Example GmbH: what it does is not stated." in [line.text for line in response.context["warnings"]]
    assert [(tag, where) for tag, _direction, _name, where in response.context["previews"]] == [
        (tag, f"/admin/registry/release/preview/{code}/")
        for tag, code in [("en", "en"), ("da", "da"), ("et", "et"), ("hu", "hu"), ("lv", "lv"), ("pt-BR", "pt-br")]
    ]
    assert [box.name for box in response.context["form"].summaries] == [
        "summary_en",
        "summary_da",
        "summary_et",
        "summary_hu",
        "summary_lv",
        "summary_pt-br",
    ]


def test_a_draft_that_changes_nothing_has_no_button(signed_in):
    response = signed_in("publisher").get(PUBLISH)

    assert "The draft says what the last release says. There is nothing to publish." in text(response)
    assert 'name="expected"' not in response.content.decode()


def test_publishing_freezes_the_draft_and_leads_to_the_release(signed_in, changed):
    client = signed_in("publisher")

    response = client.post(PUBLISH, filled(client.get(PUBLISH), **summaries()), follow=True)

    release = Release.objects.get(number=4)
    assert response.redirect_chain == [("/admin/registry/release/4/change/", 302)]
    assert json.loads(release.content)["summary"]["text"] == SUMMARY
    assert release.publication.by.username == "publisher"
    assert "Release 4 is published." in text(response)
    assert 'href="/en/releases/4/"' in response.content.decode()


def test_existing_customers_are_told_a_notice_period_before_and_the_page_says_what_follows(signed_in, changed):
    two_subscribers()
    client = signed_in("publisher")
    response = client.get(PUBLISH)

    assert told(response) == [
        (
            today(),
            [
                "Release 4 is published; nobody can change or remove it.",
                "2 subscribers are told by mail at once.",
                "The policy page says what will change.",
                "In force for new customers.",
            ],
        ),
        (today() + 29 * DAY, ["Last day for objections."]),
        (today() + 30 * DAY, ["In force for existing customers.", "The policy page turns by itself, at midnight."]),
    ]
    assert "Existing customers are told 30 days before it comes into force for them" in text(response)

    client.post(PUBLISH, filled(response))

    release = Release.objects.get(number=4)
    assert (release.announced_on, release.in_force_new_on) == (today(), today())
    assert (release.objection_deadline, release.in_force_existing_on) == (today() + 29 * DAY, today() + 30 * DAY)


def test_other_days_are_told_before_the_click_that_publishes_them(signed_in, changed):
    client = signed_in("publisher")
    days = {
        "in_force_new_on": str(today() + 40 * DAY),
        "in_force_on": str(today() + 45 * DAY),
        "objection_deadline": str(today() + 35 * DAY),
    }

    looked = client.post(PUBLISH, filled(client.get(PUBLISH), **days, **summaries()))

    assert Release.objects.count() == 3
    assert "Nothing is published yet. Look at what follows from the days you chose, then publish." in text(looked)
    assert [day for day, _sentences in told(looked)] == [today() + count * DAY for count in (0, 35, 40, 45)]

    client.post(PUBLISH, filled(looked))

    release = Release.objects.get(number=4)
    assert [str(getattr(release, name)) for name in ("in_force_new_on", "objection_deadline")] == [
        days["in_force_new_on"],
        days["objection_deadline"],
    ]
    assert str(release.in_force_existing_on) == days["in_force_on"]
    assert json.loads(release.content)["summary"]["text"] == SUMMARY


def test_one_may_look_at_what_follows_without_publishing(signed_in, changed):
    client = signed_in("publisher")

    looked = client.post(PUBLISH, filled(client.get(PUBLISH), look="1"))

    assert looked.status_code == 200
    assert len(told(looked)) == 3
    assert Release.objects.count() == 3


def test_days_left_empty_follow_from_the_rules(signed_in, changed):
    response = publish(signed_in("publisher"), in_force_on="", in_force_new_on="", objection_deadline="")

    assert response.status_code == 302
    release = Release.objects.get(number=4)
    assert (release.in_force_new_on, release.in_force_existing_on) == (today(), today() + 30 * DAY)
    assert release.objection_deadline == today() + 29 * DAY


def test_what_cannot_wait_is_in_force_today_for_a_reason_that_is_told(signed_in, changed):
    client = signed_in("publisher")

    looked = client.post(PUBLISH, filled(client.get(PUBLISH), kind="urgent", **reasons(), look="1"))

    assert told(looked) == [
        (
            today(),
            [
                "Release 4 is published; nobody can change or remove it.",
                "Nobody has subscribed to be told of it by mail.",
                "In force for all customers.",
            ],
        ),
        (today() + 30 * DAY, ["Last day for objections."]),
    ]

    client.post(PUBLISH, filled(looked))

    release = Release.objects.get(number=4)
    assert (release.kind, release.in_force_existing_on) == ("urgent", today())
    assert release.objection_deadline == today() + 30 * DAY
    assert json.loads(release.content)["reason"]["text"] == REASON


def test_an_urgent_replacement_without_its_reason_is_refused_beside_the_binding_language(signed_in, changed):
    response = publish(signed_in("publisher"), kind="urgent")

    assert response.context["form"].errors == {"reason_en": ["Say why this cannot wait: customers read the reason."]}
    assert Release.objects.count() == 3


def test_a_reason_that_was_typed_before_notice_was_chosen_is_no_part_of_the_release(signed_in, changed):
    publish(signed_in("publisher"), **reasons())

    assert json.loads(Release.objects.get(number=4).content)["reason"] is None


def test_what_only_takes_places_away_comes_into_force_today_and_offers_no_other_kind(signed_in):
    ProcessingLocation.objects.filter(key="aws-eu-ireland").update(listed=False)
    two_subscribers()
    client = signed_in("publisher")

    response = client.get(PUBLISH)

    assert "it needs no notice, and may come into force today." in text(response)
    assert 'value="urgent"' not in response.content.decode()
    assert told(response) == [
        (
            today(),
            [
                "Release 4 is published; nobody can change or remove it.",
                "1 subscriber is told by mail at once.",
                "In force for all customers.",
            ],
        )
    ]
    assert client.post(PUBLISH, filled(response)).status_code == 302
    release = Release.objects.get(number=4)
    assert (release.kind, release.in_force_existing_on, release.objection_deadline) == ("change", today(), None)


def test_while_a_release_is_announced_the_page_says_so_and_leads_to_what_can_be_done(signed_in, changed):
    publishing.publish()
    Subprocessor.objects.filter(key="example").update(legal_name="Example AG")
    section = PolicySection.objects.get(key="definition")
    section.heading_en += "!"
    section.meaning_kept = {"heading"}
    section.save()

    response = signed_in("publisher").get(PUBLISH)

    page = response.content.decode()
    assert "Release 4 is announced One release is announced at a time." in text(response)
    assert [link["href"] for link in read(page).one(class_="deeds").all("a")] == [
        "/admin/registry/release/4/change/",
        "/admin/registry/release/correct/",
        "/admin/registry/release/4/withdraw/",
    ]
    assert 'name="expected"' not in page


def test_whoever_looked_before_a_release_was_announced_keeps_what_was_typed(signed_in, changed):
    client = signed_in("publisher")
    data = filled(client.get(PUBLISH), **summaries())
    publishing.publish()
    Subprocessor.objects.filter(key="example").update(legal_name="Example AG")

    response = client.post(PUBLISH, data)
    again = client.post(PUBLISH, filled(response))

    assert response.status_code == 409
    assert filled(response)["summary_lv"] == "Viens."
    assert [line.text for line in again.context["problems"]] == [
        "Release 4 is announced and not yet in force. One announced release at a time: wait for its day, or withdraw "
        "it first."
    ]
    assert Release.objects.count() == 4


@pytest.mark.parametrize(
    ("field", "day", "said"),
    [
        ("in_force_on", "31.1.2027", "Enter a valid date."),
        ("in_force_on", "2027-02-30", "Enter a valid date."),
        ("in_force_on", "0000-00-00", "Enter a valid date."),
        ("in_force_on", "٢٠٢٧-٠١-٠١x", "Enter a valid date."),
        ("in_force_new_on", "2025-01-01", "A release cannot come into force on a day in the past."),
        (
            "in_force_new_on",
            "2999-01-01",
            "New customers never get a release later than existing ones. Choose an earlier day.",
        ),
        ("objection_deadline", "2025-01-01", "Objections cannot end on a day in the past."),
        (
            "objection_deadline",
            "2999-01-01",
            "Objections end before the release is in force for existing customers, or on that day.",
        ),
    ],
)
def test_a_bad_day_is_told_beside_its_field_and_loses_nothing(signed_in, changed, field, day, said):
    client = signed_in("publisher")
    data = filled(client.get(PUBLISH), **{field: day}, **summaries())

    response = client.post(PUBLISH, data)

    assert response.status_code == 200
    assert response.context["form"].errors == {field: [said]}
    assert "It is told here once the days above are right." in text(response)
    kept = filled(response)
    assert {name: kept[name] for name in summaries()} == summaries()
    assert kept[field] == day
    assert Release.objects.count() == 3


def test_a_bad_day_of_an_urgent_replacement_is_told_beside_its_own_field(signed_in, changed):
    client = signed_in("publisher")

    response = client.post(
        PUBLISH, filled(client.get(PUBLISH), kind="urgent", urgent_in_force_on="2025-01-01", **reasons())
    )

    assert response.context["form"].errors == {
        "urgent_in_force_on": ["A release cannot come into force on a day in the past."]
    }
    assert filled(response)["reason_lv"] == REASON["lv"]


def test_both_clocks_are_told_of_where_one_day_is_wrong_for_both(signed_in, changed):
    client = signed_in("publisher")

    response = client.post(PUBLISH, filled(client.get(PUBLISH), in_force_on="2025-01-01"))

    assert response.context["form"].errors == {
        "in_force_on": ["A release cannot come into force on a day in the past."],
        "in_force_new_on": ["New customers never get a release later than existing ones. Choose an earlier day."],
    }


def test_too_little_notice_is_told_with_the_first_day_that_will_do(signed_in, changed):
    client = signed_in("publisher")

    response = client.post(PUBLISH, filled(client.get(PUBLISH), in_force_on=str(today() + 29 * DAY)))

    (said,) = response.context["form"].errors["in_force_on"]
    assert said.startswith("Customers are told of this change at least 30 days before it. Choose ")


@pytest.mark.parametrize(
    ("texts", "errors"),
    [
        (
            {**SUMMARY, "hu": ""},
            {"summary_hu": ["Summary of the release: the translation is missing. Language: Hungarian."]},
        ),
        ({"da": "En."}, {"summary_en": ["Summary of the release: the source text is missing."]}),
        (
            {**SUMMARY, "lv": "Viens {service}."},
            {
                "summary_lv": [
                    "Summary of the release: its placeholders are not those of the source. Language: Latvian."
                ]
            },
        ),
        (
            {**SUMMARY, "en": "x" * 4001},
            {"summary_en": ["Ensure this value has at most 4000 characters (it has 4001)."]},
        ),
    ],
)
def test_a_summary_is_checked_and_its_problem_stands_beside_its_language(signed_in, changed, texts, errors):
    client = signed_in("publisher")

    response = client.post(PUBLISH, filled(client.get(PUBLISH), **summaries(texts)))

    assert response.status_code == 200
    assert response.context["form"].errors == errors
    assert Release.objects.count() == 3


def test_a_summary_that_no_text_can_hold_is_refused(signed_in, changed):
    client = signed_in("publisher")

    response = client.post(PUBLISH, filled(client.get(PUBLISH), **summaries({**SUMMARY, "en": "One\x00"})))

    assert response.status_code == 400
    assert Release.objects.count() == 3


def test_what_keeps_the_draft_from_being_published_links_to_where_it_is_mended(signed_in, changed):
    section = PolicySection.objects.get(key="definition")
    section.body_lv = ""
    section.save()
    client = signed_in("publisher")

    looked = client.get(PUBLISH)
    refused = client.post(PUBLISH, filled(looked))

    mended = "/admin/registry/translationpin/lv/?at=sections%2Fdefinition%2Fbody#sections/definition/body"
    for response in (looked, refused):
        assert response.context["problems"] == []
        assert [(held.name, held.count) for held in response.context["held"]] == [("Latvian", 1)]
        assert f'<a href="{mended}">Policy section definition, body</a> <span class="pill">missing</span>' in (
            response.content.decode()
        )
    told = "Nothing was published, and what you typed is still here."
    assert (told in text(looked), told in text(refused)) == (False, True)
    assert Release.objects.count() == 3


def test_a_source_that_is_missing_is_mended_in_its_form_under_its_own_language(signed_in, changed):
    PolicySection.objects.filter(key="definition").update(body_en="")
    section = PolicySection.objects.get(key="definition")

    response = signed_in("publisher").get(PUBLISH)

    (held,) = response.context["held"]
    where = reverse("admin:registry_policysection_change", args=[section.pk]) + "#id_body_en"
    assert [(line.text, line.address, line.state) for line in held.lines] == [
        ("Policy section definition, body: the source text is missing.", where, None)
    ]
    assert held.name == "English"


def test_a_long_list_of_one_language_folds_after_some(signed_in, changed):
    for section in PolicySection.objects.listed():
        section.body_en += " More."
        section.save()
    count = PolicySection.objects.listed().count()

    response = signed_in("publisher").get(PUBLISH)

    held = response.context["held"][0]
    assert (held.count, len(held.first), len(held.rest)) == (count, 8, count - 8)
    assert f"<summary>And {count - 8} more.</summary>" in response.content.decode()


def test_before_publishing_with_the_notice_the_page_tells_what_readers_will_see_with_a_mark(signed_in, changed):
    Language.objects.update(when_incomplete="notice")
    Language.objects.filter(code="da").update(when_incomplete="block")
    section = PolicySection.objects.get(key="definition")
    section.heading_en += " today"
    section.body_hu = ""
    section.save()

    response = signed_in("publisher").get(PUBLISH)

    assert [(found.code, found.count) for found in response.context["held"]] == [("da", 1)]
    marked = response.context["marked"]
    assert [(found.code, [(line.text, line.state) for line in found.lines]) for found in marked] == [
        ("et", [("Policy section definition, heading", "outdated")]),
        (
            "hu",
            [("Policy section definition, heading", "outdated"), ("Policy section definition, body", "missing")],
        ),
        ("lv", [("Policy section definition, heading", "outdated")]),
        ("pt-br", [("Policy section definition, heading", "outdated")]),
    ]
    assert "What readers will see with a mark" in text(response)


def test_an_approval_alone_is_nothing_to_publish(signed_in):
    TranslationPin.objects.filter(language="da").update(status="approved")

    response = signed_in("publisher").get(PUBLISH)

    assert "There is nothing to publish." in text(response)


def test_another_order_alone_can_be_published_and_is_told(signed_in):
    last = PolicySection.objects.order_by("position").last()
    last.position = 0
    last.save()
    client = signed_in("publisher")

    response = client.get(PUBLISH)

    assert "No fact and no text differs from the last release, but their order does." in text(response)
    assert client.post(PUBLISH, filled(response)).status_code == 302


def test_a_draft_that_moved_is_refused_with_who_changed_what_and_nothing_typed_is_lost(signed_in, changed):
    client = signed_in("publisher")
    data = filled(client.get(PUBLISH), in_force_on="2030-01-01", **summaries())
    anna = User.objects.create_user("anna")
    section = PolicySection.objects.get(key="definition")
    section._history_user = anna
    section.body_en += " More."
    section.meaning_kept = {"body"}
    section.save()

    response = client.post(PUBLISH, data)

    assert response.status_code == 409
    assert str(response.context["moved"]) == ("The draft has changed since you looked at it. Look again, then publish.")
    assert [(e.label, e.name, e.by) for e in response.context["edits"]] == [("policy section", "definition", "anna")]
    kept = filled(response)
    assert kept["in_force_on"] == "2030-01-01"
    assert {name: kept[name] for name in summaries()} == summaries()
    assert Release.objects.count() == 3

    again = client.post(PUBLISH, kept)

    assert again.status_code == 302
    assert Release.objects.count() == 4


def test_a_draft_that_moved_is_told_also_where_the_day_is_bad(signed_in, changed):
    client = signed_in("publisher")
    data = filled(client.get(PUBLISH), in_force_on="never")
    Subprocessor.objects.filter(key="example").update(legal_name="Example AG")

    response = client.post(PUBLISH, data)

    assert response.status_code == 409
    assert response.context["form"].errors == {"in_force_on": ["Enter a valid date."]}
    assert response.context["moved"] is not None


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"expected": ""},
        {"expected": "4-" + "0" * 64},
        {"looked_at": "x\x01"},
        {"kind": "editorial"},
        {"told": "change"},
    ],
)
def test_a_form_that_names_no_draft_publishes_nothing(signed_in, changed, forged):
    client = signed_in("publisher")

    response = client.post(PUBLISH, {"kind": "change", "in_force_on": str(today()), **forged})

    assert response.status_code == 409
    assert Release.objects.count() == 3


def test_the_second_click_of_one_person_leads_to_the_release_of_the_first(signed_in, changed):
    client = signed_in("publisher")
    data = filled(client.get(PUBLISH))

    first, second = client.post(PUBLISH, data), client.post(PUBLISH, data)

    assert (first.status_code, second.status_code) == (302, 302)
    assert second.headers["Location"] == "/admin/registry/release/4/change/"
    assert Release.objects.count() == 4


def test_a_second_publisher_of_the_same_draft_is_told_that_it_is_published(signed_in, changed):
    one, other = signed_in("publisher", "one"), signed_in("publisher", "other")
    data, same = filled(one.get(PUBLISH)), filled(other.get(PUBLISH))
    one.post(PUBLISH, data)

    response = other.post(PUBLISH, {**same, **summaries()})

    assert response.status_code == 409
    assert str(response.context["moved"]) == "Release 4 was published since you looked. Look at it, then publish again."
    assert filled(response)["summary_lv"] == "Viens."
    assert Release.objects.count() == 4


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_publishers_at_the_same_moment_one_wins_and_the_other_is_told():
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    clients = []
    for name in ("one", "other"):
        user = User.objects.create_user(name, is_staff=True)
        user.groups.add(Group.objects.get(name="publisher"))
        clients.append(Client())
        clients[-1].force_login(user)
    forms = [filled(client.get(PUBLISH), **summaries()) for client in clients]
    barrier, statuses = threading.Barrier(2), []

    def click(client, data):
        try:
            barrier.wait()
            statuses.append(client.post(PUBLISH, data).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=pair) for pair in zip(clients, forms, strict=True)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(statuses) == [302, 409]
    assert Release.objects.count() == 4


def test_a_registry_without_profile_says_what_comes_first(signed_in, empty_registry):
    client = signed_in("publisher")

    response = client.get(PUBLISH)

    assert response.status_code == 200
    assert [line.text for line in response.context["problems"]] == ["There is no service profile yet. Add one first."]
    assert client.post(PUBLISH, {}).status_code == 200


def test_the_first_release_has_nothing_before_it(signed_in, empty_registry):
    ServiceProfile.objects.create(provider="P", service="S", service_address="s", contact="c@example.com")
    Language.objects.create(code="en", public=True)
    PolicySection.objects.create(key="about", heading_en="About", body_en="{service}")
    client = signed_in("publisher")

    response = client.get(PUBLISH)

    assert response.context["changes"] == ["New section: About"]
    assert client.post(PUBLISH, filled(response, summary_en="First.")).status_code == 302
    assert publishing.changes_since(Release.objects.get(number=1), publishing.preview()) == []


def test_looking_changes_nothing(signed_in, changed):
    signed_in("publisher").get(PUBLISH)

    assert Release.objects.count() == 3


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("superuser", True),
        ("publisher", True),
        ("editor", False),
        ("DPA officer", False),
        ("auditor", False),
        ("nobody", False),
    ],
)
def test_only_those_publish_who_may(signed_in, changed, role, may):
    client, other = signed_in(role), signed_in("publisher", "another")
    data = filled(other.get(PUBLISH))

    assert client.get(PUBLISH).status_code == (200 if may else 403)
    assert client.post(PUBLISH, data).status_code == (302 if may else 403)
    assert Release.objects.count() == (4 if may else 3)


def test_whoever_is_not_signed_in_is_asked_to(client, db):
    assert client.get(PUBLISH).headers["Location"] == f"/admin/login/?next={PUBLISH}"

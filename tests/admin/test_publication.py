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
from registry.models import Language, PolicySection, Release, ServiceProfile, Subprocessor, TranslationPin, guards
from tests.reading import read

PUBLISH = "/admin/registry/release/publish/"
VERIFY = "/admin/registry/release/verify/"
SUMMARY = {"en": "One.", "da": "En.", "hu": "Egy.", "lv": "Viens.", "et": "Üks.", "pt-br": "Um."}


@pytest.fixture
def changed(db):
    return Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")


def typed(response, **values):
    """What a browser would post from a page: its hidden fields, its day, and what somebody types."""
    page = response.content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(expected|looked_at)" value="([^"]*)"', page))
    return {**hidden, "in_force_on": str(today()), **values}


def summaries(texts=SUMMARY):
    return {f"summary_{code}": text for code, text in texts.items()}


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
    assert list(response.context["form"].fields)[3:] == [
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
    data = typed(client.get(PUBLISH), **summaries())

    response = client.post(PUBLISH, data, follow=True)

    release = Release.objects.get(number=4)
    assert response.redirect_chain == [("/admin/registry/release/4/change/", 302)]
    assert json.loads(release.content)["summary"]["text"] == SUMMARY
    assert release.publication.by.username == "publisher"
    assert release.in_force_existing_on == today()
    assert "Release 4 is published." in text(response)
    assert 'href="/en/releases/4/"' in response.content.decode()


def test_a_release_may_be_announced_for_a_later_day(signed_in, changed):
    client = signed_in("publisher")
    later = today() + datetime.timedelta(days=30)

    client.post(PUBLISH, typed(client.get(PUBLISH), in_force_on=str(later)))

    release = Release.objects.get(number=4)
    assert (release.announced_on, release.in_force_existing_on) == (today(), later)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("", "This field is required."),
        ("31.1.2027", "Enter a valid date."),
        ("2027-02-30", "Enter a valid date."),
        ("0000-00-00", "Enter a valid date."),
        ("٢٠٢٧-٠١-٠١x", "Enter a valid date."),
        ("2025-01-01", "A release cannot come into force on a day in the past."),
    ],
)
def test_a_bad_day_is_told_beside_its_field_and_loses_nothing(signed_in, changed, day, told):
    client = signed_in("publisher")
    data = typed(client.get(PUBLISH), in_force_on=day, **summaries())

    response = client.post(PUBLISH, data)

    assert response.status_code == 200
    assert response.context["form"].errors == {"in_force_on": [told]}
    for code, summary in SUMMARY.items():
        assert f">\n{summary}</textarea>" in response.content.decode(), code
    assert Release.objects.count() == 3


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

    response = client.post(PUBLISH, typed(client.get(PUBLISH), **summaries(texts)))

    assert response.status_code == 200
    assert response.context["form"].errors == errors
    assert Release.objects.count() == 3


def test_a_summary_that_no_text_can_hold_is_refused(signed_in, changed):
    client = signed_in("publisher")

    response = client.post(PUBLISH, typed(client.get(PUBLISH), **summaries({**SUMMARY, "en": "One\x00"})))

    assert response.status_code == 400
    assert Release.objects.count() == 3


def test_what_keeps_the_draft_from_being_published_links_to_where_it_is_mended(signed_in, changed):
    section = PolicySection.objects.get(key="definition")
    section.body_lv = ""
    section.save()
    client = signed_in("publisher")

    looked = client.get(PUBLISH)
    refused = client.post(PUBLISH, typed(looked))

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
    assert client.post(PUBLISH, typed(response)).status_code == 302


def test_a_draft_that_moved_is_refused_with_who_changed_what_and_nothing_typed_is_lost(signed_in, changed):
    client = signed_in("publisher")
    data = typed(client.get(PUBLISH), in_force_on="2030-01-01", **summaries())
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
    page = response.content.decode()
    assert 'value="2030-01-01"' in page
    for summary in SUMMARY.values():
        assert f">\n{summary}</textarea>" in page
    assert Release.objects.count() == 3

    again = client.post(PUBLISH, {**data, **typed(response, in_force_on="2030-01-01")})

    assert again.status_code == 302
    assert Release.objects.count() == 4


def test_a_draft_that_moved_is_told_also_where_the_day_is_bad(signed_in, changed):
    client = signed_in("publisher")
    data = typed(client.get(PUBLISH), in_force_on="never")
    Subprocessor.objects.filter(key="example").update(legal_name="Example AG")

    response = client.post(PUBLISH, data)

    assert response.status_code == 409
    assert response.context["form"].errors == {"in_force_on": ["Enter a valid date."]}
    assert response.context["moved"] is not None


@pytest.mark.parametrize("forged", [{}, {"expected": ""}, {"expected": "4-" + "0" * 64}, {"looked_at": "x\x01"}])
def test_a_form_that_names_no_draft_publishes_nothing(signed_in, changed, forged):
    client = signed_in("publisher")

    response = client.post(PUBLISH, {"in_force_on": str(today()), **forged})

    assert response.status_code == 409
    assert Release.objects.count() == 3


def test_the_second_click_of_one_person_leads_to_the_release_of_the_first(signed_in, changed):
    client = signed_in("publisher")
    data = typed(client.get(PUBLISH))

    first, second = client.post(PUBLISH, data), client.post(PUBLISH, data)

    assert (first.status_code, second.status_code) == (302, 302)
    assert second.headers["Location"] == "/admin/registry/release/4/change/"
    assert Release.objects.count() == 4


def test_a_second_publisher_of_the_same_draft_is_told_that_it_is_published(signed_in, changed):
    one, other = signed_in("publisher", "one"), signed_in("publisher", "other")
    data, same = typed(one.get(PUBLISH)), typed(other.get(PUBLISH))
    one.post(PUBLISH, data)

    response = other.post(PUBLISH, {**same, **summaries()})

    assert response.status_code == 409
    assert str(response.context["moved"]) == "Release 4 was published since you looked. Look at it, then publish again."
    assert ">\nViens.</textarea>" in response.content.decode()
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
    forms = [typed(client.get(PUBLISH), **summaries()) for client in clients]
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
    assert client.get("/admin/registry/release/preview/en/").status_code == 404
    assert client.get(VERIFY).status_code == 200


def test_the_first_release_has_nothing_before_it(signed_in, empty_registry):
    ServiceProfile.objects.create(provider="P", service="S", service_address="s", contact="c@example.com")
    Language.objects.create(code="en", public=True)
    PolicySection.objects.create(key="about", heading_en="About", body_en="{service}")
    client = signed_in("publisher")

    response = client.get(PUBLISH)

    assert response.context["changes"] == ["New section: About"]
    assert client.post(PUBLISH, typed(response, summary_en="First.")).status_code == 302
    assert publishing.changes_since(Release.objects.get(number=1), publishing.preview()) == []


@pytest.mark.parametrize("language", ["en", "da", "hu", "lv", "et", "pt-br"])
def test_the_preview_shows_the_draft_in_a_language_to_staff_alone(signed_in, changed, language):
    response = signed_in("publisher").get(f"/admin/registry/release/preview/{language}/")

    page = response.content.decode()
    assert response.status_code == 200
    assert 'data-subprocessor="example"' in page
    assert 'data-release="4"' in page
    assert "data-preview" in page
    assert '<meta name="robots" content="noindex">' in page
    assert "no-store" in response.headers["Cache-Control"]
    assert "private" in response.headers["Cache-Control"]
    assert "public" not in response.headers["Cache-Control"]
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"


def test_the_switcher_of_a_preview_stays_among_previews_and_its_mark_speaks_to_staff(signed_in, changed):
    response = signed_in("publisher").get("/admin/registry/release/preview/da/", headers={"accept-language": "en"})

    page = response.content.decode()
    assert re.findall(r'href="(/admin/registry/release/preview/[^"]+)"', page) == [
        f"/admin/registry/release/preview/{code}/" for code in ("da", "et", "en", "lv", "hu", "pt-br")
    ]
    assert "Preview of the draft. Nothing here is published." in page
    assert '<html lang="da"' in page


@pytest.mark.parametrize("language", ["de", "xx", "en-GB", "..", "a" * 300])
def test_a_language_that_is_not_public_has_no_preview(signed_in, language):
    assert signed_in("publisher").get(f"/admin/registry/release/preview/{language}/").status_code == 404


def test_looking_changes_nothing(signed_in, changed):
    client = signed_in("publisher")

    for address in (PUBLISH, VERIFY, "/admin/registry/release/preview/en/"):
        client.get(address)

    assert Release.objects.count() == 3


def test_the_chain_is_verified_and_the_result_shown(signed_in):
    client = signed_in("auditor")

    holds = text(client.get(VERIFY))

    assert "The chain holds. 3 releases were verified" in holds
    assert Release.objects.newest().digest in holds


def test_a_broken_chain_is_told(signed_in):
    with guards.lifted():
        Release.objects.filter(number=2).update(digest="0" * 64)

    told = text(signed_in("auditor").get(VERIFY))

    assert "The chain is broken." in told
    assert "Release 2: its digest is not that of its content." in told
    assert "Release 3: it does not follow the release before it." in told


@pytest.mark.parametrize(
    ("role", "publish", "verify"),
    [
        ("superuser", 200, 200),
        ("publisher", 200, 200),
        ("editor", 403, 200),
        ("DPA officer", 403, 200),
        ("auditor", 403, 200),
        ("nobody", 403, 403),
    ],
)
def test_each_group_reaches_what_its_work_needs(signed_in, changed, role, publish, verify):
    client = signed_in(role)
    data = {"in_force_on": str(today()), "expected": publishing.draft_digest(publishing.preview())}

    assert client.get(PUBLISH).status_code == publish
    assert client.get("/admin/registry/release/preview/en/").status_code == publish
    assert client.get(VERIFY).status_code == verify
    assert client.post(PUBLISH, data).status_code == (302 if publish == 200 else 403)
    assert Release.objects.count() == (4 if publish == 200 else 3)


def test_whoever_is_not_signed_in_is_asked_to(client, db):
    for address in (PUBLISH, VERIFY, "/admin/registry/release/preview/en/"):
        assert client.get(address).headers["Location"] == f"/admin/login/?next={address}"


def test_a_preview_leads_to_no_page_that_does_not_exist_yet(signed_in, changed):
    page = signed_in("publisher").get("/admin/registry/release/preview/en/").text

    assert "Release 4" in page
    assert "/releases/4" not in page


def test_a_preview_marks_what_the_draft_leaves_behind_and_tells_each_languages_share(signed_in, changed):
    section = PolicySection.objects.get(key="definition")
    section.heading_en += " today"
    section.save()

    root = read(signed_in("publisher").get("/admin/registry/release/preview/hu/").content.decode())

    assert root.one(data_outdated="1").one("a")["href"] == "#text:section:definition:heading"
    assert root.one("span", data_state="outdated").text == "Az alprocesszor fogalma"
    shares = {share["id"]: share.text for share in root.all("span", class_="share")}
    assert shares["share:hu"].endswith("98%")
    assert shares["share:hu"] == shares["share:et"]

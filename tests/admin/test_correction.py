import json
import re
import threading

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client

from registry.actions import publishing
from registry.exchange.content import decode, rows
from registry.models import Language, PolicySection, Question, Release, ServiceProfile, Subprocessor
from tests.admin.pages import filled, two_subscribers
from tests.reading import read

CORRECT = "/admin/registry/release/correct/"
HEADING, BODY = "sections/definition/heading", "sections/definition/body"
SUMMARY = {"en": "One.", "da": "En.", "hu": "Egy.", "lv": "Viens.", "et": "Üks.", "pt-br": "Um."}


def reword(field="heading", key="definition"):
    """The draft with other words in each language."""
    section = PolicySection.objects.get(key=key)
    for code in ("en", "da", "hu", "lv", "et", "pt_br"):
        setattr(section, f"{field}_{code}", f"{getattr(section, f'{field}_{code}')}!")
    section.save()
    return section


@pytest.fixture
def reworded(db):
    return reword()


def announce():
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    return publishing.publish()


def summaries():
    return {f"summary_{code}": text for code, text in SUMMARY.items()}


def text(response):
    """A page as its reader sees it: without tags, one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def said(number, key, language="en"):
    noun, name, field = key.split("/")
    return rows(decode(Release.objects.get(number=number).content), noun)[name][0][field]["text"][language]


def offered(response):
    """The passages of the page: each with whether it can be chosen, and whether it is."""
    found = {}
    for row in read(response.content.decode()).all(class_="rewording"):
        boxes = [box for box in row.all("input") if box["name"] == "passages"]
        found[row["data-passage"]] = ["checked" in box.attributes for box in boxes]
    return found


def test_a_passage_is_shown_with_the_words_that_change_in_every_language(signed_in, reworded):
    response = signed_in("publisher").get(CORRECT)

    row = read(response.content.decode()).one(data_passage=HEADING)
    assert row.one("label").text == "Policy section definition, heading"
    assert row.all(class_="wording", lang="en")[0].one("ins").text == "!"
    assert {found["lang"] for found in row.all("dd", class_="wording")} == {"da", "hu", "lv", "et", "pt-BR"}
    assert row.one("summary").text == "5 translations change"
    assert row.one("a")["href"].endswith("/change/#id_heading_en")
    assert row.all("del") == []


def test_the_only_passage_is_chosen_and_of_several_none(signed_in, reworded):
    client = signed_in("publisher")
    alone = offered(client.get(CORRECT))
    reword("body")

    assert alone == {HEADING: [True]}
    assert offered(client.get(CORRECT)) == {HEADING: [False], BODY: [False]}


def test_facts_new_rows_and_what_says_the_same_are_not_offered(signed_in):
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    Question.objects.create(key="new", question_en="New?", answer_en="Yes.")

    response = signed_in("publisher").get(CORRECT)

    assert "The draft says no passage in force in other words." in text(response)
    assert 'name="expected"' not in response.content.decode()


def test_what_is_chosen_is_in_force_at_once_and_leads_to_its_release(signed_in, reworded):
    reword("body")
    client = signed_in("publisher")
    old = said(3, BODY)

    response = client.post(CORRECT, filled(client.get(CORRECT), passages=[HEADING], **summaries()), follow=True)

    release = Release.objects.get(number=4)
    assert response.redirect_chain == [("/admin/registry/release/4/change/", 302)]
    assert "The wording is corrected: release 4 is in force." in text(response)
    assert (release.kind, release.in_force_existing_on) == ("editorial", ServiceProfile.load().today())
    assert release.publication.by.username == "publisher"
    assert json.loads(release.content)["summary"]["text"] == SUMMARY
    assert (said(4, HEADING, "lv"), said(4, BODY)) == (reworded.heading_lv, old)


def test_what_follows_is_told_before_the_click(signed_in, reworded):
    two_subscribers()

    assert signed_in("publisher").get(CORRECT).context["follows"] == [
        "Release 4 is in force at once for all customers: their release, with the passages chosen.",
        "Nothing else of the draft is published.",
        "1 subscriber is told by mail at once.",
    ]


def test_a_wording_that_is_announced_already_is_told_so_and_is_not_chosen(signed_in, reworded):
    announce()
    client = signed_in("publisher")
    page = client.get(CORRECT)

    assert offered(page) == {HEADING: [False]}
    assert "The announced release says it so already. Choose it only if it needs no notice." in text(page)

    client.post(CORRECT, filled(page, passages=[HEADING]))

    assert said(5, HEADING) == said(6, HEADING) == reworded.heading_en


def test_the_announced_release_goes_on_under_another_number_and_the_page_says_so(signed_in):
    announce()
    reworded = reword()
    client = signed_in("publisher")
    page = client.get(CORRECT)

    assert page.context["follows"] == [
        "Release 5 is in force at once for existing customers: their release, with the passages chosen.",
        "Nothing else of the draft is published.",
        "Release 4, which is announced, goes on as release 6, with the same passages and days.",
        "New customers get release 6.",
        "Nobody has subscribed to be told of it by mail.",
    ]

    client.post(CORRECT, filled(page))

    assert said(5, HEADING) == said(6, HEADING) == reworded.heading_en
    assert [(row.kind, row.ends_id) for row in Release.objects.filter(number__gt=4).order_by("number")] == [
        ("editorial", None),
        ("change", 4),
    ]


def test_nothing_chosen_is_told_and_loses_nothing(signed_in, reworded):
    reword("body")
    client = signed_in("publisher")

    response = client.post(CORRECT, filled(client.get(CORRECT), **summaries()))

    assert response.status_code == 200
    assert [line.text for line in response.context["problems"]] == ["Choose at least one passage."]
    kept = filled(response)
    assert {name: kept[name] for name in summaries()} == summaries()
    assert Release.objects.count() == 3


def test_a_passage_that_lacks_a_translation_cannot_be_chosen_and_leads_to_where_it_is_mended(signed_in, reworded):
    PolicySection.objects.filter(pk=reworded.pk).update(heading_lv="")
    client = signed_in("publisher")

    response = client.get(CORRECT)

    assert offered(response) == {HEADING: []}
    row = read(response.content.decode()).one(data_passage=HEADING)
    entry = row.one(class_="entries")
    assert entry.text == "Policy section definition, heading missing"
    assert entry.one("a")["href"].startswith("/admin/registry/translationpin/lv/")

    forged = client.post(CORRECT, filled(response, passages=[HEADING]))

    assert [(held.name, held.count) for held in forged.context["held"]] == [("Latvian", 1)]
    assert Release.objects.count() == 3


def test_a_translation_that_the_source_leaves_behind_is_told(signed_in):
    Language.objects.update(when_incomplete="notice")
    section = PolicySection.objects.get(key="definition")
    section.heading_en += "!"
    section.save()

    row = read(signed_in("publisher").get(CORRECT).content.decode()).one(data_passage=HEADING)

    assert [pill.text for pill in row.all(class_="pill")] == ["outdated"] * 5
    assert row.all("dd")[0].text == "The text stays as it is, and readers are told how it stands."


def test_a_translation_alone_may_be_corrected(signed_in):
    section = PolicySection.objects.get(key="definition")
    section.heading_lv += "!"
    section.save()
    client = signed_in("publisher")
    page = client.get(CORRECT)

    assert "The text in the binding language stays as it is. Language: English." in text(page)
    assert "1 translation changes" in text(page)

    client.post(CORRECT, filled(page))

    assert (said(4, HEADING, "lv"), said(4, HEADING)) == (section.heading_lv, said(3, HEADING))


def test_a_draft_that_moved_is_refused_with_who_changed_what_and_nothing_typed_is_lost(signed_in, reworded):
    client = signed_in("publisher")
    data = filled(client.get(CORRECT), **summaries())
    reword("body")

    response = client.post(CORRECT, data)

    assert response.status_code == 409
    assert str(response.context["moved"]) == "The draft has changed since you looked at it. Look again, then publish."
    assert [(edit.label, edit.name) for edit in response.context["edits"]] == [("policy section", "definition")]
    assert offered(response) == {HEADING: [True], BODY: [False]}
    kept = filled(response)
    assert {name: kept[name] for name in summaries()} == summaries()
    assert Release.objects.count() == 3
    assert client.post(CORRECT, kept).status_code == 302


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"expected": ""},
        {"expected": "4-" + "0" * 64},
        {"expected": "9999999999999999999999-x"},
        {"expected": "-"},
        {"looked_at": "x\x01"},
    ],
)
def test_a_form_that_names_no_draft_corrects_nothing(signed_in, reworded, forged):
    response = signed_in("publisher").post(CORRECT, {"passages": [HEADING], **forged})

    assert response.status_code == 409
    assert Release.objects.count() == 3


def test_a_passage_that_is_none_is_refused(signed_in, reworded):
    client = signed_in("publisher")

    response = client.post(CORRECT, filled(client.get(CORRECT), passages=["sections/<b>/body"]))

    assert "The draft does not say this passage in other words: sections/&lt;b&gt;/body" in response.content.decode()
    assert Release.objects.count() == 3


def test_the_second_click_of_one_person_leads_to_the_release_of_the_first(signed_in, reworded):
    client = signed_in("publisher")
    data = filled(client.get(CORRECT))

    first, second = client.post(CORRECT, data), client.post(CORRECT, data)

    assert (first.status_code, second.status_code) == (302, 302)
    assert second.headers["Location"] == "/admin/registry/release/4/change/"
    assert Release.objects.count() == 4


def test_somebody_else_who_corrects_the_same_is_told_that_it_is_corrected(signed_in, reworded):
    one, other = signed_in("publisher", "one"), signed_in("publisher", "other")
    data, same = filled(one.get(CORRECT)), filled(other.get(CORRECT), **summaries())
    one.post(CORRECT, data)

    response = other.post(CORRECT, same)

    assert response.status_code == 409
    assert str(response.context["moved"]) == "Release 4 was published since you looked. Look at it, then publish again."
    assert filled(response)["summary_lv"] == "Viens."
    assert Release.objects.count() == 4


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_who_correct_at_the_same_moment_one_wins_and_the_other_is_told():
    reword()
    clients = []
    for name in ("one", "other"):
        user = User.objects.create_user(name, is_staff=True)
        user.groups.add(Group.objects.get(name="publisher"))
        clients.append(Client())
        clients[-1].force_login(user)
    forms = [filled(client.get(CORRECT)) for client in clients]
    barrier, statuses = threading.Barrier(2), []

    def click(client, data):
        try:
            barrier.wait()
            statuses.append(client.post(CORRECT, data).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=pair) for pair in zip(clients, forms, strict=True)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(statuses) == [302, 409]
    assert Release.objects.count() == 4


def test_before_anything_is_in_force_there_is_nothing_to_correct(signed_in, empty_registry):
    client = signed_in("publisher")

    assert [line.text for line in client.get(CORRECT).context["problems"]] == [
        "There is no service profile yet. Add one first."
    ]

    ServiceProfile.objects.create(provider="P", service="S", service_address="s", contact="c@example.com")
    Language.objects.create(code="en", public=True)
    PolicySection.objects.create(key="about", heading_en="About", body_en="{service}")

    assert "No release is in force yet: there is nothing to correct." in text(client.get(CORRECT))
    assert client.post(CORRECT, {}).status_code == 409


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
def test_only_those_correct_who_may_publish(signed_in, reworded, role, may):
    client, other = signed_in(role), signed_in("publisher", "another")
    data = filled(other.get(CORRECT))

    assert client.get(CORRECT).status_code == (200 if may else 403)
    assert Release.objects.count() == 3
    assert client.post(CORRECT, data).status_code == (302 if may else 403)
    assert Release.objects.count() == (4 if may else 3)


def test_whoever_is_not_signed_in_is_asked_to(client, db):
    assert client.get(CORRECT).headers["Location"] == f"/admin/login/?next={CORRECT}"

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from registry.actions.publishing import draft
from registry.actions.translating import Passage, passages
from registry.models import Language, PolicySection, ServiceProfile, Subprocessor, TranslationPin, Translator
from tests.reading import Element, read

from .pages import NOUNS, at

MATRIX = "/admin/registry/translationpin/"
BODY = "sections/definition/body"
HEADING = "sections/definition/heading"
FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture
def anna(signed_in):
    """A translator of Latvian."""
    client = signed_in("translator", "anna")
    Translator.objects.create(user=User.objects.get(username="anna")).languages.set(Language.objects.filter(code="lv"))
    return client


@pytest.fixture
def moved_on(db) -> PolicySection:
    """A section of which both passages are outdated in every language."""
    section = PolicySection.objects.get(key="definition")
    section.heading_en, section.body_en = "What a helper is", section.body_en + " More."
    section.save()
    return section


def passage(key: str, language: str = "lv") -> Passage:
    return next(row for row in passages(draft(), [language]) if row.key == key)


def posted(key: str, text: str, language: str = "lv", **more: str) -> dict[str, str]:
    return {"passage": key, "seen": " ".join(passage(key, language).digests), "text": text, **more}


def shown(client: Client, address: str, status: int = 200) -> Element:
    response = client.get(address)
    assert response.status_code == status
    return read(response.content.decode())


def keys(page: Element) -> list[str]:
    return [card["data-passage"] for card in page.all("article", data_passage=None)]


def messages(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_a_translator_sees_their_own_language_and_is_refused_every_other_through_every_door(anna, moved_on):
    page = shown(anna, MATRIX)

    assert [head["data-language"] for head in page.all("th", data_language=None)] == ["lv"]
    assert anna.get(f"{MATRIX}lv/").status_code == 200
    assert anna.get(f"{MATRIX}da/").status_code == 403
    assert anna.post(f"{MATRIX}da/save/", posted(BODY, "Tekst.", "da")).status_code == 403
    assert anna.post(f"{MATRIX}da/approve/", {"ticket": BODY}).status_code == 403
    assert [anna.get(f"{MATRIX}da/{page}/").status_code for page in ("export", "import")] == [403, 403]
    assert [anna.get(f"{MATRIX}lv/{page}/").status_code for page in ("export", "import")] == [200, 200]
    assert anna.post(f"{MATRIX}da/import/", {"carried": "x"}).status_code == 403
    assert anna.post(f"{MATRIX}lv/approve/", {"ticket": BODY}).status_code == 403
    assert passage(BODY, "da").state == "outdated"


def test_a_translator_reaches_no_page_of_a_noun(anna):
    section = PolicySection.objects.first()

    for model in NOUNS:
        assert [anna.get(at(page, model=model)).status_code for page in ("changelist", "add", "import", "export")] == [
            403
        ] * 4
    assert [anna.get(at(page, section)).status_code for page in ("change", "history", "delete")] == [403] * 3
    assert anna.get(at("deleted", model=PolicySection)).status_code == 403


def test_a_translator_sees_nothing_private(anna):
    Subprocessor.objects.update(contact_mailbox="secret@example.com", contact_role="Secret role")

    page = anna.get(f"{MATRIX}lv/?show=all").content.decode()

    assert "ecret" not in page


def test_a_translator_to_whom_no_language_was_named_is_told_what_to_do(signed_in):
    page = shown(signed_in("translator"), MATRIX)

    assert "No language is named for you yet." in page.text
    assert page.all("table") == []


@pytest.mark.parametrize("role", ["nobody", "DPA officer"])
def test_others_neither_find_the_translations_nor_reach_them(signed_in, role):
    client = signed_in(role)

    assert MATRIX not in client.get("/admin/").content.decode()
    assert [client.get(address).status_code for address in (MATRIX, f"{MATRIX}lv/")] == [403, 403]


@pytest.mark.parametrize(
    ("role", "writes", "approves"),
    [
        ("editor", True, False),
        ("publisher", True, True),
        ("auditor", False, False),
        ("superuser", True, True),
    ],
)
def test_each_group_is_offered_what_it_may_do(signed_in, role, writes, approves):
    page = shown(signed_in(role), f"{MATRIX}lv/?show=current&at={HEADING}")

    card = page.one("article", data_passage=HEADING)
    assert bool(card.all("input", name_="text")) is writes
    assert [button.text for button in card.all("button")] == ["Save"] * writes + ["Approve"] * approves
    assert bool(page.all("form", class_="approve-all")) is approves


def test_the_source_language_and_one_that_nobody_works_on_have_no_page(signed_in):
    client = signed_in("superuser")

    assert [client.get(f"{MATRIX}{code}/").status_code for code in ("en", "de", "xx")] == [404] * 3


def test_an_editor_of_sections_alone_translates_sections_and_reads_the_rest(db):
    user = User.objects.create_user("carl", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["change_policysection", "view_translationpin"]))
    client = Client()
    client.force_login(user)

    page = shown(client, f"{MATRIX}lv/?show=all")
    refused = client.post(f"{MATRIX}lv/save/", posted("profile/privacy", "Teksts."))

    writable = {card["data-passage"].split("/")[0] for card in page.all("article") if card.all(name_="text")}
    assert writable == {"sections"}
    assert refused.status_code == 403


@pytest.mark.parametrize(("role", "tools"), [("editor", ["export", "import"]), ("auditor", ["export"])])
def test_files_are_offered_to_take_away_and_to_bring_back(signed_in, role, tools):
    page = shown(signed_in(role), f"{MATRIX}lv/")

    assert [link["href"] for link in page.one("ul", class_="object-tools").all("a")] == [
        f"{MATRIX}lv/{tool}/" for tool in tools
    ]


# --- What is listed ---------------------------------------------------------------------------------------------------


def test_the_page_lists_what_is_to_be_done_and_filters_the_rest_with_counts(anna, moved_on):
    page = shown(anna, f"{MATRIX}lv/")

    total = len(list(passages(draft(), ["lv"])))
    links = page.one("nav", class_="filters").all("a")
    assert keys(page) == [HEADING, BODY]
    assert [link.text for link in links] == [
        "To do 2",
        "Machine translation 0",
        f"To approve {total - 2}",
        "Approved 0",
        f"All {total}",
    ]
    assert [link.get("aria-current") for link in links] == ["page", None, None, None, None]
    assert len(keys(shown(anna, links[4]["href"]))) == 50


def test_a_part_of_the_draft_is_listed_alone(anna, moved_on):
    page = shown(anna, f"{MATRIX}lv/?group=questions&show=all")

    assert {key.split("/")[0] for key in keys(page)} == {"questions"}
    chosen = [
        option["value"] for option in page.one("select", id="part").all("option") if "selected" in option.attributes
    ]
    assert chosen == ["questions"]


def test_pages_of_fifty_are_turned_and_a_passage_is_found_on_its_page(anna):
    every = [row.key for row in passages(draft(), ["lv"])]
    last = next(key for key in reversed(every) if key.startswith("locations/"))

    second = shown(anna, f"{MATRIX}lv/?show=all&p=2")
    found = shown(anna, f"{MATRIX}lv/?show=all&at={last}")
    from_elsewhere = shown(anna, f"{MATRIX}lv/?at={last}")

    assert len(keys(second)) == len(every) - 50
    assert last in keys(found)
    assert last in keys(from_elsewhere)
    assert found.one("article", data_passage=last).one(name_="text").get("autofocus") == ""


def test_an_address_that_nothing_knows_shows_what_is_to_be_done(anna, moved_on):
    page = shown(anna, f"{MATRIX}lv/?show=none&group=none&p=99&at=none")

    assert keys(page) == [HEADING, BODY]


def test_what_is_left_out_of_the_next_release_is_not_asked_for(anna, moved_on):
    PolicySection.objects.filter(pk=moved_on.pk).update(listed=False)

    assert keys(shown(anna, f"{MATRIX}lv/")) == []
    assert "Nothing to do here" in shown(anna, f"{MATRIX}lv/").text


def test_a_registry_without_a_profile_has_no_page_of_a_language(signed_in, empty_registry):
    Language.objects.create(code="lv", public=True)

    assert signed_in("superuser").get(f"{MATRIX}lv/").status_code == 404


# --- Saving -----------------------------------------------------------------------------------------------------------


def test_a_translation_is_saved_and_the_next_passage_is_shown(anna, moved_on):
    response = anna.post(f"{MATRIX}lv/save/", posted(HEADING, "Kas ir palīgs"))

    moved_on.refresh_from_db()
    assert moved_on.heading_lv == "Kas ir palīgs"
    assert passage(HEADING).state == "current"
    assert response.status_code == 302
    assert response.url == f"{MATRIX}lv/?at=sections%2Fdefinition%2Fbody#sections/definition/body"
    after = anna.get(response.url)
    assert messages(after) == ["Saved."]
    assert keys(read(after.content.decode())) == [BODY]


def test_what_came_of_a_save_is_told_where_the_page_opens(anna, moved_on):
    response = anna.post(f"{MATRIX}lv/save/", posted(HEADING, "Kas ir palīgs"))

    after = anna.get(response.url).content.decode()

    assert read(after).one("div", id="passages").one("p", class_="done").text == "Saved."
    assert after.index('<p class="done" role="status">Saved.</p>') < after.index(f'data-passage="{BODY}"')
    assert after.count("Saved.") == 1


def test_the_filter_and_the_part_are_kept_from_one_passage_to_the_next(anna, moved_on):
    response = anna.post(
        f"{MATRIX}lv/save/", posted(HEADING, "Kas ir palīgs", group="sections/definition", show="all", p="1")
    )

    assert response.url.startswith(f"{MATRIX}lv/?group=sections%2Fdefinition&show=all&p=1&at=")


def test_saving_names_who_did_it_in_history_the_pin_and_the_log(anna, moved_on):
    anna.post(f"{MATRIX}lv/save/", posted(HEADING, "Kas ir palīgs"))

    user = User.objects.get(username="anna")
    pin = TranslationPin.objects.get(noun="policysection", object_id=moved_on.pk, field="heading", language="lv")
    entry = LogEntry.objects.get()
    assert (pin.by, pin.status, pin.source_text) == (user, "human", "What a helper is")
    assert moved_on.history.first().history_user == user
    assert (entry.user, entry.object_id) == (user, str(moved_on.pk))
    assert entry.get_change_message() == "Changed heading · Latvian."


def test_saving_an_outdated_translation_unchanged_says_that_it_is_still_right(anna, moved_on):
    response = anna.post(f"{MATRIX}lv/save/", posted(BODY, moved_on.body_lv.replace("\n", "\r\n")), headers=FETCH)

    assert response.status_code == 200
    assert read(response.content.decode()).one("p", class_="done").text == "Saved: still right."
    assert passage(BODY).state == "current"


def test_saving_an_approved_translation_unchanged_leaves_the_approval(anna):
    TranslationPin.objects.filter(language="lv").update(status="approved")
    text = passage(HEADING).text

    response = anna.post(f"{MATRIX}lv/save/", posted(HEADING, text), headers=FETCH)

    assert "Nothing to save" in response.content.decode()
    assert passage(HEADING).state == "approved"
    assert not LogEntry.objects.exists()


def test_ends_of_lines_that_no_browser_posts_change_no_text(signed_in):
    section = PolicySection.objects.get(key="definition")
    section.body_lv = "Viens.\r\n\r\nDivi."
    section.save()
    client = signed_in("publisher")

    approved = client.post(f"{MATRIX}lv/approve/", {"ticket": ticket(BODY), "text": "Viens.\r\n\r\nDivi."})
    saved = client.post(f"{MATRIX}lv/save/", posted(BODY, "Viens.\r\n\r\nDivi."), headers=FETCH)

    assert approved.status_code == 302
    assert "Nothing to save" in saved.content.decode()
    assert passage(BODY).state == "approved"


def test_an_empty_text_is_no_translation_and_an_emptied_one_counts_as_missing(anna, moved_on):
    moved_on.heading_lv = ""
    moved_on.save()

    refused = anna.post(f"{MATRIX}lv/save/", posted(HEADING, " "), headers=FETCH)
    emptied = anna.post(f"{MATRIX}lv/save/", posted(BODY, ""), headers=FETCH)

    assert refused.status_code == 422
    assert "Write the translation first." in refused.content.decode()
    assert "counts as missing" in emptied.content.decode()
    assert passage(BODY).state == "missing"


def test_a_script_gets_the_passage_and_how_far_the_language_has_come_and_no_page(anna, moved_on):
    response = anna.post(f"{MATRIX}lv/save/", posted(HEADING, "Kas ir palīgs"), headers=FETCH)

    answer = read(response.content.decode())
    assert [element.name for element in answer.children if isinstance(element, Element)] == ["article", "div"]
    assert (answer.one("article")["data-passage"], answer.one("article")["data-state"]) == (HEADING, "current")
    assert answer.one("nav", class_="filters").all("a")[0].text == "To do 1"


@pytest.mark.parametrize("headers", [{}, FETCH])
def test_a_faulty_text_is_refused_with_what_was_typed_and_why(anna, headers):
    response = anna.post(
        f"{MATRIX}lv/save/", posted("sections/introduction/body", "Bez <b>faktiem</b>"), headers=headers
    )

    card = read(response.content.decode()).one("article", data_passage="sections/introduction/body")
    field = card.one("textarea", name_="text")
    assert response.status_code == 422
    assert field.text == "Bez <b>faktiem</b>"
    assert field["aria-invalid"] == "true"
    assert [item.text for item in card.one("ul", id=field["aria-describedby"]).all("li")] == [
        "Write Markdown, not HTML: <b> would be shown as it stands.",
        "The source has placeholders that are missing here: {provider} {service} {service_address}",
    ]
    assert passage("sections/introduction/body").text != "Bez <b>faktiem</b>"


def test_a_text_that_is_longer_than_its_field_is_refused(anna):
    response = anna.post(f"{MATRIX}lv/save/", posted(HEADING, "x" * 201), headers=FETCH)

    assert response.status_code == 422
    assert "200" in read(response.content.decode()).one("ul", class_="errorlist").text


@pytest.mark.parametrize("headers", [{}, FETCH])
def test_a_source_that_moved_meanwhile_is_shown_and_the_typed_text_is_kept_until_saved_again(anna, moved_on, headers):
    old = posted(HEADING, "Mans teksts")
    moved_on.heading_en = "What an assistant is"
    moved_on.save()

    refused = anna.post(f"{MATRIX}lv/save/", old, headers=headers)
    card = read(refused.content.decode()).one("article", data_passage=HEADING)
    again = {"passage": HEADING, "text": "Mans teksts", "seen": card.one("input", name_="seen")["value"]}

    assert refused.status_code == 409
    assert card.one(name_="text")["value"] == "Mans teksts"
    assert "The source has changed since you opened this page." in card.one("p", class_="problem").text
    assert card.one("div", class_="words change").all("ins")[-1].text == "an assistant"
    assert passage(HEADING).state == "outdated"
    assert anna.post(f"{MATRIX}lv/save/", again, headers=headers).status_code in {200, 302}
    assert (passage(HEADING).text, passage(HEADING).state) == ("Mans teksts", "current")


def test_a_translation_that_somebody_else_saved_meanwhile_stands_beside_ones_own(anna, moved_on):
    mine = posted(HEADING, "Mans teksts")
    moved_on.heading_lv = "Viņu teksts"
    moved_on.save()

    card = read(anna.post(f"{MATRIX}lv/save/", mine).content.decode()).one("article", data_passage=HEADING)

    assert card.one("div", class_="words theirs").text == "Viņu teksts"
    assert card.one(name_="text")["value"] == "Mans teksts"


@pytest.mark.parametrize("headers", [{}, FETCH])
def test_a_passage_that_is_gone_is_said_so_and_the_text_is_given_back(anna, moved_on, headers):
    data = posted(HEADING, "Mans teksts")
    PolicySection.objects.filter(pk=moved_on.pk).update(listed=False)

    response = anna.post(f"{MATRIX}lv/save/", data, headers=headers)

    assert response.status_code == 409
    assert "This passage is no longer part of the draft." in response.content.decode()
    assert headers or "Mans teksts" in response.content.decode()


def test_reading_changes_nothing_and_verbs_answer_no_get(signed_in):
    client = signed_in("superuser")

    assert [client.get(f"{MATRIX}lv/{verb}/").status_code for verb in ("save", "approve")] == [405, 405]


# --- Approval ---------------------------------------------------------------------------------------------------------


def ticket(key: str) -> str:
    return f"{key} {' '.join(passage(key).digests)}"


def test_a_translation_is_approved_and_told_as_such(signed_in):
    client = signed_in("publisher")

    response = client.post(f"{MATRIX}lv/approve/", {"ticket": ticket(HEADING)}, headers=FETCH)

    card = read(response.content.decode()).one("article")
    pin = TranslationPin.objects.get(status="approved")
    assert (card["data-state"], card.one("p", class_="done").text) == ("approved", "Approved.")
    assert (pin.approved_by.username, pin.language, pin.field) == ("publisher", "lv", "heading")
    assert LogEntry.objects.get().get_change_message() == "Changed heading · Latvian."


def test_all_that_a_page_shows_are_approved_at_once(signed_in):
    client = signed_in("publisher")
    form = shown(client, f"{MATRIX}lv/?show=current").one("form", class_="approve-all")

    response = client.post(
        f"{MATRIX}lv/approve/",
        {"show": "current", "ticket": [field["value"] for field in form.all("input", name_="ticket")]},
    )

    assert form.one("button").text == "Approve the 50 translations on this page"
    assert response.url == f"{MATRIX}lv/?show=current"
    assert messages(client.get(response.url)) == ["50 translations approved."]
    assert TranslationPin.objects.filter(status="approved", language="lv").count() == 50


def test_of_many_the_ones_that_moved_are_left_and_told(signed_in):
    client = signed_in("publisher")
    tickets = [ticket(HEADING), ticket(BODY)]
    section = PolicySection.objects.get(key="definition")
    section.heading_en = "Another"
    section.save()

    response = client.post(f"{MATRIX}lv/approve/", {"ticket": tickets}, follow=True)

    assert messages(response) == [
        "The source or the translation has changed since you looked. Look again, then approve.",
        "1 translation approved.",
    ]
    assert (passage(HEADING).state, passage(BODY).state) == ("outdated", "approved")


def test_nobody_approves_their_own_where_the_profile_asks_for_a_second_pair_of_eyes(signed_in):
    client = signed_in("publisher")
    client.post(f"{MATRIX}lv/save/", posted(HEADING, "Mans teksts"))
    page = shown(client, f"{MATRIX}lv/?show=current&at={HEADING}")

    refused = client.post(f"{MATRIX}lv/approve/", {"ticket": ticket(HEADING)})
    ServiceProfile.objects.update(second_eyes=False)
    allowed = client.post(f"{MATRIX}lv/approve/", {"ticket": ticket(HEADING)})

    card = page.one("article", data_passage=HEADING)
    assert "You made this translation: somebody else has to approve it." in card.text
    assert [button.text for button in card.all("button")] == ["Save"]
    assert (refused.status_code, allowed.status_code) == (403, 302)
    assert passage(HEADING).state == "approved"


def test_text_that_was_typed_and_not_saved_is_not_lost_by_an_approval(signed_in):
    client = signed_in("publisher")

    response = client.post(f"{MATRIX}lv/approve/", {"ticket": ticket(HEADING), "text": "Typed"})

    card = read(response.content.decode()).one("article", data_passage=HEADING)
    assert response.status_code == 409
    assert card.one(name_="text")["value"] == "Typed"
    assert "Save your text first, then approve it." in card.one("p", class_="problem").text
    assert passage(HEADING).state == "current"

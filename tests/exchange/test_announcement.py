import copy
import email
import email.policy

import pytest

from registry.exchange import announcement
from registry.exchange.slotted import Own

DIGEST = "d" * 64
OWN = Own("SUB-AAAA-BBBB", "https://trust.example/p/", "https://trust.example/u/")
URL = "http://127.0.0.1:8000"


@pytest.fixture
def before(site):
    return site.newest.content


@pytest.fixture
def change(before):
    """A subprocessor leaves, announced for a later day."""
    content = copy.deepcopy(before) | {
        "number": 4,
        "kind": "change",
        "backfill": False,
        "announced_on": "2025-01-31",
        "in_force_new_on": "2025-01-31",
        "in_force_existing_on": "2025-03-02",
        "objection_deadline": "2025-03-01",
        "ends": None,
        "reason": None,
    }
    content["subprocessors"] = content["subprocessors"][:-1]
    return content


def withdrawal(before):
    kept = {name: before[name] for name in ("service", "source_language", "languages", "time_zone")}
    return kept | {
        "type": "withdrawal",
        "number": 5,
        "announced_on": "2025-02-03",
        "ends": 4,
        "reason": said("We *stay* with {service}. See [the form]({dpa})."),
    }


def said(text, **others):
    return {
        "text": {"en": text, **others},
        "state": {"en": "source", "et": "missing", **dict.fromkeys(others, "current")},
    }


def mail(before, entry, language="en", **values):
    made = announcement.prepare(before, entry, DIGEST, language, **values)
    return made.to("anna@example.com", OWN, "<1@trust.example>")


def html(found):
    return found.alternatives[0].content


def test_the_text_of_an_announced_change_says_it_all(before, change):
    found = mail(before, change)

    assert found.subject == "LiveAgent: change announced, in force from: 2 March 2025"
    assert (
        found.body
        == (
            "LiveAgent: change announced, in force from: 2 March 2025\n"
            "\n"
            "We announce the following change before it is made.\n"
            "\n"
            "Release: 4\n"
            "Announced on: 31 January 2025\n"
            "In force for new customers from: 31 January 2025\n"
            "In force for existing customers from: 2 March 2025\n"
            "Objections until: 1 March 2025\n"
        )
        + found.body.partition("Objections until: 1 March 2025\n")[2]
    )
    gone = before["subprocessors"][-1]["legal_name"]
    changes = found.body.partition("What changes\n")[2].partition("If you object\n")[0]
    assert changes.count("* ") == 1
    assert gone in changes
    assert found.body.partition("If you object\n")[2] == (
        "\n"
        "Tell us with this form, by the last day for objections. We answer each objection.\n"
        f"{URL}/en/object/4/\n"
        "\n"
        "Read it on our trust page:\n"
        f"{URL}/en/releases/4/\n"
        "\n"
        "Compare it with the release before it, word by word:\n"
        f"{URL}/en/compare/3/4/\n"
        "\n"
        f"Digest (SHA-256): {DIGEST}\n"
        "\n"
        "-- \n"
        "Quality Unit, s. r. o.\n"
        "\n"
        "You get this mail because this address is subscribed to notice of changes to the subprocessors of LiveAgent.\n"
        "Reference: SUB-AAAA-BBBB\n"
        "\n"
        "Change your choices:\n"
        "https://trust.example/p/\n"
        "\n"
        "Unsubscribe:\n"
        "https://trust.example/u/\n"
    )


def test_the_html_carries_the_change_the_days_the_objection_and_the_way_out(before, change):
    page = html(mail(before, change))

    for part in (
        before["subprocessors"][-1]["legal_name"],
        "2 March 2025",
        "1 March 2025",
        f'href="{URL}/en/object/4/"',
        f'href="{URL}/en/releases/4/"',
        f'href="{URL}/en/compare/3/4/"',
        'href="https://trust.example/p/"',
        'href="https://trust.example/u/"',
        "SUB-AAAA-BBBB",
        DIGEST,
    ):
        assert part in page, part
    # Nothing is fetched when the mail is opened.
    assert not any(word in page for word in ("<img", "<link", "<script", "url("))


def test_its_headers_let_a_mailbox_unsubscribe_by_one_click_and_answer_nothing_by_itself(before, change):
    data = mail(before, change).message(policy=email.policy.SMTP).as_bytes()
    headers = email.message_from_bytes(data, policy=email.policy.default)

    assert headers["List-Unsubscribe"] == "<https://trust.example/u/>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Id"] == "<changes.127.0.0.1>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Precedence"] == "bulk"
    assert headers["Message-ID"] == "<1@trust.example>"
    assert headers["Reply-To"] == before["service"]["contact"]


def test_it_is_written_in_the_readers_language(before, change):
    found = mail(before, change, "et")

    assert found.extra_headers["Content-Language"] == "et"
    assert "2. märts 2025" in found.subject
    assert f"{URL}/et/object/4/" in found.body
    assert '<html lang="et"' in html(found)


def test_one_day_for_all_customers_is_said_once(before, change):
    body = mail(before, change | {"in_force_new_on": "2025-03-02"}).body

    assert "In force from: 2 March 2025\n" in body
    assert "customers from" not in body


def test_without_a_deadline_nothing_is_said_of_objections(before, change):
    found = mail(before, change | {"objection_deadline": None})

    assert "/object/" not in found.body + html(found)
    assert "bjection" not in found.body


@pytest.mark.parametrize(
    ("values", "subject", "lead"),
    [
        (
            {"kind": "urgent", "reason": said("It cannot wait.")},
            "LiveAgent: urgent change",
            "We had to make this change without the usual notice. You can still object to it.",
        ),
        (
            {"in_force_existing_on": "2025-01-31", "objection_deadline": None},
            "LiveAgent: change in force",
            "The following change is in force.",
        ),
        (
            {"kind": "editorial", "in_force_existing_on": "2025-01-31", "objection_deadline": None},
            "LiveAgent: wording corrected",
            "We have corrected the wording of our policy. No fact has changed.",
        ),
    ],
)
def test_the_subject_and_the_first_sentence_say_what_kind_of_change_it_is(before, change, values, subject, lead):
    found = mail(before, change | values)

    assert found.subject == subject
    assert found.body.split("\n")[:3] == [subject, "", lead]


def test_a_correction_says_that_what_is_announced_goes_on(before, change):
    values = {"kind": "editorial", "in_force_existing_on": "2025-01-31", "objection_deadline": None}

    body = mail(before, change | values, continued=6).body

    assert (
        "The announced change stays announced, with the same days. Its wording is corrected too, as release 6.\n"
        in body
    )


def test_a_withdrawal_says_that_nothing_changes_and_why_and_what_would_have_changed(before, change):
    found = mail(before, withdrawal(before), withdrawn=change)

    assert found.subject == "LiveAgent: announced change withdrawn"
    assert "The announced change is not made. What was in force stays in force." in found.body
    assert "Withdrawn on: 3 February 2025\nRelease withdrawn: 4\n" in found.body
    assert f"We *stay* with LiveAgent. See [the form]({URL}/en/dpa/).\n" in found.body
    assert f'We <em>stay</em> with LiveAgent. See <a href="{URL}/en/dpa/"' in html(found)
    gone = before["subprocessors"][-1]["legal_name"]
    assert "What would have changed\n\nSubprocessors\n\n* Subprocessor no longer listed: " + gone in found.body
    assert gone in html(found)
    assert not any(part in found.body for part in ("What changes", "/compare/", "/object/"))


def test_what_staff_wrote_is_shown_in_the_binding_language_where_it_is_not_translated(before, change):
    found = mail(before, change | {"summary": said("One host *fewer*.")}, "et")

    assert "One host *fewer*." in found.body
    assert '<div lang="en" dir="ltr"' in html(found)
    assert "One host <em>fewer</em>." in html(found)
    asked = mail(before, change | {"summary": said("Ask with [the form]({dpa}).")}, "et")
    assert f"Ask with [the form]({URL}/et/dpa/)." in asked.body
    assert f'Ask with <a href="{URL}/et/dpa/"' in html(asked)
    translated = mail(before, change | {"summary": said("One host fewer.", et="Üks majutaja vähem.")}, "et")
    assert "Üks majutaja vähem." in translated.body
    assert "One host fewer." not in translated.body


def test_a_first_release_changes_nothing_and_is_compared_with_nothing(change):
    found = mail(None, change | {"number": 1})

    assert not any(part in found.body for part in ("What changes", "/compare/"))


@pytest.mark.parametrize("language", ["en", "da", "hu", "lv", "et", "pt-br", "ar"])
def test_the_mail_is_whole_in_every_language(before, change, language):
    found = mail(before, change, language)

    data = found.message(policy=email.policy.SMTP).as_bytes()
    parsed = email.message_from_bytes(data, policy=email.policy.default)
    plain, page = (parsed.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
    assert (plain, page) == (found.body, html(found))
    assert f"{URL}/{language}/object/4/" in plain
    assert ('dir="rtl"' in page.partition("<head>")[0]) == (language == "ar")

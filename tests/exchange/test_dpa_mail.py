import datetime
import html
import re
from email import message_from_bytes, policy

import pytest

from registry.exchange import dpa_mail
from registry.exchange.content import decode
from tests.requests import PERSON, submit

LINK = "http://127.0.0.1:8000/hu/dpa/verify/4FzXyq/"
PAGE = "http://127.0.0.1:8000/hu/dpa/status/7GhJkl/"
ADMIN = "http://127.0.0.1:8000/admin/registry/dparequest/1/change/"


@pytest.fixture
def request_(db):
    return submit()


def about(request, event=""):
    return dpa_mail.About(request, decode(request.release.content), PAGE, event)


def sent(message):
    """As it goes over the wire."""
    return message_from_bytes(message.message(policy=policy.SMTP).as_bytes(), policy=policy.default)


def bodies(message):
    found = sent(message)
    return found.get_body(["plain"]).get_content(), found.get_body(["html"]).get_content()


def test_the_first_mail_asks_whoever_reads_the_mailbox_and_repeats_nothing_that_was_typed(request_):
    message = dpa_mail.check(about(request_, event="2"), LINK)
    headers = sent(message)

    assert (headers["To"], headers["Reply-To"]) == (PERSON["email"], "dpa@example.com")
    assert headers["Message-ID"] == f"<dpa-check.{request_.reference}.2@127.0.0.1>"
    assert (headers["Content-Language"], headers["Auto-Submitted"]) == ("hu", "auto-generated")
    assert request_.reference in headers["Subject"]
    for body in bodies(message):
        assert request_.reference in body
        assert LINK in body
        assert PAGE not in body
        assert not [value for value in PERSON.values() if value.split("\n")[0] in body]


def test_the_first_mail_says_until_when_its_link_is_good(db):
    request = submit(language="en")
    request.verify_by = datetime.datetime(2026, 11, 29, 13, 5, tzinfo=datetime.UTC)

    for body in bodies(dpa_mail.check(about(request), LINK)):
        assert "The link opens once. It is valid until: 29 November 2026, 13:05 UTC" in body


def test_the_receipt_goes_to_the_requester_in_their_language_with_the_reference_and_their_page(request_):
    message = dpa_mail.receipt(about(request_))
    headers = sent(message)

    assert headers["To"] == PERSON["email"]
    assert headers["Subject"] == f"Megkaptuk az Ön DPA-igénylését ({request_.reference})"
    assert headers["From"] == "LiveAgent <trust@example.com>"
    assert headers["Content-Language"] == "hu"
    for body in bodies(message):
        assert request_.reference in body
        assert "Magyarország" in body
        assert "Európai Unió" in body
        assert PERSON["company"] in body
        assert PAGE in body
        assert "http://127.0.0.1:8000/hu/dpa/privacy/" in body


def test_the_receipt_carries_no_free_text_to_a_mailbox_that_somebody_else_chose(request_):
    for body in bodies(dpa_mail.receipt(about(request_))):
        assert "xylophon-4711" not in body
        assert PERSON["account"] not in body
        assert "Vörösmarty" not in body


def test_the_notice_leads_into_the_admin_in_the_source_language_and_names_nobody(request_):
    message = dpa_mail.notice(about(request_), to="dpa@example.com", page=ADMIN)

    assert (sent(message)["To"], sent(message)["Content-Language"]) == ("dpa@example.com", "en")
    assert sent(message)["Subject"] == f"New DPA request {request_.reference}"
    for text in [*bodies(message), str(sent(message)["Subject"])]:
        assert not [value for value in PERSON.values() if value.split("\n")[0] in text]
        assert PAGE not in text
    for body in bodies(message):
        assert ADMIN in body
        assert request_.reference in body
        assert "Hungary" in body
        assert "European Union" in body


def test_the_notice_asks_staff_for_nothing_where_the_document_was_issued_without_review(request_):
    asks, calms = "take it and answer it here", "issued on it without review"
    for body in bodies(dpa_mail.notice(about(request_), to="dpa@example.com", page=ADMIN)):
        assert (asks in body, calms in body) == (True, False)

    request_.state = "issued"
    for body in bodies(dpa_mail.notice(about(request_), to="dpa@example.com", page=ADMIN)):
        assert (asks in body, calms in " ".join(body.split())) == (False, True)
        assert ADMIN in body


def test_a_notice_without_a_region_leaves_its_line_out(db):
    request = submit(region="")

    for body in bodies(dpa_mail.notice(about(request), to="dpa@example.com", page=ADMIN)):
        assert "Country:" in body
        assert "Hosting region:" not in body


def test_text_is_not_escaped_and_html_is(db):
    request = submit(company='Böhm & Söhne <GmbH> "X"')

    text, page = bodies(dpa_mail.receipt(about(request)))

    assert 'Böhm & Söhne <GmbH> "X"' in text
    assert "<GmbH>" not in page
    assert 'Böhm & Söhne <GmbH> "X"' in html.unescape(page)


def test_plain_paragraphs_stand_one_empty_line_apart(request_):
    for message in (
        dpa_mail.check(about(request_), LINK),
        dpa_mail.receipt(about(request_)),
        dpa_mail.notice(about(request_), to="dpa@example.com", page=ADMIN),
    ):
        assert "\n\n\n" not in message.body


def plain(message):
    """Both forms, without tags and line breaks."""
    text, page = bodies(message)
    return [" ".join(part.split()) for part in (text, html.unescape(re.sub(r"<[^>]+>", " ", page)))]


def test_a_new_link_says_that_the_earlier_ones_are_gone(db):
    request = submit(language="en")

    for body in plain(dpa_mail.link(about(request, "new 3"), new=True)):
        assert "The links to it that we sent you before do not work any more." in body
        assert "Was it not you" not in body
    for body in plain(dpa_mail.link(about(request, "1"), new=False)):
        assert "do not work any more" not in body
        assert "Was it not you who asked for the link?" in body
    assert PAGE in dpa_mail.link(about(request), new=False).body


@pytest.mark.parametrize(
    ("state", "subject", "told"),
    [
        ("declined", "We have declined your DPA request", "We have declined your request"),
        ("withdrawn", "You have withdrawn your DPA request", "You have withdrawn your request"),
        ("expired", "has expired", "The document that we sent you can no longer be accepted."),
    ],
)
def test_the_end_of_a_request_is_told_with_how_to_ask_again(db, state, subject, told):
    request = submit(language="en")
    request.state = state
    message = dpa_mail.ended(about(request, "4"), kept_until=datetime.date(2027, 2, 20))

    assert subject in message.subject
    for body in plain(message):
        assert told in body
        assert "What you entered is erased after: 20 February 2027" in body
        assert "http://127.0.0.1:8000/en/dpa/" in body
        assert "Our reason:" not in body


def test_a_reason_is_told_as_staff_wrote_it(db):
    request = submit(language="en")
    request.state = "declined"

    text, page = bodies(dpa_mail.ended(about(request), reason="Először: <ez> & az.\nMásodszor."))

    assert "Our reason:\nElőször: <ez> & az.\nMásodszor.\n" in text.replace("\r\n", "\n")
    assert "Először: &lt;ez&gt; &amp; az.<br>Másodszor." in page
    assert "is erased after" not in text


def test_an_erasure_that_is_refused_is_told_with_its_ground_its_time_and_the_remedies(db):
    request = submit(language="en")
    message = dpa_mail.kept(about(request, "2026-11-22"), ["AGR-1", "AGR-2"], "Until then.")

    assert message.subject == f"We cannot erase your personal data yet ({request.reference})"
    for body in plain(message):
        assert "Agreements: AGR-1 and AGR-2" in body
        assert "(GDPR Art. 28(3) and (9), with Art. 17(3)(b))" in body
        assert "legal claims (GDPR Art. 17(3)(e))" in body
        assert "Until when, at the earliest Until then." in body
        assert "lodge a complaint with a supervisory authority" in body
        assert "(GDPR Art. 77), or go to court (GDPR Art. 79)" in body


def test_no_later_mail_repeats_what_was_typed(request_):
    request_.state = "withdrawn"
    for message in (
        dpa_mail.link(about(request_), new=True),
        dpa_mail.ended(about(request_)),
        dpa_mail.kept(about(request_), ["AGR-1"], "Until then."),
    ):
        assert "\n\n\n" not in message.body
        for text in [*bodies(message), str(message.subject)]:
            assert not [value for value in PERSON.values() if value.split("\n")[0] in text]

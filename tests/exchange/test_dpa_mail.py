import datetime
import html
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

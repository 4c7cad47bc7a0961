import html
from email import message_from_bytes, policy

import pytest

from registry.exchange import mail
from registry.exchange.content import decode
from tests.requests import PERSON, submit


@pytest.fixture
def request_(db):
    return submit()


def content(request):
    return decode(request.release.content)


def sent(message):
    """As it goes over the wire."""
    return message_from_bytes(message.message(policy=policy.SMTP).as_bytes(), policy=policy.default)


def bodies(message):
    found = sent(message)
    return found.get_body(["plain"]).get_content(), found.get_body(["html"]).get_content()


def test_the_receipt_goes_to_the_requester_in_their_language_with_the_reference(request_):
    message = mail.receipt(request_, content(request_))
    headers = sent(message)

    assert headers["To"] == PERSON["email"]
    assert request_.reference in headers["Subject"]
    assert headers["From"] == "LiveAgent <trust@example.com>"
    assert headers["Reply-To"] == "dpa@example.com"
    assert headers["Content-Language"] == "hu"
    assert headers["Auto-Submitted"] == "auto-generated"
    for body in bodies(message):
        assert request_.reference in body
        assert "Magyarország" in body
        assert "Európai Unió" in body
        assert PERSON["company"] in body
        assert "http://127.0.0.1:8000/hu/dpa/privacy/" in body


def test_the_receipt_carries_no_free_text_to_a_mailbox_that_somebody_else_chose(request_):
    for body in bodies(mail.receipt(request_, content(request_))):
        assert "xylophon-4711" not in body
        assert PERSON["account"] not in body
        assert "Vörösmarty" not in body


def test_the_same_mail_has_the_same_message_id_and_another_mail_another(request_):
    first, again = (sent(mail.receipt(request_, content(request_)))["Message-ID"] for _i in range(2))
    notice = sent(mail.notice(request_, content(request_), to="a@example.com", page="http://x/"))["Message-ID"]

    assert first == again == f"<dpa-receipt.{request_.reference}@127.0.0.1>"
    assert notice == f"<dpa-notice.{request_.reference}@127.0.0.1>"


def test_the_notice_leads_into_the_admin_and_names_nobody(request_):
    page = "http://127.0.0.1:8000/admin/registry/dparequest/1/change/"
    message = mail.notice(request_, content(request_), to="dpa@example.com", page=page)

    assert sent(message)["To"] == "dpa@example.com"
    for text in [*bodies(message), str(sent(message)["Subject"])]:
        assert not [value for value in PERSON.values() if value in text]
    for body in bodies(message):
        assert page in body
        assert request_.reference in body
        assert "Hungary" in body


def test_text_is_not_escaped_and_html_is(db):
    request = submit(company='Böhm & Söhne <GmbH> "X"')

    text, page = bodies(mail.receipt(request, content(request)))

    assert 'Böhm & Söhne <GmbH> "X"' in text
    assert "<GmbH>" not in page
    assert 'Böhm & Söhne <GmbH> "X"' in html.unescape(page)


def test_a_service_name_with_marks_of_its_own_stays_one_name_in_the_sender(request_):
    service = {**content(request_)["service"], "service": 'Ágent, "Live"\r\nBcc: x@example.com'}

    message = mail.receipt(request_, {**content(request_), "service": service})

    assert sent(message)["From"].addresses[0].addr_spec == "trust@example.com"
    assert sent(message)["From"].addresses[0].display_name == 'Ágent, "Live" Bcc: x@example.com'
    assert sent(message)["Bcc"] is None


def test_a_region_that_the_release_does_not_know_is_told_by_its_key(request_):
    assert mail.region_name(content(request_), "eu", "hu") == "Európai Unió"
    assert mail.region_name(content(request_), "eu", "ar") == "European Union"
    assert mail.region_name(content(request_), "moon", "hu") == "moon"


def test_the_day_of_receipt_is_that_of_the_releases_time_zone(request_):
    zone = {**content(request_), "time_zone": "Pacific/Kiritimati"}
    request_.received_at = request_.received_at.replace(year=2024, month=12, day=13, hour=23)

    assert "2024. december 14." in bodies(mail.receipt(request_, zone))[0]

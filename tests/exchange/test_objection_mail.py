import html
import re
from email import message_from_bytes, policy

import pytest
from django.contrib.auth.models import User

from registry.actions import objecting
from registry.exchange import objection_mail
from registry.exchange.content import decode
from registry.models import Objection, Release
from tests.objections import OBJECTOR, verified

LINK = "http://127.0.0.1:8000/et/object/verify/OBJ:x:y/"


@pytest.fixture
def objection(db):
    return verified()


def about(objection):
    earlier = Release.objects.before(objection.release)
    return objection_mail.About(objection, decode(objection.release.content), decode(earlier.content))


def sent(message):
    """As it goes over the wire."""
    return message_from_bytes(message.message(policy=policy.SMTP).as_bytes(), policy=policy.default)


def bodies(message):
    found = sent(message)
    marked = re.sub(r"<[^>]+>", " ", found.get_body(["html"]).get_content())
    return [" ".join(text.split()) for text in (found.get_body(["plain"]).get_content(), html.unescape(marked))]


def answered(objection, outcome=""):
    officer = User.objects.create_user("officer")
    at = objecting.version(objection)
    if outcome:
        objection = objecting.close(objection, at, outcome, officer, "Tere, <õnne> & edu!")
    else:
        objection = objecting.answer(objection, at, "Tere, <õnne> & edu!", officer)
    return objection_mail.answer(about(objection), objection.notes.get())


def test_the_first_mail_asks_whoever_reads_the_mailbox_and_repeats_nothing_that_was_typed(objection):
    message = objection_mail.check(about(objection), link=LINK, days=7, event="2")
    headers = sent(message)

    assert (headers["To"], headers["Reply-To"]) == (OBJECTOR["email"], "dpa@example.com")
    assert headers["Message-ID"] == f"<objection-check.{objection.reference}.2@127.0.0.1>"
    assert (headers["Content-Language"], headers["Auto-Submitted"]) == ("et", "auto-generated")
    assert objection.reference in headers["Subject"]
    for body in bodies(message):
        assert objection.reference in body
        assert "Saksamaa" in body
        for name in ("company", "name", "grounds"):
            assert OBJECTOR[name].split("\n")[0] not in body
    assert all(LINK in part for part in (message.body, message.alternatives[0].content))


def test_the_receipt_names_the_reference_the_change_the_grounds_and_the_days(objection):
    for body in bodies(objection_mail.receipt(about(objection))):
        assert objection.reference in body
        assert "Saksamaa" in body
        assert OBJECTOR["company"] in body
        for line in OBJECTOR["grounds"].split("\n"):
            assert line in body


def test_plain_paragraphs_stand_one_empty_line_apart(objection):
    page = "http://127.0.0.1:8000/admin/registry/objection/1/change/"

    for message in (
        objection_mail.check(about(objection), link=LINK, days=7, event="2"),
        objection_mail.receipt(about(objection)),
        objection_mail.notice(about(objection), to="dpa@example.com", page=page),
        answered(objection),
    ):
        assert "\n\n\n" not in message.body


def test_the_receipt_to_all_changes_says_so(db):
    objection = verified(change="", language="en")
    deadline = objection.release.objection_deadline

    for body in bodies(objection_mail.receipt(about(objection))):
        assert "All changes of this release" in body
        assert "Example GmbH" not in body
        assert f"Objections until: {deadline.day} {deadline:%B %Y}" in body


def test_an_answer_is_told_as_it_was_written_and_each_has_an_id_of_its_own(objection):
    message = answered(objection)

    assert sent(message)["Message-ID"].startswith(f"<objection-answer.{objection.reference}.")
    assert "Tere, <õnne> & edu!" in message.body
    assert "Tere, &lt;õnne&gt; &amp; edu!" in message.alternatives[0].content
    assert "Outcome:" not in message.body


@pytest.mark.parametrize("outcome", Objection.Outcome)
def test_a_last_answer_tells_the_outcome(db, outcome):
    for body in bodies(answered(verified(language="en"), outcome)):
        assert f"Outcome: {objection_mail.OUTCOMES[outcome]}" in body


def test_the_notice_leads_into_the_admin_in_the_source_language_and_names_nobody(objection):
    page = "http://127.0.0.1:8000/admin/registry/objection/1/change/"
    message = objection_mail.notice(about(objection), to="dpa@example.com", page=page)

    assert (sent(message)["To"], sent(message)["Content-Language"]) == ("dpa@example.com", "en")
    for text in [*bodies(message), str(sent(message)["Subject"])]:
        assert not [value for value in OBJECTOR.values() if value.split("\n")[0] in text]
    for body in bodies(message):
        assert objection.reference in body
        assert "Germany" in body
    assert all(page in part for part in (message.body, message.alternatives[0].content))


def test_the_day_of_receipt_is_that_of_the_releases_time_zone(db):
    objection = verified(language="en")
    objection.received_at = objection.received_at.replace(year=2024, month=12, day=13, hour=23)
    found = about(objection)
    found.content["time_zone"] = "Pacific/Kiritimati"

    assert "Received on: 14 December 2024" in bodies(objection_mail.receipt(found))[0]

import email
from datetime import UTC, datetime

import pytest

from registry.exchange import bounces
from registry.exchange.bounces import Report, code_in, permanent, read, reports
from tests.bounces import bounce, mbox

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
GONE = Report("<1@example.com>", "gone@marjamaa.example", True, True, AT)


def parsed(raw):
    return reports(email.message_from_bytes(raw))


@pytest.mark.parametrize("original", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_names_the_mail_that_came_back_and_its_recipient(original):
    assert parsed(bounce(original=original)) == [GONE]


def test_a_report_without_the_mail_names_the_recipient_alone():
    assert parsed(bounce(original="")) == [Report("", "gone@marjamaa.example", True, True, AT)]


@pytest.mark.parametrize("status", ["5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1", "5.4.4"])
def test_a_mailbox_that_does_not_exist_is_permanent(status):
    assert parsed(bounce(status=status, words="smtp; 550 no"))[0].permanent


@pytest.mark.parametrize(
    "status",
    [
        "4.1.1",
        "4.2.2",
        "4.4.1",
        "5.2.2",
        "5.2.3",
        "5.3.4",
        "5.4.7",
        "5.7.1",
        "5.7.26",
        "5.0.0",
        "5.5.0",
        "2.0.0",
        "",
        "x",
    ],
)
def test_a_full_mailbox_a_policy_and_a_delay_are_not(status):
    assert not parsed(bounce(status=status, words="smtp; 550 no"))[0].permanent


def test_what_is_only_delayed_has_not_failed():
    assert parsed(bounce(action="delayed", status="4.4.1", words="smtp; 450 later")) == [
        Report("<1@example.com>", "gone@marjamaa.example", False, False, AT)
    ]
    assert not parsed(bounce(action="delivered", status="5.1.1"))[0].permanent


@pytest.mark.parametrize(
    ("status", "words", "over"),
    [
        ("5.0.0", "smtp; 550-5.1.1 The email account that you tried to reach does not exist.", True),
        ("", "smtp; 550 5.1.1 unknown", True),
        ("5.0.0", "smtp; 552 5.2.2 over quota", False),
        ("5.7.1", "smtp; 550 5.1.1 unknown", False),
        ("5.0.0", "smtp; 550 from 15.1.12 no", False),
    ],
)
def test_where_the_code_is_vague_the_servers_own_words_count(status, words, over):
    assert permanent(status, words) is over


def test_the_first_code_of_a_servers_words_is_found():
    assert (code_in("550-5.1.1 no 4.2.2"), code_in("550 no such user"), code_in("10.5.1.1")) == ("5.1.1", "", "")


def test_a_report_in_utf_8_is_read_too():
    raw = b"""Date: Mon, 23 Nov 2026 12:00:00 +0200
Content-Type: multipart/report; report-type=global-delivery-status; boundary="b"

--b
Content-Type: text/plain

no
--b
Content-Type: message/global-delivery-status
Content-Transfer-Encoding: 8bit

Reporting-MTA: dns; mx.example.com

Final-Recipient: utf-8; kati@n\xc3\xa4idis.ee
Action: failed
Status: 5.1.1

Final-Recipient: utf-8; kati@n\\x{E4}idis.ee
Action: failed
Status: 5.2.2
--b
Content-Type: message/global-headers

Subject: \xc3\xa4
Message-ID: <1@example.com>
--b--
"""

    assert parsed(raw) == [
        Report("<1@example.com>", "kati@näidis.ee", True, True, AT),
        Report("<1@example.com>", "kati@näidis.ee", True, False, AT),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: Out of office\n\nI am away.\n",
        b"Subject: spam\nContent-Type: text/html; charset=none\n\n\xff\xfe<p>",
        b"Content-Type: multipart/report; boundary=b\n\n",
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n--b--\n",
        b"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@example.com\nStatus: 5.1.1\n",
    ],
)
def test_what_is_no_report_reports_nothing(raw):
    assert parsed(raw) == []


def test_a_report_that_somebody_forwards_is_not_the_servers():
    forwarded = b"Subject: Fwd\nContent-Type: multipart/mixed; boundary=f\n\n--f\nContent-Type: message/rfc822\n\n"

    assert parsed(forwarded + bounce() + b"\n--f--\n") == []


def test_a_forwarded_mail_came_back_from_somewhere_else():
    raw = bounce().replace(b"Final-Recipient: rfc822; gone@marjamaa.example", b"Final-Recipient: rfc822; x@y.example")

    assert parsed(raw) == [GONE]
    assert parsed(raw.replace(b"Original-Recipient", b"X-Other"))[0].recipient == "x@y.example"


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Nov 2026 10:00:00 +0000"])
def test_a_report_without_a_date_has_none(date):
    assert parsed(bounce(date=date))[0].at is None


def test_an_mbox_a_maildir_a_folder_and_one_message_are_read_alike(tmp_path):
    other = b"Subject: hello\n\nhello\n"
    (tmp_path / "box").write_bytes(mbox(bounce(), other))
    (tmp_path / "one.eml").write_bytes(bounce())
    for folder in ("maildir/new", "maildir/cur", "maildir/tmp", "folder"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "maildir/new/1.host").write_bytes(bounce())
    (tmp_path / "maildir/cur/2.host:2,S").write_bytes(other)
    (tmp_path / "folder/1.eml").write_bytes(bounce())
    (tmp_path / "folder/2.eml").write_bytes(other)
    (tmp_path / "folder/notes.txt").write_bytes(bounce())

    assert list(read(tmp_path / "box")) == [[GONE], []]
    assert sorted(read(tmp_path / "maildir"), key=len) == [[], [GONE]]
    assert list(read(tmp_path / "folder")) == [[GONE], []]
    assert list(read(tmp_path / "one.eml")) == [[GONE]]
    (tmp_path / "nothing").write_bytes(b"")
    assert list(read(tmp_path / "nothing")) == [[]]


def test_a_path_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        list(read(tmp_path / "none"))


DEEP = {
    "parts": "".join(f"Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n" for depth in range(3000)),
    "messages": "Content-Type: message/rfc822\n\n" * 3000,
}


@pytest.mark.parametrize("kind", DEEP)
def test_a_message_that_python_gives_up_on_does_not_stand_before_the_others(tmp_path, kind):
    hostile = DEEP[kind].encode()
    (tmp_path / "one").write_bytes(mbox(hostile, bounce()))

    assert list(read(tmp_path / "one")) == [[], [GONE]]
    assert reports(bounces.parsed(hostile)) == []


@pytest.mark.parametrize(
    "date", ["Mon, 1 Jan 99999999999999999999 00:00:00 +0000", "Mon, 1 Jan 2026 00:00:00 +99999999999999999999"]
)
def test_a_date_out_of_all_bounds_is_no_date(date):
    assert [report.at for report in parsed(bounce(date=date))] == [None]

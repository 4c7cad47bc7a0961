import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from registry.exchange.evidence import COLUMNS, Told, lines

TOLD = Told(
    reference="SUB-7K2M-X4QD",
    email="mari@example.com",
    language="et",
    state="sent",
    sent_at=datetime(2026, 11, 22, 14, 30, 5, tzinfo=timezone(timedelta(hours=2))),
    problem="",
    release=4,
    digest="a" * 64,
    published_at=datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC),
)


def read(*rows):
    return list(csv.DictReader("".join(lines(rows)).removeprefix("\ufeff").splitlines()))


def test_each_mail_is_a_line_with_its_times_in_utc():
    assert read(TOLD) == [
        {
            "subscriber": "SUB-7K2M-X4QD",
            "email": "mari@example.com",
            "language": "et",
            "state": "sent",
            "sent_at": "2026-11-22T12:30:05Z",
            "problem": "",
            "release": "4",
            "release_sha256": "a" * 64,
            "release_published_at": "2026-11-22T12:00:00Z",
        }
    ]


def test_a_file_without_mails_still_names_its_columns():
    assert list(lines([])) == ["\ufeff" + ",".join(COLUMNS) + "\r\n"]


def test_what_was_not_sent_has_no_time_and_what_was_erased_no_address():
    (row,) = read(replace(TOLD, sent_at=None, email="", state="queued"))

    assert (row["sent_at"], row["email"], row["subscriber"]) == ("", "", "SUB-7K2M-X4QD")


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_address_becomes_a_formula(start):
    (row,) = read(replace(TOLD, email=f"{start}cmd@example.com"))

    assert row["email"] == f"'{start}cmd@example.com"


def test_a_line_is_written_when_it_is_asked_for():
    asked = []

    def rows():
        for _i in range(3):
            asked.append(1)
            yield TOLD

    written = lines(rows())
    next(written)
    next(written)

    assert len(asked) == 1

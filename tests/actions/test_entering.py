import datetime

import pytest

from registry.actions.entering import clock_problems, header_after
from registry.models import Release


def test_the_first_entry_has_number_one_and_follows_nothing():
    header = header_after(None, announced_on=datetime.date(2026, 1, 1))

    assert (header.number, header.previous_digest, header.ends) == (1, "", None)
    assert header.published_at.microsecond == 0


def test_an_entry_follows_the_end_of_the_chain_and_leaves_out_blank_texts(db):
    last = Release.objects.end_of_chain()

    header = header_after(
        last, announced_on=datetime.date(2026, 1, 1), summary={"en": "New.", "da": " \n"}, reason={"hu": ""}
    )

    assert (header.number, header.previous_digest) == (4, last.digest)
    assert (header.summary, header.reason) == ({"en": "New."}, {})


@pytest.mark.parametrize(("hours", "count"), [(-1, 0), (1, 1)])
def test_a_clock_that_went_back_is_told(hours, count):
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=hours)

    assert len(list(clock_problems(Release(number=7, published_at=moment)))) == count

from datetime import date

import pytest

from registry.management.entering import frozen
from registry.models import Release

DAY, LATER, EVE = date(2027, 1, 1), date(2027, 2, 1), date(2027, 1, 31)


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        ({"in_force_new_on": DAY, "in_force_existing_on": DAY}, ["Release 4, in force on 2027-01-01: d1"]),
        (
            {"in_force_new_on": DAY, "in_force_existing_on": LATER, "objection_deadline": EVE, "ends_id": 3},
            [
                "Release 4, in force on 2027-02-01: d1",
                "  for new customers on 2027-01-01",
                "  objections until 2027-01-31",
                "  in place of release 3",
            ],
        ),
    ],
)
def test_a_release_is_told_with_the_days_that_differ(values, lines):
    assert frozen(Release(number=4, digest="d1", **values)).splitlines() == lines

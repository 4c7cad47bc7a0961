import re

from registry.models import reference


def test_a_reference_names_its_kind_and_can_be_read_aloud():
    found = {reference.new("OBJ") for _i in range(200)}

    assert len(found) == 200
    assert all(re.fullmatch(r"OBJ-[2-9B-DF-HJ-NP-TV-XZ]{4}-[2-9B-DF-HJ-NP-TV-XZ]{4}", one) for one in found)

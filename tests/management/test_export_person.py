import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.requests import PERSON, submit


def test_the_export_is_json_on_standard_output(db: None) -> None:
    request, out = submit(), io.StringIO()

    call_command("export_person", PERSON["email"], stdout=out)

    found = json.loads(out.getvalue())
    assert (found["schema"], found["dpa_requests"][0]["reference"]) == (1, request.reference)


def test_who_is_not_known_is_an_error_that_does_not_repeat_who_was_asked_for(db: None) -> None:
    with pytest.raises(CommandError, match=r"^Nothing is held about this person\.$"):
        call_command("export_person", PERSON["email"])

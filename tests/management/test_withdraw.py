from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from registry.actions.publishing import publish
from registry.exchange.content import decode
from registry.models import Release, Subprocessor
from tests.releases import REASON

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced() -> Release:
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    return publish()


def test_an_announced_release_is_withdrawn_for_a_reason_in_each_language(announced: Release) -> None:
    output = StringIO()

    call_command("withdraw", "4", *(f"--reason={code}={text}" for code, text in REASON.items()), stdout=output)

    entry = Release.objects.end_of_chain()
    assert entry is not None
    assert (entry.number, entry.ends_id) == (5, 4)
    assert decode(entry.content)["reason"]["text"] == REASON
    assert output.getvalue() == f"Release 4 is withdrawn. Entry 5 of the chain: {entry.digest}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["4"], "Say why the release is withdrawn: customers read the reason."),
        (["3", "--reason=en=Why."], "Release 3 is not announced."),
        (["9", "--reason=en=Why."], "Release 9 is not announced."),
        (["4", "--reason=en=Why.", "--reason=en=Or."], "One language has two reasons. Give one a language."),
        (["4", "--reason=Why."], "Error: argument --reason: 'Why.' is no reason."),
        (["four"], "Error: argument number: invalid int value: 'four'"),
    ],
)
def test_what_cannot_be_withdrawn_is_told_and_stays(announced: Release, arguments: list[str], told: str) -> None:
    with pytest.raises(CommandError) as failed:
        call_command("withdraw", *arguments)

    assert str(failed.value).startswith(told)
    assert Release.objects.count() == 4

"""Down to the bytes on disk."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from registry.models import Erasure
from tests.journeys.product import Product, copied
from tests.requests import PERSON, submit

SUBMIT = """
from tests.requests import submit
print(submit().reference)
"""
LOST = [part for value in PERSON.values() for part in value.split("\n")]


def said(*arguments: str, **options: object) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def product(product_at_rest: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with copied(product_at_rest, tmp_path_factory.mktemp("erasing")) as found:
        yield found


def found_in(folder: Path) -> set[str]:
    """Which strings of the person stand in any byte of any file: the database, its write-ahead log, mails."""
    texts = [path.read_bytes() for path in folder.rglob("*") if path.is_file() and "static" not in path.parts]
    # A mail may write its letters in quoted-printable.
    texts += [re.sub(rb"=\r?\n", b"", text) for text in texts]
    return {part for part in LOST if any(part.encode() in text for text in texts)}


def test_no_byte_on_disk_holds_the_person_after_erasing(product: Product) -> None:
    reference = product.manage("shell", "-v0", "-c", SUBMIT).strip()
    product.manage("worker", "--batch", "--no-startup-delay")
    assert found_in(product.data) >= {PERSON["email"]}

    assert product.manage("erase_request", reference) == "Erased.\n"

    assert found_in(product.data) == set()
    assert list((product.data / "mail").iterdir()) == []


def test_erasing_is_told_and_done_once(db: None) -> None:
    request = submit()

    assert said("erase_request", request.reference.lower()) == "Erased.\n"
    assert said("erase_request", request.reference) == "Erased before; nothing to do.\n"
    with pytest.raises(CommandError, match=r"There is nothing with the reference DPA-2222-2222\."):
        said("erase_request", "DPA-2222-2222")


def test_the_ground_goes_into_the_log_and_is_one_of_those_that_a_person_can_have(db: None) -> None:
    asked, mistake = submit(), submit(company="Else AG")

    said("erase_request", asked.reference)
    said("erase_request", mistake.reference, "--ground=mistake")

    assert dict(Erasure.objects.values_list("reference", "ground")) == {
        asked.reference: "request",
        mistake.reference: "mistake",
    }
    with pytest.raises(CommandError, match="invalid choice: 'retention'"):
        said("erase_request", asked.reference, "--ground=retention")

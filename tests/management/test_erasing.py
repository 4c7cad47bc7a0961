"""The operator's commands that erase, and what they leave on disk."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from registry.models import DpaRequest, DpaRequester, Erasure
from tests.journeys.product import Product, prepared
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
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with prepared(tmp_path_factory.mktemp("erasing")) as found:
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
    with pytest.raises(CommandError, match=r"There is no DPA request DPA-2222-2222\."):
        said("erase_request", "DPA-2222-2222")


def test_retention_names_what_it_would_erase_and_then_erases_it(db: None) -> None:
    request = submit()
    DpaRequest.objects.update(state="closed", ended_at=timezone.now() - timedelta(days=31))

    assert said("apply_retention") == "Requests erased: 0.\n"
    assert said("apply_retention", days=30, dry_run=True) == f"{request.reference}\nRequests would be erased: 1.\n"
    assert DpaRequester.objects.count() == 1
    assert said("apply_retention", days=30) == f"{request.reference}\nRequests erased: 1.\n"
    assert DpaRequester.objects.count() == 0


def test_the_log_of_erasures_outlives_a_restored_backup(db: None, tmp_path: Path) -> None:
    request = submit()
    at = timezone.now()
    (tmp_path / "log").write_text(f"{request.reference}\t{at.isoformat()}\n\n")

    assert said("replay_erasures", str(tmp_path / "log")) == f"{request.reference}\nRequests erased again: 1.\n"
    assert said("replay_erasures", str(tmp_path / "log")) == "Requests erased again: 0.\n"
    assert Erasure.objects.get().erased_at == at
    assert said("erasure_log") == f"{request.reference}\t{at.isoformat()}\n"


@pytest.mark.parametrize("line", ["DPA-2222-2222", "DPA-2222-2222\tyesterday", "DPA-2222-2222\t2026-01-01T00:00:00"])
def test_a_log_that_is_not_whole_is_refused_before_anything_is_erased(db: None, tmp_path: Path, line: str) -> None:
    request = submit()
    (tmp_path / "log").write_text(f"{request.reference}\t{timezone.now().isoformat()}\n{line}\n")

    with pytest.raises(CommandError, match="Line 2 is no line of an erasure log"):
        said("replay_erasures", str(tmp_path / "log"))

    assert DpaRequester.objects.count() == 1
    with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
        said("replay_erasures", str(tmp_path / "nothing"))

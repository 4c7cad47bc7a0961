"""Down to the bytes on disk."""

import io
import json
import re
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from registry.models import Erasure
from tests import agreements, kept, traces
from tests.journeys.product import Product, copied
from tests.requests import PERSON, submit

# From the form to the contract's end, with a document that staff edited and issued twice, and mails in between.
CONCLUDE = """
import json
from tests import agreements, traces
from registry.actions import dpa, issuing, mailing, signing
from registry.models import AgreementFile, ServiceProfile
agreements.standard()
staff = agreements.staff()
request = agreements.verified()
issuing.save_draft(request, 0, staff, name="Lőrinc Őszirózsa-Quokka")
agreements.issue(request, typeset=True)
mailing.pump.func()
request.refresh_from_db()
dpa.annotate(request, "Rang Lőrinc about xylophon-0815.", staff)
second = agreements.issue(request, typeset=True)
agreement = agreements.countersign(agreements.accept(second), typeset=True)
mailing.pump.func()
signing.end(agreement, agreement.in_force_on, staff)
ServiceProfile.objects.update(limitation_years=0)
files = AgreementFile.objects.exclude(kind="text")
windows = [window.hex() for file in files for window in traces.windows(bytes(file.content))]
print(json.dumps([request.reference, sorted(set(windows))]))
"""
TEXTS = traces.strings(PERSON, agreements.CUSTOMER, {"draft": "Lőrinc Őszirózsa-Quokka", "note": "xylophon-0815"})


def said(*arguments: str, **options: object) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def product(product_at_rest: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with copied(product_at_rest, tmp_path_factory.mktemp("erasing")) as found:
        yield found


def test_no_byte_on_disk_holds_the_person_or_a_document_of_theirs_after_erasing(product: Product) -> None:
    """Of the database, its write-ahead log, the mails, and what programs leave in the folder for temporary files."""
    temporary = product.data / "tmp"
    temporary.mkdir()
    there = Product(product.url, product.data, {**product.environment, "TMPDIR": str(temporary)})
    reference, hexed = json.loads(there.manage("shell", "-v0", "-c", CONCLUDE))
    windows = [bytes.fromhex(window) for window in hexed]
    before = traces.in_files(product.data, TEXTS, windows)
    assert list(temporary.iterdir()) == []
    if on_sqlite(product):
        # What other documents have as well, such as the pieces of fonts, is of nobody.
        assert set().union(*before.values()) >= {*TEXTS, *hexed}
        assert "trustcenter.sqlite3" in before

    assert there.manage("erase_request", reference) == "Erased.\n"

    assert traces.in_files(product.data, TEXTS, windows) == {}
    assert list((product.data / "mail").iterdir()) == []
    assert list(temporary.iterdir()) == []


def on_sqlite(product: Product) -> bool:
    return product.environment["DATABASE_URL"].startswith("sqlite")


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


def test_who_asked_and_has_to_be_kept_is_told_the_ground_once_a_day(db: None) -> None:
    request = submit()
    agreement = kept.agreement(kept.enter(request, "countersigned"))
    refused = f"The personal data of this request cannot be erased yet: {request.reference}."

    with pytest.raises(CommandError, match=re.escape(refused)) as mistake:
        said("erase_request", request.reference, "--ground=mistake")
    assert request.deliveries.filter(kind="dpa-kept").count() == 0

    for _again in range(2):
        with pytest.raises(CommandError, match=re.escape(refused)) as asked:
            said("erase_request", request.reference)

    assert str(asked.value) == f"{mistake.value} A mail to the person says so."
    assert request.deliveries.filter(kind="dpa-kept").count() == 1
    assert list(request.events.values_list("kind", flat=True)) == ["received", "erasure_refused"]
    assert (agreement.files.count(), hasattr(request, "requester")) == (5, True)

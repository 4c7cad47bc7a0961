from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from registry.models import Agreement, Signature
from tests import agreements


@pytest.fixture
def agreement(db):
    return agreements.in_force()


@pytest.fixture
def held(agreement, tmp_path):
    path = tmp_path / "agreement.pdf"
    path.write_bytes(bytes(agreement.files.get(kind="final").content))
    return path


def test_a_document_that_holds_is_said_to(agreement, held):
    output = StringIO()

    call_command("verify_agreement", str(held), stdout=output)

    assert output.getvalue() == (
        f"Agreement {agreement.reference}, in force: as signed by both parties.\n"
        f"SHA-256: {agreement.final_digest}\n"
        "holds: The documents that we keep have their digests.\n"
        "holds: The record of the agreement says what its events say.\n"
        "holds: The version of the template has its digest.\n"
        "holds: The releases of the subprocessor list form a chain.\n"
        "holds: The events of the request form a chain.\n"
        "holds: The signatures have their digests.\n"
    )


def test_a_file_that_is_none_of_ours_ends_with_status_1(agreement, held):
    held.write_bytes(held.read_bytes() + b" ")

    with pytest.raises(CommandError) as failed:
        call_command("verify_agreement", str(held))

    assert failed.value.returncode == 1
    assert str(failed.value).startswith("No agreement has this document. Its SHA-256 is ")


def test_whatever_is_wrong_ends_with_status_1(agreement, held):
    output = StringIO()
    Signature.objects.filter(party="provider").update(name="Mallory")

    with pytest.raises(CommandError) as failed:
        call_command("verify_agreement", str(held), stdout=output)

    assert failed.value.returncode == 1
    assert str(failed.value) == "This party’s signature is not as it was kept: provider."
    assert output.getvalue().splitlines()[-1] == "wrong: The signatures have their digests."


def test_after_the_erasure_the_document_is_still_known(agreement, held):
    output = StringIO()
    agreement.files.all().delete()
    agreement.signatures.all().delete()
    Agreement.objects.update(erased_at="2030-01-02T00:00Z")

    call_command("verify_agreement", str(held), stdout=output)

    assert output.getvalue().splitlines()[2] == "Documents and signatures were erased on 2030-01-02."


def test_a_file_that_cannot_be_read_is_told(tmp_path, db):
    with pytest.raises(CommandError, match=r"missing\.pdf: No such file or directory\.$"):
        call_command("verify_agreement", str(tmp_path / "missing.pdf"))


def test_nobody_is_named_in_what_is_written(agreement, held):
    output = StringIO()

    call_command("verify_agreement", str(held), stdout=output)

    told = [*agreements.CUSTOMER.values(), *agreements.PROVIDER.values(), "Zephyrine"]
    assert [said for said in told if said in output.getvalue()] == []

from django.contrib.auth.models import User
from django.test import RequestFactory

from registry.admin import agreement_detail
from registry.models import Agreement, AgreementFile
from tests.agreements import document, ended, in_force, issued, uploaded


def context(agreement):
    request = RequestFactory().get("/admin/")
    request.user, _created = User.objects.get_or_create(username="root", is_superuser=True)
    return agreement_detail.context(request, Agreement.objects.get(pk=agreement.pk))


def test_facts_that_are_not_there_yet_are_not_told(db):
    found = context(issued())

    assert [label for label, _value in found["facts"]] == [
        "State",
        "DPA request",
        "Who asks",
        "Template",
        "Release",
        "Language",
        "Country",
        "Hosting region",
        "Annexes",
        "Issued at",
        "Open until",
    ]
    assert [label for label, _digest in found["digests"]] == [
        "Text",
        "Document as issued",
        "Template version",
        "Release",
    ]


def test_an_ended_agreement_tells_all_its_days_and_offers_nothing(db):
    found = context(ended())

    labels = [label for label, _value in found["facts"]]
    assert labels[-5:] == ["Accepted at", "Way of signing", "Countersigned at", "In force from", "Ended on"]
    offered = ("may_countersign", "may_end", "may_amend", "since")
    assert [name for name in offered if found[name]] == []


def test_documents_are_told_by_what_they_are_with_their_sizes_the_final_one_first(db):
    agreement = in_force()

    documents = context(agreement)["documents"]

    assert [(one.kind, one.size.partition(",")[0]) for one in documents] == [
        ("final", "PDF"),
        ("issued", "PDF"),
        ("evidence", "HTML"),
        ("text", "HTML"),
    ]
    issued_size = len(bytes(AgreementFile.objects.get(kind="issued").content))
    assert documents[1].size == f"PDF, {issued_size}\xa0bytes"


def test_whoever_countersigns_reads_what_the_customer_has_signed(db):
    assert context(uploaded(content=document("signed by hand")))["to_read"].kind == "signed"

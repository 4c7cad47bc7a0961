import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import ProcessingLocation, Region, SafeguardSet, Subprocessor
from tests.admin.pages import at, page, staff


def test_the_form_of_a_subprocessor_costs_the_same_queries_for_one_location_and_for_many(db):
    client = staff()
    example = Subprocessor.objects.create(key="example", legal_name="Example GmbH", kind="service", country="DE")
    counts = []
    for rows in (1, 3):
        while example.locations.count() < rows:
            number = example.locations.count()
            row = ProcessingLocation.objects.create(
                key=f"example-{number}", subprocessor=example, territory="DE", region=Region.objects.get(key="eu")
            )
            row.safeguard_sets.set(SafeguardSet.objects.all())
        client.get(at("change", example))
        with CaptureQueriesContext(connection) as queries:
            client.get(at("change", example))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_who_only_reads_sees_names_instead_of_codes(db):
    aws = Subprocessor.objects.get(key="aws")
    aws.country, aws.data_categories = "US", ["contact"]
    aws.save()

    text = page(staff("auditor"), at("change", aws)).text

    assert re.search(r"Country of establishment:\s+United States", text)
    assert re.search(r"Categories of personal data:.{0,80} contact data", text)
    assert "European Union" in text

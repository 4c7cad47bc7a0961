from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from registry.models import Release


def test_it_loads_the_sample_and_names_each_release_with_its_digest(empty_registry: None) -> None:
    output = StringIO()

    call_command("load_sample", stdout=output)

    releases = Release.objects.order_by("number")
    assert [str(release.in_force_existing_on) for release in releases] == ["2019-10-28", "2023-10-02", "2024-12-13"]
    assert output.getvalue().splitlines() == [
        f"Release {release.number}, in force on {release.in_force_existing_on}: {release.digest}"
        for release in releases
    ]


@pytest.mark.django_db
def test_it_refuses_a_registry_that_is_not_empty() -> None:
    with pytest.raises(CommandError, match=r"^The database holds a registry already; .*\.$"):
        call_command("load_sample")


@pytest.mark.django_db
def test_asked_to_load_only_if_empty_it_says_nothing_of_a_registry_that_is_not() -> None:
    output = StringIO()

    call_command("load_sample", "--if-empty", stdout=output)

    assert output.getvalue() == ""
    assert Release.objects.count() == 3

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from registry.actions.publishing import publish
from registry.exchange.content import decode
from registry.models import PolicySection, Release, ServiceProfile, Subprocessor

pytestmark = pytest.mark.django_db

HEADING = "sections/definition/heading"


def reworded(**texts: str) -> PolicySection:
    section = PolicySection.objects.get(key="definition")
    for code in ("en", "da", "hu", "lv", "et", "pt_br"):
        setattr(section, f"heading_{code}", texts.get(code, f"{getattr(section, f'heading_{code}')}!"))
    section.save()
    return section


def lines(*arguments: str) -> list[str]:
    output = StringIO()
    call_command("correct", *arguments, stdout=output)
    return output.getvalue().splitlines()


def today() -> str:
    profile = ServiceProfile.load()
    assert profile
    return str(profile.today())


def test_without_a_passage_it_lists_those_that_the_draft_says_in_other_words() -> None:
    assert lines() == ["The draft says no passage in force in other words."]

    reworded()

    assert lines() == ["The draft says these passages in other words:", HEADING]
    assert Release.objects.count() == 3


def test_a_passage_is_corrected_from_today_on() -> None:
    reworded()

    told = lines(HEADING, *(f"--summary={code}=New." for code in ("en", "da", "hu", "lv", "et", "pt-br")))

    release = Release.objects.get(number=4)
    assert told == [f"Release 4, in force on {today()}: {release.digest}"]
    assert release.kind == "editorial"
    assert decode(release.content)["summary"]["text"]["en"] == "New."


def test_the_announced_release_takes_the_correction_over_under_a_number_of_its_own() -> None:
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    announced = publish()
    reworded()

    told = lines(HEADING)

    again = Release.objects.get(number=6)
    assert told[0] == f"Release 5, in force on {today()}: {Release.objects.get(number=5).digest}"
    assert told[1:] == [
        f"Release 6, in force on {announced.in_force_existing_on}: {again.digest}",
        f"  for new customers on {announced.in_force_new_on}",
        f"  objections until {announced.objection_deadline}",
        "  in place of release 4",
    ]


def test_what_cannot_be_corrected_is_told_with_the_page_where_it_is_mended() -> None:
    section = reworded(lv="")

    with pytest.raises(CommandError) as failed:
        lines(HEADING)
    with pytest.raises(CommandError) as unknown:
        lines("sections/definition/body")

    assert str(failed.value).splitlines() == [
        "Latvian: 1",
        "  Policy section definition, heading: the translation is missing. Language: Latvian.",
        f"    {settings.PUBLIC_URL}/admin/registry/translationpin/lv/?at=sections%2F{section.key}%2Fheading#{HEADING}",
    ]
    assert str(unknown.value) == "The draft does not say this passage in other words: sections/definition/body"
    assert Release.objects.count() == 3

from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from registry.exchange.content import decode
from registry.models import Language, PolicySection, ProcessingLocation, Release, ServiceProfile, Subprocessor
from tests.releases import REASON

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile() -> ServiceProfile:
    found = ServiceProfile.load()
    assert found
    return found


@pytest.fixture
def changed() -> None:
    subprocessor = Subprocessor.objects.listed().first()
    subprocessor.legal_name = "Another name"
    subprocessor.save()


def published() -> Release:
    release = Release.objects.newest()
    assert release is not None
    return release


def test_existing_customers_are_told_a_notice_period_before_and_new_ones_get_it_today(
    changed: None, profile: ServiceProfile
) -> None:
    output, day = StringIO(), profile.today() + timedelta(days=30)

    call_command("publish", stdout=output)

    release, eve = published(), day - timedelta(days=1)
    assert (release.number, release.kind) == (4, "change")
    assert (release.in_force_new_on, release.in_force_existing_on) == (profile.today(), day)
    assert release.objection_deadline == eve
    assert output.getvalue().splitlines() == [
        f"Release 4, in force on {day}: {release.digest}",
        f"  for new customers on {profile.today()}",
        f"  objections until {eve}",
    ]


def test_what_only_takes_a_place_away_is_published_for_today(profile: ServiceProfile) -> None:
    ProcessingLocation.objects.filter(key="aws-eu-ireland").update(listed=False)
    output = StringIO()

    call_command("publish", stdout=output)

    assert output.getvalue() == f"Release 4, in force on {profile.today()}: {published().digest}\n"


def test_it_takes_each_day_and_a_summary_in_each_language(changed: None, profile: ServiceProfile) -> None:
    days = [profile.today() + timedelta(days=count) for count in (40, 35, 20)]
    texts = {code: f"New: a = b in {code}." for code in ("en", "da", "et", "hu", "lv", "pt-br")}

    call_command(
        "publish",
        f"--in-force-on={days[0]}",
        f"--in-force-new-on={days[1]}",
        f"--objection-deadline={days[2]}",
        *(f"--summary={code}={text}" for code, text in texts.items()),
        stdout=StringIO(),
    )

    release = published()
    assert [release.in_force_existing_on, release.in_force_new_on, release.objection_deadline] == days
    assert decode(release.content)["summary"]["text"] == texts


def test_what_cannot_wait_is_in_force_today_for_a_reason(changed: None, profile: ServiceProfile) -> None:
    reasons = [f"--reason={code}={text}" for code, text in REASON.items()]

    call_command("publish", "--kind=urgent", *reasons, stdout=StringIO())

    release = published()
    assert (release.kind, release.in_force_existing_on) == ("urgent", profile.today())
    assert release.objection_deadline == profile.today() + timedelta(days=30)
    assert decode(release.content)["reason"]["text"] == REASON


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--kind=urgent"], "Say why this cannot wait: customers read the reason."),
        (["--reason=en=Why."], "Only an urgent release has a reason. Add --kind urgent, or leave out --reason."),
        (["--kind=urgent", "--reason=en=A.", "--reason=en=B."], "One language has two reasons. Give one a language."),
        (["--summary=en=One.", "--summary=en=Two."], "One language has two summaries. Give one a language."),
    ],
)
def test_texts_that_do_not_fit_are_told(changed: None, arguments: list[str], told: str) -> None:
    with pytest.raises(CommandError) as failed:
        call_command("publish", *arguments)

    assert str(failed.value) == told
    assert Release.objects.count() == 3


def test_it_names_every_reason_not_to_publish(profile: ServiceProfile) -> None:
    with pytest.raises(CommandError, match=r"^The draft changes nothing since release 3\.$"):
        call_command("publish")

    assert Release.objects.count() == 3


def test_it_names_each_passage_of_each_language_and_the_page_where_to_mend_it(changed: None) -> None:
    section = PolicySection.objects.get(key="definition")
    section.heading_en += " today"
    section.body_lv = ""
    section.save()
    Language.objects.exclude(code__in=["da", "lv"]).update(when_incomplete="notice")

    with pytest.raises(CommandError) as failed:
        call_command("publish")

    outdated = "the translation is outdated, because the source has changed"
    pages = f"{settings.PUBLIC_URL}/admin/registry/translationpin"
    assert str(failed.value).splitlines() == [
        "Danish: 1",
        f"  Policy section definition, heading: {outdated}. Language: Danish.",
        f"    {pages}/da/?at=sections%2Fdefinition%2Fheading#sections/definition/heading",
        "Latvian: 2",
        f"  Policy section definition, heading: {outdated}. Language: Latvian.",
        f"    {pages}/lv/?at=sections%2Fdefinition%2Fheading#sections/definition/heading",
        "  Policy section definition, body: the translation is missing. Language: Latvian.",
        f"    {pages}/lv/?at=sections%2Fdefinition%2Fbody#sections/definition/body",
    ]
    assert Release.objects.count() == 3


def test_what_is_published_with_the_notice_is_named_with_the_page_where_to_mend_it(changed: None) -> None:
    section = PolicySection.objects.get(key="definition")
    section.body_lv = ""
    section.save()
    section.heading_en, section.heading_da = "What it is", "Hvad det er"
    section.save()
    Language.objects.update(when_incomplete="notice")
    Language.objects.filter(code__in=["et", "hu"]).update(public=False)
    output, errors = StringIO(), StringIO()

    call_command("publish", stdout=output, stderr=errors)

    pages = f"{settings.PUBLIC_URL}/admin/registry/translationpin"
    assert output.getvalue().startswith("Release 4, in force on ")
    assert errors.getvalue().splitlines() == [
        "Published with a notice to readers, who see the source beside these passages:",
        "Latvian: 2",
        "  Policy section definition, heading: outdated",
        f"    {pages}/lv/?at=sections%2Fdefinition%2Fheading#sections/definition/heading",
        "  Policy section definition, body: missing",
        f"    {pages}/lv/?at=sections%2Fdefinition%2Fbody#sections/definition/body",
        "Portuguese (Brazil): 1",
        "  Policy section definition, heading: outdated",
        f"    {pages}/pt-br/?at=sections%2Fdefinition%2Fheading#sections/definition/heading",
    ]


def test_what_belongs_to_no_language_is_mended_in_its_form(changed: None) -> None:
    PolicySection.objects.filter(key="definition").update(lists="no such list")
    section = PolicySection.objects.get(key="definition")

    with pytest.raises(CommandError) as failed:
        call_command("publish")

    (_problem, where) = str(failed.value).splitlines()
    assert where == f"  {settings.PUBLIC_URL}/admin/registry/policysection/{section.pk}/change/#id_lists"


def test_a_day_in_the_past_is_for_an_older_archive_alone(changed: None, profile: ServiceProfile) -> None:
    yesterday = profile.today() - timedelta(days=1)

    with pytest.raises(CommandError, match=r"^A release cannot come into force on a day in the past\.$"):
        call_command("publish", f"--in-force-on={yesterday}")
    call_command("publish", f"--in-force-on={yesterday}", "--backfill", stdout=StringIO())

    release = published()
    assert (release.in_force_existing_on, release.backfill) == (yesterday, True)


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        (
            "--summary=One more.",
            "Error: argument --summary: 'One more.' is no summary. "
            "Write LANGUAGE=TEXT, such as en='One new subprocessor.'",
        ),
        (
            "--summary=en=",
            "Error: argument --summary: 'en=' is no summary. Write LANGUAGE=TEXT, such as en='One new subprocessor.'",
        ),
        ("--in-force-on=31.1.2026", "Error: argument --in-force-on: '31.1.2026' is no day. Write it as 2026-01-31."),
        (
            "--reason=Because.",
            "Error: argument --reason: 'Because.' is no reason. "
            "Write LANGUAGE=TEXT, such as en='The old host has closed.'",
        ),
        ("--summary=xx=One", "Summary of the release: this language is not public. Language: “xx”."),
        ("--summary=de=Eins", "Summary of the release: this language is not public. Language: German."),
    ],
)
def test_an_argument_that_means_nothing_is_told_and_nothing_is_published(
    changed: None, argument: str, told: str
) -> None:
    with pytest.raises(CommandError) as failed:
        call_command("publish", argument)

    assert str(failed.value).splitlines()[0] == told
    assert failed.value.returncode == 1
    assert Release.objects.count() == 3

import re

import pytest

from registry.models import PolicySection, Release, Subprocessor
from tests.reading import read

PREVIEW = "/admin/registry/release/preview"


@pytest.fixture
def changed(db):
    return Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")


@pytest.mark.parametrize("language", ["en", "da", "hu", "lv", "et", "pt-br"])
def test_the_preview_shows_the_draft_in_a_language_to_staff_alone(signed_in, changed, language):
    response = signed_in("publisher").get(f"/admin/registry/release/preview/{language}/")

    page = response.content.decode()
    assert response.status_code == 200
    assert 'data-subprocessor="example"' in page
    assert 'data-release="4"' in page
    assert "data-preview" in page
    assert '<meta name="robots" content="noindex">' in page
    assert "no-store" in response.headers["Cache-Control"]
    assert "private" in response.headers["Cache-Control"]
    assert "public" not in response.headers["Cache-Control"]
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"


def test_the_switcher_of_a_preview_stays_among_previews_and_its_mark_speaks_to_staff(signed_in, changed):
    response = signed_in("publisher").get("/admin/registry/release/preview/da/", headers={"accept-language": "en"})

    page = response.content.decode()
    assert re.findall(r'href="(/admin/registry/release/preview/[^"]+)"', page) == [
        f"/admin/registry/release/preview/{code}/" for code in ("da", "et", "en", "lv", "hu", "pt-br")
    ]
    assert "Preview of the draft. Nothing here is published." in page
    assert '<html lang="da"' in page


@pytest.mark.parametrize("language", ["de", "xx", "en-GB", "..", "a" * 300])
def test_a_language_that_is_not_public_has_no_preview(signed_in, language):
    assert signed_in("publisher").get(f"/admin/registry/release/preview/{language}/").status_code == 404


def test_a_preview_leads_to_no_page_that_does_not_exist_yet(signed_in, changed):
    page = signed_in("publisher").get("/admin/registry/release/preview/en/").text

    assert "Release 4" in page
    assert "/releases/4" not in page


def test_a_preview_marks_what_the_draft_leaves_behind_and_tells_each_languages_share(signed_in, changed):
    section = PolicySection.objects.get(key="definition")
    section.heading_en += " today"
    section.save()

    root = read(signed_in("publisher").get("/admin/registry/release/preview/hu/").content.decode())

    assert root.one(data_outdated="1").one("a")["href"] == "#text:section:definition:heading"
    assert root.one("span", data_state="outdated").text == "Az alprocesszor fogalma"
    shares = {share["id"]: share.text for share in root.all("span", class_="share")}
    assert shares["share:hu"].endswith("98%")
    assert shares["share:hu"] == shares["share:et"]


@pytest.mark.parametrize(
    ("role", "status"),
    [("superuser", 200), ("publisher", 200), ("editor", 403), ("DPA officer", 403), ("auditor", 403), ("nobody", 403)],
)
def test_only_those_see_the_draft_as_a_page_who_may_publish_it(signed_in, changed, role, status):
    assert signed_in(role).get(f"{PREVIEW}/en/").status_code == status


def test_whoever_is_not_signed_in_is_asked_to(client, db):
    assert client.get(f"{PREVIEW}/en/").headers["Location"] == f"/admin/login/?next={PREVIEW}/en/"


def test_a_registry_without_profile_has_no_preview(signed_in, empty_registry):
    assert signed_in("publisher").get(f"{PREVIEW}/en/").status_code == 404


def test_looking_changes_nothing(signed_in, changed):
    signed_in("publisher").get(f"{PREVIEW}/en/")

    assert Release.objects.count() == 3

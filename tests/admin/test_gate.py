import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory

from registry.actions.checking import Problem
from registry.actions.publishing import draft
from registry.admin.gate import MOST, Line, marked, refused
from registry.models import Language, PolicySection, ServiceProfile, State


@pytest.fixture
def request_of(db):
    def ask(**user):
        request = RequestFactory().get("/admin/")
        request.user = User.objects.create_user("somebody", is_staff=True, **user)
        return request

    return ask


def test_problems_are_told_of_the_draft_first_and_then_language_by_language(request_of):
    section = PolicySection.objects.get(key="definition")
    problems = [
        Problem("Lost.", section, "body", "lv"),
        Problem("Missing.", section, "body", "da", State.MISSING),
        Problem("No section.", PolicySection),
        Problem("Again.", section, "heading", "da"),
    ]

    general, held = refused(request_of(is_superuser=True), problems, "en")

    assert general == [Line("No section.", "/admin/registry/policysection/add/")]
    at = "/admin/registry/translationpin"
    assert [(found.name, found.lines) for found in held] == [
        (
            "Danish",
            [
                Line(
                    "Policy section definition, body",
                    f"{at}/da/?at=sections%2Fdefinition%2Fbody#sections/definition/body",
                    State.MISSING,
                ),
                Line("Again.", f"{at}/da/?at=sections%2Fdefinition%2Fheading#sections/definition/heading"),
            ],
        ),
        ("Latvian", [Line("Lost.", f"{at}/lv/?at=sections%2Fdefinition%2Fbody#sections/definition/body")]),
    ]


def test_a_summary_stands_with_the_release_and_not_with_a_language(request_of):
    general, held = refused(request_of(), [Problem("No summary.", field="summary", language="da")])

    assert (general, held) == ([Line("No summary.", "")], [])


def test_only_languages_that_are_published_with_a_notice_are_marked(request_of):
    profile = ServiceProfile.load()
    profile.privacy_en += " More."
    profile.save()
    request = request_of()

    before = marked(request, draft())
    Language.objects.filter(code="et").update(when_incomplete="notice")
    (found,) = marked(request, draft())

    assert before == []
    assert (found.code, found.name, found.count) == ("et", "Estonian", 1)
    assert [(line.address, line.state) for line in found.lines] == [("", State.OUTDATED)]


def test_a_language_that_this_program_does_not_know_stands_for_itself(request_of):
    _general, (held,) = refused(request_of(), [Problem("?", PolicySection.objects.first(), "body", "tlh")] * (MOST + 1))

    assert (held.name, len(held.first), len(held.rest)) == ("tlh", MOST, 1)

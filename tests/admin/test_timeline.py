from django.contrib.auth.models import User

from registry.actions import dpa
from registry.admin.timeline import timeline
from tests.requests import submit


def told(request, *, notes=True):
    return [(moment.by, moment.told, moment.note) for moment in timeline(request, notes=notes)]


def test_the_timeline_tells_who_did_what_the_newest_first(db):
    officer = User.objects.create_user("officer")
    request = dpa.take(submit(), officer)
    request = dpa.move(request, "in_review", officer, note="Rang them.")

    assert told(request) == [
        ("officer", "Note", "Rang them."),
        ("officer", "State: in review", ""),
        ("officer", "Taken by: officer", ""),
        ("", "The request was received.", ""),
    ]
    assert ("officer", "Note", "Rang them.") not in told(request, notes=False)


def test_an_erasure_is_told_and_whoever_has_left_is_nobody(db):
    officer = User.objects.create_user("officer")
    request = dpa.take(submit(), officer)
    dpa.erase(request, officer)
    officer.delete()

    assert told(request) == [
        ("", "The personal data was erased.", ""),
        ("", "Taken by: an account that no longer exists", ""),
        ("", "The request was received.", ""),
    ]

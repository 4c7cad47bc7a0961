"""An objection to an announced change, for tests: whose strings nothing else in the database holds."""

from typing import Any

from registry.actions import objecting
from registry.actions.publishing import publish
from registry.models import Objection, ProcessingLocation, Release, ServiceProfile, Subprocessor

OBJECTOR = {
    "company": "Zephyrine Quokka OÜ",
    "name": "Õnne Pärtelpoeg",
    "email": "onne.partelpoeg@zephyrine.example",
    "grounds": "Meie andmed ei tohi Euroopast lahkuda: xylophon-4711.\nPalun teist lahendust.",
}
CHANGE = "subprocessors/example"


def announce(**values: Any) -> Release:
    """A release that adds a subprocessor and comes into force when the notice period is over."""
    example = Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="infrastructure")
    ProcessingLocation.objects.create(key="example-de", subprocessor=example, territory="DE", use="hosting")
    return publish(**values)


def submit(token: str = "a form", **changed: Any) -> Objection:
    """To the newest release that stands, announced here where nobody has."""
    profile = ServiceProfile.load()
    assert profile is not None
    today = profile.today()
    if "release" not in changed:
        changed["release"] = (Release.objects.open_to_objections(today).first() or announce()).number
    return objecting.submit(**{"token": token, "language": "et", "change": CHANGE, "on": today, **OBJECTOR, **changed})


def verified(token: str = "a form", **changed: Any) -> Objection:
    objection = submit(token, **changed)
    objecting.verify(objection)
    objection.refresh_from_db()
    return objection

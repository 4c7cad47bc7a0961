"""Replay the sample policy: three releases from an archive older than this system, published as staff would; and the
sample template of an agreement."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from ..models import (
    DpaTemplate,
    Language,
    PolicySection,
    ProcessingLocation,
    Question,
    Region,
    Release,
    Safeguard,
    SafeguardSet,
    ServiceProfile,
    Subprocessor,
)
from ..translation import TRANSLATED, set_prose
from . import templating
from .publishing import publish

FOLDER = Path(__file__).resolve().parent.parent / "sample"
NOUNS: dict[str, type[Any]] = {
    "sections": PolicySection,
    "questions": Question,
    "regions": Region,
    "safeguards": Safeguard,
    "safeguard_sets": SafeguardSet,
    "subprocessors": Subprocessor,
    "locations": ProcessingLocation,
    "templates": DpaTemplate,
}
LINKS = {"subprocessor": Subprocessor, "region": Region}
MANY = {"safeguards": Safeguard, "safeguard_sets": SafeguardSet}


class NotEmpty(Exception):
    """The database holds a registry already: the sample would mix with it."""


def load_sample() -> list[Release]:
    """Fill an empty database. Raise NotEmpty, and change nothing, where it is not."""
    with transaction.atomic():
        if ServiceProfile.load() or Release.objects.exists() or any(n.objects.exists() for n in NOUNS.values()):
            raise NotEmpty("The database holds a registry already; the sample is for an empty one.")
        facts = _read("registry.toml")
        prose = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("prose/*.toml"))}
        _enter(facts, prose)
        releases = [_replay(path, prose) for path in sorted(FOLDER.glob("releases/*.toml"))]
        _offer(facts["profile"]["standard_template"])
        return releases


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


def _enter(facts: dict[str, Any], prose: dict[str, dict[str, Any]]) -> None:
    values = {name: value for name, value in facts["profile"].items() if name != "standard_template"}
    profile = ServiceProfile(**values)
    _speak(profile, {code: spoken["profile"] for code, spoken in prose.items()})
    profile.full_clean()
    profile.save()
    for code in facts["languages"]["public"]:
        Language.objects.create(code=code, public=True)
    for name, model in NOUNS.items():
        for position, (key, row) in enumerate(facts[name].items(), 1):
            _enter_row(model, key, position, row, {code: spoken.get(name, {}) for code, spoken in prose.items()})


def _enter_row(
    model: type[Any], key: str, position: int, row: dict[str, Any], prose: dict[str, dict[str, Any]]
) -> None:
    values = {name: value for name, value in row.items() if name not in MANY}
    values |= {name: LINKS[name].objects.get(key=value) for name, value in values.items() if name in LINKS}
    noun = model(key=key, **values)
    if hasattr(noun, "position"):
        noun.position = position
    _speak(noun, {code: spoken.get(key, {}) for code, spoken in prose.items()})
    noun.full_clean(exclude=TRANSLATED.get(model, ()))
    noun.save()
    for name, keys in row.items():
        if name in MANY:
            getattr(noun, name).set(MANY[name].objects.filter(key__in=keys))


def _speak(noun: Any, prose: dict[str, dict[str, str]]) -> None:
    for field in TRANSLATED.get(type(noun), ()):
        set_prose(noun, field, {code: spoken[field].strip() for code, spoken in prose.items() if field in spoken})


def _replay(path: Path, prose: dict[str, dict[str, Any]]) -> Release:
    listed = tomllib.loads(path.read_text("utf-8"))
    for name in ("questions", "subprocessors", "locations"):
        for noun in NOUNS[name].objects.all():
            _save_if_changed(noun, listed=noun.key in listed[name])
    for section in PolicySection.objects.all():
        _save_if_changed(section, listed=section.key not in listed["sections_left_out"])
    for subprocessor in Subprocessor.objects.all():
        spoken = {code: found["subprocessors"].get(subprocessor.key, {}) for code, found in prose.items()}
        silent = subprocessor.key in listed["without_purpose"]
        texts = {f"purpose_{code.replace('-', '_')}": row.get("purpose", "") for code, row in spoken.items()}
        _save_if_changed(subprocessor, **{field: "" if silent else text.strip() for field, text in texts.items()})
    return publish(
        in_force_on=date.fromisoformat(path.stem),
        summary={code: spoken["releases"][path.stem]["summary"].strip() for code, spoken in prose.items()},
        backfill=True,
    )


def _offer(standard: str) -> None:
    """The templates of agreements, with a first version each: they stand on a release."""
    for template in DpaTemplate.objects.order_by("key"):
        templating.publish(template)
    profile = ServiceProfile.objects.get()
    profile.standard_template = DpaTemplate.objects.get(key=standard)
    profile.save()


def _save_if_changed(noun: Any, **values: Any) -> None:
    changed = {name: value for name, value in values.items() if (getattr(noun, name) or "") != (value or "")}
    if changed:
        for name, value in changed.items():
            setattr(noun, name, value)
        noun.save()

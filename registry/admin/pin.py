"""What history tells of translations beside their texts: approved, confirmed, left current under a new wording.

That a text which was saved was pinned, too, goes without saying.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from ..history import Place, State
from ..models import State as Standing
from ..models import TranslationPin
from ..pinning import vouched
from ..translation import TRANSLATED, Pinned, Pins, noun_name, prose, text_digest
from .comparing import Change, Told
from .naming import language_label, listed_names

_MODELS = {noun_name(model): model for model in TRANSLATED}
Status = TranslationPin.Status
# The pins of a noun and its parts at a moment (`history.Trail.pins_at`).
Then = dict[Place, Any]


def events(states: tuple[State, State], pins: tuple[Then, Then], source: str) -> Told:
    """What was said of translations from one moment to the next."""
    said: dict[tuple[str, Any, str, str], list[str]] = {}
    before, after = pins
    for place, pin in after.items():
        if before.get(place) is pin:
            continue
        for event in _events(_text(states[0], place), before.get(place), pin):
            said.setdefault((*place[:3], event), []).append(place[3])
    for noun, pk, field in _vouched(*states):
        # Said also where no translation was current; then the source alone is named.
        said.setdefault((noun, pk, field, _("meaning unchanged")), [source])
    found: Told = {}
    for (noun, pk, field, event), codes in said.items():
        names = listed_names(language_label(code) for code in codes)
        label = _("%(passage)s: %(what)s") % {"passage": _label(noun, field, names), "what": event}
        found.setdefault((_MODELS[noun], pk), []).append(Change(label, "", ""))
    return found


def turns(before: State, after: State, pins: tuple[Then, Then], source: str) -> Told:
    """Translations that stood otherwise at one moment than at another, not because their source alone changed."""
    found: Told = {}
    for place in sorted(pins[0].keys() | pins[1].keys()):
        noun, pk, field, language = place
        old, new = (_entry(state, place) for state in (before, after))
        if _same(pins[0].get(place), pins[1].get(place)) or old is None or new is None:
            continue
        was, now = (_standing(entry, place, then, source) for entry, then in zip((old, new), pins, strict=True))
        if was and now and was != now:
            label = _label(noun, field, language_label(language))
            found.setdefault((_MODELS[noun], pk), []).append(Change(label, str(was.label), str(now.label)))
    return found


def _vouched(before: State, after: State) -> Iterator[tuple[str, Any, str]]:
    for (model, pk), entry in after.items():
        if model in TRANSLATED and before.get((model, pk)) is not entry:
            for field in vouched(entry.record):
                yield noun_name(model), pk, field


def _events(text: str, before: Any, after: Any) -> Iterator[str]:
    """`text` is what the language said before."""
    same = bool(text) and text_digest(text) == after.text_digest
    known = before is not None and before.text_digest == after.text_digest
    if _later(after.kept_at, before and before.kept_at):
        yield _("meaning unchanged")
    if after.status == Status.MACHINE and not (known and before.status == Status.MACHINE):
        yield str(Standing.MACHINE.label)
    elif same and _later(after.at, before and before.at):
        yield _("confirmed")
    if after.status == Status.APPROVED and _later(after.approved_at, before and before.approved_at):
        yield str(Standing.APPROVED.label)
    if known and before.status == Status.APPROVED and after.status != Status.APPROVED:
        yield _("no longer approved")


def _later(moment: Any, than: Any) -> bool:
    return moment is not None and (than is None or moment > than)


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    names = ("source_digest", "text_digest", "status")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _entry(state: State, place: Place) -> Any:
    return state.get((_MODELS[place[0]], place[1]))


def _text(state: State, place: Place) -> str:
    entry = _entry(state, place)
    return getattr(entry.record, build_localized_fieldname(place[2], place[3])) or "" if entry else ""


def _standing(entry: Any, place: Place, pins: Then, source: str) -> Standing | None:
    """None where the source says nothing, or the translation does not."""
    _noun, _pk, field, language = place
    noun = entry.record.instance
    texts = prose(noun, field)
    if source not in texts or language not in texts:
        return None
    pin = pins.get(place)
    known = Pins({place: Pinned(pin.source_digest, pin.text_digest, pin.status)} if pin else {})
    return known.state(noun, field, language, texts, source)


def _label(noun: str, field: str, languages: str) -> str:
    column: Any = _MODELS[noun]._meta.get_field(field)
    return f"{capfirst(column.verbose_name)} · {languages}"

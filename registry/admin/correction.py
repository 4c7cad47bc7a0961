"""The page that corrects the wording in force: passages that the draft says in other words, chosen one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from ..actions import announcing, publishing
from ..actions.checking import Problem, check, passage_name
from ..actions.correcting import by_passage, correctable
from ..actions.correcting import correct as put_right
from ..actions.translating import passage_key
from ..exchange import content as shape
from ..exchange.content import Passage
from ..exchange.difference import Piece, difference
from ..exchange.localized import tag, text_direction
from ..exchange.rewording import reworded
from ..models import Release, State
from . import following, gate
from .entry_form import EntryForm, source_first
from .looking import came_between, done, just_entered
from .mending import address
from .naming import language_label


@dataclass(frozen=True)
class Wording:
    """How one language says a passage now, and would say it; `state` where readers are told another one."""

    name: str
    tag: str
    direction: str
    words: list[Piece]
    state: str


@dataclass(frozen=True)
class Row:
    """A passage to choose; one with problems cannot be."""

    key: str
    name: str
    address: str
    source: Wording
    others: list[Wording]
    chosen: bool
    # The announced release says it so already: notice of it runs.
    announced: bool
    problems: list[gate.Line]


def correct(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("registry.publish_release"):
        raise PermissionDenied
    try:
        page = _Page(request)
    except publishing.CannotPublish as refused:
        return _answer(request, {"problems": gate.refused(request, refused.problems)[0]})
    form = page.form
    if request.method != "POST" or not form.is_valid():
        return page.look()
    try:
        entries = put_right(page.chosen, summary=form.said("summary"), by=request.user, expected=form.expects)
    except publishing.DraftMoved:
        page = _Page(request)
        made = page.made_by_the_first_click()
        return _corrected(request, made) if made else page.look()
    except publishing.CannotPublish as refused:
        return page.look(form.shown(refused.problems), refused=True)
    return _corrected(request, entries[0])


def _corrected(request: HttpRequest, release: Release) -> HttpResponse:
    told = _("The wording is corrected: release %(number)s is in force.") % {"number": release.number}
    return done(request, release, told)


class _Page:
    """What can be corrected, and the form over it, as they are now."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.found = publishing.draft()
        self.content = publishing.preview(self.found)
        self.expected = publishing.draft_digest(self.content)
        self.rewordings = correctable(self.found, self.content)
        self.source = self.found.profile.source_language
        self.form = EntryForm(
            request.POST if request.method == "POST" else None, codes=source_first(self.found.codes, self.source)
        )
        self.chosen = set(request.POST.getlist("passages"))

    def made_by_the_first_click(self) -> Release | None:
        """The correction that this person has just made of the same passages and the same draft."""
        number, _dash, digest = self.form.expects.partition("-")
        if digest != self.expected.partition("-")[2] or not number.isdecimal() or self.chosen & self.rewordings.keys():
            return None
        corrections = Release.objects.filter(kind=Release.Kind.EDITORIAL).select_related("publication")
        made = corrections.filter(number=int(number[:9])).first()
        return made if just_entered(self.request, made) else None

    def look(self, problems: list[Problem] | None = None, *, refused: bool = False) -> HttpResponse:
        today = self.found.profile.today()
        between = came_between(self.form, self.expected)
        general, held = gate.refused(self.request, problems or [], self.source)
        last, announced = Release.objects.end_of_chain(), Release.objects.announced(today).first()
        context = {
            **between,
            "form": self.form,
            "problems": general,
            "held": held,
            "refused": refused,
            "rows": list(self._rows(announced)),
            "in_force": Release.objects.in_force(today).first(),
            "announced": announced,
            "follows": self._follows(last, announced),
        }
        return _answer(self.request, context, status=409 if between["moved"] else 200)

    def _follows(self, last: Release | None, announced: Release | None) -> list[str]:
        planned = {**self.content, "kind": Release.Kind.EDITORIAL.value}
        number = last.number if last else 0
        return following.of_correction(self.found.profile.today(), number, announced, announcing.reach(planned))

    def _rows(self, announced: Release | None) -> Iterator[Row]:
        """`announced` may say some of it already."""
        yet_to_say = reworded(shape.decode(announced.content), self.content) if announced else self.rewordings
        nouns = {passage_key(noun, field): (noun, field) for noun, field, _texts in self.found.passages()}
        problems = by_passage(check(self.found))
        for key, (before, after) in self.rewordings.items():
            noun, field = nouns[key]
            general, held = gate.refused(self.request, problems.get(key, []), self.source)
            lines = [*general, *(line for language in held for line in language.lines)]
            wordings = {code: _wording(code, before, after) for code in source_first(after["state"], self.source)}
            source = wordings.pop(self.source)
            yield Row(
                key,
                passage_name(noun, field),
                address(self.request, noun, field, self.source),
                source,
                [wording for wording in wordings.values() if wording.words or wording.state],
                # The only one there is needs no choice.
                key in self.chosen or (not self.form.is_bound and list(self.rewordings) == [key] == list(yet_to_say)),
                key not in yet_to_say,
                lines,
            )


def _wording(code: str, before: Passage, after: Passage) -> Wording:
    old, new = before["text"].get(code, ""), after["text"].get(code, "")
    state, was = after["state"][code], before["state"].get(code)
    told = str(State(state).label) if state in {State.OUTDATED, State.MISSING} and state != was else ""
    words = difference(old, new) if old != new else []
    return Wording(language_label(code), tag(code), text_direction(code), words, told)


def _answer(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    around = {**admin.site.each_context(request), "title": _("Correct the wording in force"), "opts": Release._meta}
    return TemplateResponse(request, "admin/registry/release/correct.html", {**around, **context}, status=status)

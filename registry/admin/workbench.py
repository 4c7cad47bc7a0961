"""Translations in the admin: the matrix of languages and parts, and a page for each language with its work."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from ..actions.publishing import CannotPublish
from ..actions.translating import Faulty, Moved, Passage, approve, translate
from ..actions.translators import languages_for, may_approve, may_enter, may_read, may_translate
from ..exchange.localized import tag, text_direction
from ..models import TranslationPin
from ..translation import TRANSLATED, normal
from .naming import language_label, zone_of_days
from .po_files import export_view, import_view
from .readonly import ReadOnly
from .speaking import Speech
from .workbench_cards import Card, Reader, Told, cards
from .workbench_matrix import matrix
from .workbench_pages import Listing, choice_of

TEMPLATES = "admin/registry/translations"
View = Callable[..., HttpResponse]


def of_language(view: View) -> View:
    """For those who may see the language; Http404 where nobody works on it."""

    @wraps(view)
    def checked(request: HttpRequest, language: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_enter(request.user):
            raise PermissionDenied
        speech = Speech.of(request)
        if language == speech.source or language not in {row.code for row in speech.rows}:
            raise Http404
        if not may_read(request.user, language):
            raise PermissionDenied
        return view(request, language, *args, **kwargs)

    return checked


@admin.register(TranslationPin)
class Workbench(ReadOnly):
    """Not the pins themselves, which nobody edits: what they say of the work that is to be done."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_enter(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_enter(request.user)

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: View, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"registry_translationpin_{name}")

        return [
            page("", self.changelist_view, "changelist"),
            page("<slug:language>/", of_language(require_GET(self.language_view)), "language"),
            page("<slug:language>/save/", of_language(require_POST(self.save_view)), "save"),
            page("<slug:language>/approve/", of_language(require_POST(self.approve_view)), "approve"),
            page("<slug:language>/export/", of_language(require_GET(export_view)), "export"),
            page("<slug:language>/import/", of_language(import_view), "import"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if not may_enter(request.user):
            raise PermissionDenied
        source = Speech.of(request).source
        codes = languages_for(request.user, source)
        context = self._around(request, _("Translations"), matrix=matrix(codes, source) if codes else None)
        return TemplateResponse(request, f"{TEMPLATES}/matrix.html", context | (extra_context or {}))

    def language_view(self, request: HttpRequest, language: str) -> HttpResponse:
        return self._page(request, _listing(request, language))

    def save_view(self, request: HttpRequest, language: str) -> HttpResponse:
        listing = _listing(request, language)
        key, typed = request.POST.get("passage", ""), request.POST.get("text", "").replace("\r\n", "\n")
        passage = listing.passage(key)
        if passage is None:
            return self._gone(request, listing, typed)
        following = listing.after(key)
        try:
            done = self._save(request, passage, typed, _seen(request.POST.get("seen", "")))
        except Moved as moved:
            return self._refused(request, language, key, Told(typed, moved=str(moved)), status=409)
        except (Faulty, ValidationError) as refused:
            faults = refused.faults if isinstance(refused, Faulty) else refused.messages
            return self._refused(request, language, key, Told(typed, tuple(faults)), status=422)
        return self._done(request, language, key, done, following)

    def _save(self, request: HttpRequest, passage: Passage, typed: str, seen: tuple[str, str]) -> str:
        if not typed.strip() and not passage.text:
            raise ValidationError(_("Write the translation first."))
        # Browsers post a text that came with other ends of lines, from a file, with their own.
        same = normal(typed) == normal(passage.text)
        if not translate(passage.noun, passage.field, passage.language, typed, by=request.user, seen=seen):
            return _("Nothing to save: the text is as it was.")
        self._log(request, passage)
        if not typed.strip():
            return _("Saved. The translation is empty now, and counts as missing.")
        return _("Saved: still right.") if same else _("Saved.")

    def approve_view(self, request: HttpRequest, language: str) -> HttpResponse:
        if not may_approve(request.user, language):
            raise PermissionDenied
        listing = _listing(request, language)
        tickets = [ticket.partition(" ") for ticket in request.POST.getlist("ticket")]
        following, moved, approved = "", "", 0
        for key, _blank, seen in tickets:
            following = listing.after(key)
            try:
                self._approve(request, listing.passage(key), _seen(seen))
            except Moved as refused:
                moved = str(refused)
            else:
                approved += 1
        if len(tickets) == 1 and moved:
            return self._refused(
                request, language, tickets[0][0], Told(request.POST.get("text"), moved=moved), status=409
            )
        if _by_script(request) and len(tickets) == 1:
            return self._done(request, language, tickets[0][0], _("Approved."), following)
        if moved:
            messages.warning(request, moved)
        said = ngettext("%(count)s translation approved.", "%(count)s translations approved.", approved)
        messages.success(request, said % {"count": approved})
        return _to(replace(listing.choice, at=following if len(tickets) == 1 else ""))

    def _approve(self, request: HttpRequest, passage: Passage | None, seen: tuple[str, str]) -> None:
        """Each by itself: whoever held several rows could wait for somebody who waits for one of them."""
        if passage is None:
            raise Moved(_("This passage is no longer part of the draft."))
        if normal(request.POST.get("text", passage.text)) != normal(passage.text):
            raise Moved(_("Save your text first, then approve it."))
        with transaction.atomic():
            approve(passage.noun, passage.field, passage.language, by=request.user, seen=seen)
            self._log(request, passage)

    def _log(self, request: HttpRequest, passage: Passage) -> None:
        field = passage.noun._meta.get_field(passage.field)
        label = f"{field.verbose_name} · {language_label(passage.language)}"
        self.log_change(request, passage.noun, [{"changed": {"fields": [label]}}])

    def _refused(self, request: HttpRequest, language: str, key: str, told: Told, status: int) -> HttpResponse:
        """The passage as it is now, with what was typed and why it is not saved."""
        listing = _listing(request, language, at=key)
        passage = listing.passage(key)
        if passage is None:
            return self._gone(request, listing, told.typed or "")
        if _by_script(request):
            return self._partial(request, listing, key, told, status)
        return self._page(request, listing, {key: told}, status=status)

    def _done(self, request: HttpRequest, language: str, key: str, said: str, following: str) -> HttpResponse:
        if _by_script(request):
            return self._partial(request, _listing(request, language), key, Told(saved=said))
        messages.success(request, said)
        return _to(replace(choice_of(request, language), at=following))

    def _gone(self, request: HttpRequest, listing: Listing, typed: str) -> HttpResponse:
        """A passage that was taken out of the draft, or whose source says nothing any more."""
        said = _("This passage is no longer part of the draft. Your text was not saved.")
        if _by_script(request):
            return HttpResponse(said, status=409, content_type="text/plain; charset=utf-8")
        messages.error(request, said)
        return self._page(request, listing, gone=typed, status=409)

    def _partial(self, request: HttpRequest, listing: Listing, key: str, told: Told, status: int = 200) -> HttpResponse:
        passage = listing.passage(key)
        if passage is None:
            return self._gone(request, listing, told.typed or "")
        context = self._of(request, listing, [passage], {key: told})
        context["card"] = context["cards"][0]
        return TemplateResponse(request, f"{TEMPLATES}/answer.html", context, status=status)

    def _page(
        self,
        request: HttpRequest,
        listing: Listing,
        told: dict[str, Told] | None = None,
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        label = language_label(listing.choice.language)
        context = self._around(
            request,
            _("Translations: %(language)s") % {"language": label},
            may_import=any(may_translate(request.user, listing.choice.language, model) for model in TRANSLATED),
            **self._of(request, listing, list(listing.page), told or {}),
            **more,
        )
        return TemplateResponse(request, f"{TEMPLATES}/language.html", context, status=status)

    def _of(self, request: HttpRequest, listing: Listing, rows: list[Passage], told: dict[str, Told]) -> dict[str, Any]:
        """What the templates need to know of a language, and the cards."""
        choice, source = listing.choice, listing.draft.profile.source_language
        reader = Reader(request.user, choice.language, listing.draft.profile, zone_of_days())
        shown: list[Card] = list(cards(rows, reader, told, choice.at))
        return {
            "listing": listing,
            "choice": choice,
            "cards": shown,
            "to_approve": [card for card in shown if card.may_approve] if choice.show == "current" else [],
            "code": choice.language,
            "tag": tag(choice.language),
            "direction": text_direction(choice.language),
            "name": language_label(choice.language),
            "source_tag": tag(source),
            "source_direction": text_direction(source),
            "source_name": language_label(source),
        }

    def _around(self, request: HttpRequest, title: str, **more: Any) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **more}


def _listing(request: HttpRequest, language: str, at: str = "") -> Listing:
    choice = choice_of(request, language)
    try:
        return Listing(replace(choice, at=at) if at else choice)
    except CannotPublish as refused:
        raise Http404(str(refused)) from refused


def _seen(text: str) -> tuple[str, str]:
    source, _blank, translation = text.partition(" ")
    return source, translation


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _to(choice: Any) -> HttpResponse:
    return HttpResponseRedirect(choice.address)

"""Translators' files in the admin: one to take away, and one that comes back, looked at before it is let in.

The workbench leads here, for a language that staff work on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..actions import exchanging, weighing
from ..actions.translators import may_read, may_translate
from ..actions.weighing import Line, Plan
from ..exchange import po
from ..exchange.difference import Piece
from ..exchange.localized import tag, text_direction
from ..models import TranslationPin
from ..translation import TRANSLATED
from .naming import language_label

_SALT = "registry.admin.po_files"
# What a confirmation carries must fit into a form (DATA_UPLOAD_MAX_MEMORY_SIZE).
_MOST_CARRIED = 900_000
# Beyond this many changed texts their words are not compared: a page would take seconds.
_MOST_COMPARED = 300
# In the order in which a reader wants to know.
_GROUPS: list[tuple[str, Any, Any]] = [
    (weighing.REFUSED, gettext_lazy("Refused"), gettext_lazy("These are left out; the rest can be imported.")),
    (weighing.CHANGED, gettext_lazy("Changed"), ""),
    (weighing.ADDED, gettext_lazy("Added"), ""),
    (
        weighing.CONFIRMED,
        gettext_lazy("Confirmed"),
        gettext_lazy("The text stays as it is and counts as made from the present source text."),
    ),
    (
        weighing.OUTDATED,
        gettext_lazy("Saved as outdated"),
        gettext_lazy("They were made from an earlier source text: readers see them marked as outdated."),
    ),
]


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("A gettext PO file in UTF-8, as it is exported here."),
        widget=forms.ClearableFileInput(attrs={"accept": ".po"}),
    )
    machine = forms.BooleanField(
        label=gettext_lazy("A machine made these translations"),
        required=False,
        help_text=gettext_lazy("They count as machine translations until a person has looked at them."),
    )


@dataclass(frozen=True)
class Shown:
    """One line of the preview; `words` is None where the text is shown whole."""

    line: Line
    address: str
    words: list[Piece] | None


def export_view(request: HttpRequest, language: str) -> HttpResponse:
    data = exchanging.export(language, by=request.user)
    disposition = f'attachment; filename="{exchanging.file_name(language)}"'
    return HttpResponse(data, po.CONTENT_TYPE, headers={"Content-Disposition": disposition})


def import_view(request: HttpRequest, language: str) -> HttpResponse:
    if not any(may_translate(request.user, language, model) for model in TRANSLATED):
        raise PermissionDenied
    carried = request.POST.get("carried")
    form = FileForm(request.POST, request.FILES) if request.method == "POST" and not carried else FileForm()
    try:
        if carried:
            return _confirm(request, language, carried)
        if request.method == "POST" and form.is_valid():
            entries = _read(form.cleaned_data["file"], language)
            return _preview(request, language, entries, machine=form.cleaned_data["machine"])
    except po.Unreadable as error:
        if carried:
            messages.error(request, str(error))
        else:
            form.add_error("file", str(error))
    return _page(request, language, form=form)


def _read(upload: Any, language: str) -> list[po.Entry]:
    po.check_size(upload.size)
    return list(po.read(upload.read(), language).entries)


def _preview(
    request: HttpRequest, language: str, entries: list[po.Entry], *, machine: bool, same: int = 0, moved: bool = False
) -> HttpResponse:
    plan = weighing.plan(entries, language, by=request.user)
    told = [*plan.taken, *plan.refused]
    same += plan.unchanged
    rows = [astuple(line.entry) for line in told]
    carried = signing.dumps(
        [language, request.user.pk, plan.fingerprint, machine, same, rows], salt=_SALT, compress=True
    )
    if len(carried) > _MOST_CARRIED:
        raise po.Unreadable(_("The file changes more than one import can take. Split it into smaller files."))
    return _page(
        request,
        language,
        plan=plan,
        shown=list(_groups(plan)),
        same=same,
        machine=machine,
        moved=moved,
        carried=carried if plan.taken else "",
    )


def _groups(plan: Plan) -> Iterator[dict[str, Any]]:
    for action, title, note in _GROUPS:
        if lines := plan.of(action):
            yield {"action": action, "title": title, "note": note, "rows": list(_shown(plan.language, lines))}


def _shown(language: str, lines: Iterable[Line]) -> Iterator[Shown]:
    page = reverse("admin:registry_translationpin_language", args=[language])
    for number, line in enumerate(lines):
        compared = line.taken and line.action in {weighing.CHANGED, weighing.OUTDATED} and number < _MOST_COMPARED
        address = f"{page}?at={line.entry.key}#{line.entry.key}" if line.passage else ""
        yield Shown(line, address, line.words if compared else None)


def _confirm(request: HttpRequest, language: str, carried: str) -> HttpResponse:
    try:
        named, by, seen, machine, same, rows = signing.loads(carried, salt=_SALT, max_age=24 * 3600)
    except (signing.BadSignature, ValueError):
        raise po.Unreadable(_("The preview has expired. Choose the file again.")) from None
    if (named, by) != (language, request.user.pk):
        raise PermissionDenied
    entries = [po.Entry(*row) for row in rows]
    try:
        with transaction.atomic():
            plan = exchanging.apply(entries, language, by=request.user, machine=machine, expected=seen)
            _log(request.user, plan)
    except exchanging.PlanMoved:
        return _preview(request, language, entries, machine=machine, same=same, moved=True)
    said = ngettext("%(count)s translation imported.", "%(count)s translations imported.", len(plan.taken))
    messages.success(request, said % {"count": len(plan.taken)})
    if plan.refused:
        left = ngettext("%(count)s entry was left out.", "%(count)s entries were left out.", len(plan.refused))
        messages.warning(request, left % {"count": len(plan.refused)})
    return HttpResponseRedirect(reverse("admin:registry_translationpin_language", args=[language]))


def _log(by: Any, plan: Plan) -> None:
    nouns = {(type(line.passage.noun), line.passage.noun.pk): line.passage.noun for line in plan.taken if line.passage}
    fields = {"changed": {"fields": [language_label(plan.language)]}}
    LogEntry.objects.log_actions(by.pk, list(nouns.values()), CHANGE, [fields])


def _page(request: HttpRequest, language: str, **more: Any) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Import translations"),
        "opts": TranslationPin._meta,
        "code": language,
        "name": language_label(language),
        "tag": tag(language),
        "direction": text_direction(language),
        "may_export": may_read(request.user, language),
        "form": more.pop("form", None) or FileForm(),
        **more,
    }
    return TemplateResponse(request, "admin/registry/po/import.html", context)

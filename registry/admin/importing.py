"""Import and export of a noun as CSV or XLSX.

A row of a file is a form that was filled in elsewhere: it goes through the very form of the change page, with its
checks, its choices and its history. The preview saves every row in a transaction and takes it back.
"""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..exchange.table import CSV, XLSX, Unreadable, read, write_csv, write_xlsx
from .editing import SEEN
from .lines import Line, Run, cell, fingerprint

_SALT = "registry.admin.importing"
# What a confirmation carries must fit into a form (DATA_UPLOAD_MAX_MEMORY_SIZE).
_MOST_CARRIED = 900_000


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("CSV in UTF-8, or XLSX: one line for each entry.")
    )


class Importing(admin.ModelAdmin):
    change_list_template = "admin/registry/noun_change_list.html"

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("import/", self.admin_site.admin_view(self.import_view), name=f"{name}_import"),
            path("export/", self.admin_site.admin_view(self.export_view), name=f"{name}_export"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        query = request.GET.copy()
        query["as"] = "xlsx"
        extra = {
            "may_import": self._may_import(request),
            "xlsx_query": f"?{query.urlencode()}",
            **(extra_context or {}),
        }
        return super().changelist_view(request, extra)

    def _may_import(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """What the list shows, with its filters and its search."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.copy()
        as_xlsx = asked.pop("as", ["csv"])[-1] == "xlsx"
        request.GET = asked  # type: ignore[assignment]
        try:
            found = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            raise Http404 from None
        links = [field.name for field in self.opts.concrete_fields if field.is_relation]
        nouns = found.prefetch_related(*links, *[field.name for field in self.opts.many_to_many])
        form_class = self._row_form(request)
        columns = self._columns(form_class)
        rows = ([cell(form, name) for name in columns] for form in (form_class(instance=noun) for noun in nouns))
        data, kind = (write_xlsx(columns, rows), XLSX) if as_xlsx else (write_csv(columns, rows), CSV)
        name = f"{self.opts.model_name}-{date.today().isoformat()}.{'xlsx' if as_xlsx else 'csv'}"
        return HttpResponse(data, kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self._may_import(request):
            raise PermissionDenied
        carried = request.POST.get("carried")
        form = FileForm(request.POST, request.FILES) if request.method == "POST" and not carried else FileForm()
        try:
            if carried:
                return self._confirm(request, carried)
            if request.method == "POST" and form.is_valid():
                rows = read(form.cleaned_data["file"].read())
                return self._preview(request, rows)
        except Unreadable as error:
            if carried:
                self.message_user(request, str(error), messages.ERROR)
            else:
                form.add_error("file", str(error))
        return self._page(request, form=form)

    def _preview(self, request: HttpRequest, rows: list[dict[str, str]], moved: bool = False) -> HttpResponse:
        lines = self._run(request, rows, keep=False)
        carried = signing.dumps(
            [self.opts.model_name, request.user.pk, fingerprint(lines), rows], salt=_SALT, compress=True
        )
        if len(carried) > _MOST_CARRIED:
            raise Unreadable(_("The file is too large. Split it into files of less than 2 MB."))
        wrong = [line for line in lines if line.errors]
        shown = wrong or [line for line in lines if line.action != "same"]
        return self._page(
            request,
            lines=shown,
            wrong=len(wrong),
            same=sum(line.action == "same" for line in lines),
            left_behind=sum(line.left_behind for line in lines),
            carried="" if wrong or not shown else carried,
            moved=moved,
        )

    def _confirm(self, request: HttpRequest, carried: str) -> HttpResponse:
        try:
            model, by, seen, rows = signing.loads(carried, salt=_SALT, max_age=24 * 3600)
        except (signing.BadSignature, ValueError):
            raise Unreadable(_("The preview has expired. Choose the file again.")) from None
        if (model, by) != (self.opts.model_name, request.user.pk):
            raise PermissionDenied
        with transaction.atomic():
            lines = self._run(request, rows, keep=True)
            moved = fingerprint(lines) != seen
            if moved:
                transaction.set_rollback(True)
        if moved:
            return self._preview(request, rows, moved=True)
        saved = sum(line.action != "same" for line in lines)
        said = ngettext("%(count)s entry imported.", "%(count)s entries imported.", saved) % {"count": saved}
        self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def _run(self, request: HttpRequest, rows: list[dict[str, str]], *, keep: bool) -> list[Line]:
        """Save every row; take all of it back unless `keep`. Raise Unreadable for columns that mean nothing."""
        form_class = self._row_form(request)
        columns = self._columns(form_class)
        self._check_columns(list(rows[0]) if rows else [], columns)
        with transaction.atomic():
            lines = Run(self, request, form_class, rows).lines(rows)
            if not keep or any(line.errors for line in lines):
                transaction.set_rollback(True)
        return lines

    def _check_columns(self, given: list[str], known: list[str]) -> None:
        if not given:
            raise Unreadable(_("The file has no entries."))
        if "key" not in given:
            raise Unreadable(_("The column “key” is missing: it says which entry a line is about."))
        if unknown := [name for name in given if name not in known]:
            raise Unreadable(_("No such columns: %(names)s.") % {"names": ", ".join(unknown[:10])})

    def _row_form(self, request: HttpRequest) -> Any:
        """The form of the page on which entries are added."""
        return self.get_form(request, None)

    def _columns(self, form_class: Any) -> list[str]:
        return ["key", *(name for name in form_class.base_fields if name not in {"key", SEEN})]

    def _page(self, request: HttpRequest, **more: Any) -> HttpResponse:
        form_class = self._row_form(request)
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import"),
            "opts": self.opts,
            "columns": [(name, form_class.base_fields[name]) for name in self._columns(form_class)],
            "form": more.pop("form", None) or FileForm(),
            **more,
        }
        return TemplateResponse(request, "admin/registry/import.html", context)

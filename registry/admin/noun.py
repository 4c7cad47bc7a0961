"""What the admin pages of all nouns have in common: languages, names, versions, history, a key that never changes."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten, unquote
from django.db import transaction
from django.db.models import Model, ProtectedError, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..history import PARTS
from .editing import SEEN, VersionedForm
from .history import HistoryPages
from .importing import Importing
from .inline import Inline
from .keys import WHY_KEPT, NounForm, released_keys
from .naming import name_of, row_name
from .relating import Relating, read_as
from .speaking import Speaking, Speech, tabs
from .standing import outdated_now, stand
from .translations import MissingFilter, OutdatedFilter, Rows
from .warning import WarningsMixin


class StaffAdmin(WarningsMixin, HistoryPages, Relating, Speaking, admin.ModelAdmin):
    """Any noun that staff edit: profile and languages too."""

    form = VersionedForm
    show_full_result_count = False
    list_per_page = 50
    # Django's list page has an inline style where neither bar is shown.
    actions_on_top = True

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and not self.has_change_permission(request, obj):
            return [
                (name, {**options, "fields": [read_as(self.model, field) for field in flatten(options["fields"])]})
                for name, options in fieldsets
            ]
        if obj is not None:
            first = fieldsets[0][1]
            first["fields"] = [*first["fields"], SEEN]
        return fieldsets

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **self.told(request), **kwargs)
        form.speech = Speech.of(request)
        return form

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Of two who save at once, the second waits here, and then finds the first one's version."""
        if request.method == "POST" and transaction.get_connection().in_atomic_block:
            found = super().get_object(request, object_id, from_field)
            if found is not None:
                list(self.model._default_manager.select_for_update().filter(pk=found.pk).values_list("pk"))
        return super().get_object(request, object_id, from_field)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A save that changes nothing makes no version and no history."""
        if not change or form.has_changed():
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change and not form.has_changed() and any(formset.has_changed() for formset in formsets):
            # The version of a noun covers the rows below it.
            form.instance.save()
        if change:
            saved = [form, *(row for formset in formsets for row in formset.forms)]
            request._registry_outdated = outdated_now(request, saved)  # type: ignore[attr-defined]

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        response = super().response_change(request, obj)
        if languages := getattr(request, "_registry_outdated", ""):
            told = gettext("The source text has changed. Translations that are outdated now: {languages}")
            self.message_user(request, format_html(told, languages=languages), messages.WARNING)
        return response

    def get_inline_formsets(self, request: HttpRequest, formsets: Any, inline_instances: Any, obj: Any = None) -> Any:
        for formset in formsets:
            for form in formset.initial_forms:
                form.instance.staff_name = row_name(form.instance) if form.instance.pk else ""
            if formset.is_bound:
                # Rows that others added or deleted meanwhile must not shift what was typed to other rows.
                rows = [form.instance for form in formset.initial_forms]
                formset.get_queryset = lambda rows=rows: rows
        return super().get_inline_formsets(request, formsets, inline_instances, obj)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        forms = [context["adminform"].form]
        for formset in context["inline_admin_formsets"]:
            forms += formset.formset.initial_forms
        speech = Speech.of(request)
        stand(request, forms)
        context |= {
            "refusals": [form.refusal() for form in forms if getattr(form, "stale", False)],
            "languages": tabs(speech.shown) if self.has_prose else [],
            "source_language": speech.source,
            "noun_name": name_of(context["original"]) if context.get("original") else "",
        }
        return super().render_change_form(request, context, *args, **kwargs)

    @property
    def has_prose(self) -> bool:
        return any(inline.has_prose for inline in self.inlines if issubclass(inline, Inline)) or _has_prose(self.model)


def _has_prose(model: type[Model]) -> bool:
    return any(hasattr(field, "translated_field") for field in model._meta.fields)


class NounAdmin(Importing, StaffAdmin):
    """A noun with a key: listed or not, imported and exported, deleted only before a release names it."""

    form = NounForm
    actions = ("leave_out", "list_again")
    search_help_text = _("Names, keys and texts in the languages shown")
    why_kept = WHY_KEPT
    kept_by = _("%(name)s: a release names it, so it is kept as evidence.")
    # Columns that a search looks at, beside the key and the prose.
    searched: tuple[str, ...] = ()

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["key", *self.searched, *self.passages(request)]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        of_translations = [MissingFilter, OutdatedFilter] if _has_prose(self.model) else []
        return [*self.list_filter, "listed", *of_translations]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        if not _has_prose(self.model):
            return [*self.list_display, "on_page"]

        @admin.display(description=_("translations"))
        def translations(noun: Any) -> str:
            return request._registry_rows.translated(noun)  # type: ignore[attr-defined]

        return [*self.list_display, "on_page", translations]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        request._registry_rows = Rows(self.model, Speech.of(request), found.result_list)  # type: ignore[attr-defined]
        return found

    @admin.display(description=_("next release"), ordering="listed")
    def on_page(self, noun: Any) -> str:
        return gettext("listed") if noun.listed else format_html('<span class="quiet">{}</span>', gettext("left out"))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        if obj is not None or not self.form.key_words:
            return {}
        names = {
            field: column
            for column, (field, code) in self.passages(request).items()
            if code == Speech.of(request).source
        }
        return {"key": [names.get(word, word) for word in self.form.key_words]}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not self._kept(request, obj)

    def _kept(self, request: HttpRequest, obj: Any) -> bool:
        return obj is not None and obj.key in released_keys(request, self.model)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        noun = self.get_object(request, unquote(object_id))
        if noun is not None and super().has_delete_permission(request, noun) and self._kept(request, noun):
            self.message_user(request, self.why_kept, messages.WARNING)
            return HttpResponseRedirect(reverse(f"admin:registry_{self.opts.model_name}_change", args=[noun.pk]))
        return super().delete_view(request, object_id, extra_context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        deletable, counts, needed, protected = super().get_deleted_objects(objs, request)
        for noun in objs:
            rows = [
                noun,
                *(row for part, link in PARTS.get(self.model, ()) for row in part.objects.filter(**{link: noun})),
            ]
            protected = [
                *protected,
                *(
                    str(self.kept_by) % {"name": name_of(row)}
                    for row in rows
                    if row.key in released_keys(request, type(row))
                ),
                *self.uses(noun),
            ]
        return deletable, counts, needed, protected

    def uses(self, noun: Any) -> list[str]:
        """Why a noun that no release names cannot be deleted all the same."""
        return []

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        try:
            super().delete_queryset(request, queryset)
        except ProtectedError:
            self.message_user(request, self.why_kept, messages.ERROR)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context["why_kept"] = self.why_kept if self._kept(request, kwargs.get("obj")) else ""
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.action(description=_("Leave out of the next release"), permissions=["change"])
    def leave_out(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_listed(request, queryset, listed=False)

    @admin.action(description=_("List in the next release"), permissions=["change"])
    def list_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_listed(request, queryset, listed=True)

    def _set_listed(self, request: HttpRequest, queryset: QuerySet[Any], *, listed: bool) -> None:
        with transaction.atomic():
            chosen = self.model._default_manager.filter(pk__in=list(queryset.values_list("pk", flat=True)))
            nouns = list(chosen.filter(listed=not listed).order_by("pk").select_for_update())
            for noun in nouns:
                noun.listed = listed
                noun.save()
                self.log_change(request, noun, [{"changed": {"fields": [str(_("listed"))]}}])
        said = ngettext("%(count)s entry changed.", "%(count)s entries changed.", len(nouns)) % {"count": len(nouns)}
        self.message_user(request, said, messages.SUCCESS)

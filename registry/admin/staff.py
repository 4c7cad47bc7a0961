"""Who works here: accounts and groups. Superusers alone make them; the groups of its work come by migration."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Count, Q, QuerySet
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ..models import Language, Translator
from .naming import language_label, listed_names
from .translator import languages_field

# The field of an account that is no column of it.
LANGUAGES = "translator_languages"
VERBS = {"add": _("may add"), "change": _("may change"), "delete": _("may delete"), "view": _("may view")}
# The system writes these itself, whoever asks for it.
WRITTEN_BY_THE_SYSTEM = ("release", "publication", "erasure", "delivery", "dparequester")

admin.site.unregister(User)
admin.site.unregister(Group)


class ForSuperusers(admin.ModelAdmin):
    """Whoever may change accounts or groups may do everything: that is a superuser, said openly."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


@admin.register(User)
class AccountAdmin(ForSuperusers, UserAdmin):
    """An account. Its groups say what it may do; single permissions would hide who may do what."""

    list_display = ("username", "email", "in_groups", "is_active", "is_superuser", "last_login")
    # Staff are few: searching finds them.
    list_filter = ()
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (
            _("Access"),
            {
                "fields": ("is_active", "groups", LANGUAGES, "is_superuser"),
                "description": _("An account without a group may sign in and see nothing."),
            },
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {"classes": ("wide",), "fields": ("username", "password1", "password2", "groups", LANGUAGES)},
        ),
    )
    add_form = UserCreationForm
    readonly_fields = ("last_login", "date_joined")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """With the languages of a translator, which stand in a row of their own."""
        kwargs["fields"] = [
            name
            for name in flatten_fieldsets(self.get_fieldsets(request, obj))
            if name not in {LANGUAGES, *self.readonly_fields}
        ]
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        named = Language.objects.filter(translators__user=obj) if obj else Language.objects.none()
        form.base_fields[LANGUAGES] = languages_field(
            request,
            initial=named,
            help_text=_("For translators and those who approve: the languages they work on."),
        )
        return form

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if LANGUAGES not in form.changed_data:
            return
        translator, _made = Translator.objects.get_or_create(user=form.instance)
        translator.languages.set(form.cleaned_data[LANGUAGES])

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Groups to tick, instead of a list in which a click forgets the others."""
        if db_field.name != "groups":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        return db_field.formfield(widget=CheckboxSelectMultiple, help_text=_("What this account may do."))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "groups":
            field.widget.can_add_related = False
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Whoever has an account here works here: nobody else signs in."""
        obj.is_staff = True
        super().save_model(request, obj, form, change)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The languages named for an account go with it, although nobody deletes that row alone."""
        found, counts, refused, protected = super().get_deleted_objects(objs, request)
        return found, counts, refused - {Translator._meta.verbose_name}, protected

    @admin.display(description=_("languages"))
    def translator_languages(self, user: User) -> str:
        """For those who may look and not change."""
        codes = Language.objects.filter(translators__user=user).codes()
        return listed_names(sorted(language_label(code) for code in codes)) or "–"

    @admin.display(description=_("groups"))
    def in_groups(self, user: User) -> str:
        return ", ".join(sorted(group.name for group in user.groups.all())) or "–"


class Permissions(ModelMultipleChoiceField):
    """What there is to permit in the registry, in the reader's language instead of the database's English."""

    def label_from_instance(self, permission: Any) -> str:
        verb, _underscore, _model = permission.codename.partition("_")
        model = permission.content_type.model_class()
        name = model._meta.verbose_name if model else permission.content_type.model
        if verb in VERBS:
            return f"{capfirst(name)}: {VERBS[verb]}"
        own = dict(model._meta.permissions) if model else {}
        return f"{capfirst(name)}: {own.get(permission.codename, permission.name)}"


@admin.register(Group)
class RoleAdmin(ForSuperusers, GroupAdmin):
    list_display = ("name", "members")
    fields = ("name", "permissions")
    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        """The registry's own permissions, without those that no page asks for; of accounts and groups, to look."""
        written = Q(content_type__model__startswith="historical") | Q(content_type__model__in=WRITTEN_BY_THE_SYSTEM)
        links = Q(content_type__model__startswith="historical", content_type__model__contains="_")
        by_hand = (
            Permission.objects.filter(
                Q(content_type__app_label="registry")
                | Q(content_type__app_label="auth", codename__in=["view_user", "view_group"])
            )
            .exclude(links | Q(content_type__model="attempt"))
            .exclude(written & Q(codename__regex="^(add|change|delete)_"))
            .select_related("content_type")
            .order_by("content_type__model", "codename")
        )
        return Permissions(by_hand, widget=CheckboxSelectMultiple, required=False, label=_("What it may do"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(member_count=Count("user"))

    @admin.display(description=_("accounts"), ordering="member_count")
    def members(self, group: Any) -> int:
        return group.member_count

"""Who may translate what, and approve it. Every door asks here, and the verbs ask again.

Staff who may change a noun may change its text in every language. A translator may change the text of the languages
that are named for them, and nothing else. Approval is a permission of its own.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils.translation import gettext as _

from ..models import DpaTemplate, Language, ServiceProfile, TranslationPin, Translator
from ..translation import TRANSLATED, noun_name


def languages_of(user: Any) -> frozenset[str] | None:
    """The languages named for a user; None for one who is no translator. Asked of the database once a request."""
    # A request's user is a lazy object, whose own attributes are not the user's.
    known: Any = getattr(user, "_registry_languages", False)
    if known is False:
        rows = list(Translator.objects.filter(user=user.pk).values_list("languages__code", flat=True))
        known = frozenset(code for code in rows if code) if rows else None
        user._registry_languages = known
    return known


def may_translate(user: Any, language: str, model: type[Model] | None = None) -> bool:
    """Whether a user may change a language's text of a noun; without one, of every noun of the policy."""
    if not user.is_active:
        return False
    models = (model,) if model else tuple(noun for noun in TRANSLATED if noun is not DpaTemplate)
    if all(user.has_perm(f"registry.change_{noun_name(found)}") for found in models):
        return True
    return user.has_perm("registry.translate") and language in (languages_of(user) or ())


def may_approve(user: Any, language: str) -> bool:
    """Whether a user may approve texts of a language; `may_approve_pin` says whether this one."""
    named = languages_of(user)
    return user.is_active and user.has_perm("registry.approve_translation") and (named is None or language in named)


def may_approve_pin(user: Any, pin: TranslationPin, profile: ServiceProfile | None) -> bool:
    own = pin.by_id is not None and pin.by_id == user.pk
    return may_approve(user, pin.language) and not (own and (profile is None or profile.second_eyes))


def may_read(user: Any, language: str) -> bool:
    """Whether a user may see how far a language has come, and take its file away."""
    return user.has_perm("registry.view_translationpin") or may_translate(user, language) or may_approve(user, language)


def may_enter(user: Any) -> bool:
    """Whether the translations are any of a user's work; in which languages, `languages_for` says."""
    own = ("registry.view_translationpin", "registry.translate", "registry.approve_translation")
    return any(user.has_perm(one) for one in own) or may_translate(user, "")


def languages_for(user: Any, source: str) -> list[str]:
    """The languages that staff work on and this user may see, without the source's."""
    return [code for code in Language.objects.worked_on().codes() if code != source and may_read(user, code)]


def require_translate(user: Any, language: str, model: type[Model] | None = None) -> None:
    """Raise PermissionDenied unless the user may; None is a command, which may everything."""
    if user is not None and not may_translate(user, language, model):
        raise PermissionDenied(_("You may not change texts in this language."))

"""The forms of a subscription: who is told, of what, and in which language."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from ..exchange.content import Content
from ..exchange.localized import autonym
from ..exchange.mailbox import mailbox
from ..exchange.subscription import SCOPES, region_choices
from ..models import Subscriber
from .fields import Email, PublicForm

_REGIONS = Subscriber.Scope.REGIONS


class _Choices(PublicForm):
    """What a subscriber chooses. `content` is that of the release in force, which names the regions."""

    scope = forms.ChoiceField(
        label=_("What should we tell you about?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Please choose what we should tell you about."),
            "invalid_choice": _("Please choose what we should tell you about."),
        },
    )
    regions = forms.MultipleChoiceField(
        label=_("Regions"),
        help_text=_("A change that concerns every customer is told in any case."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": _("Please choose regions of the list.")},
    )

    def __init__(self, posted: Any, *, content: Content, language: str, **values: Any) -> None:
        super().__init__(posted, **values)
        regions = region_choices(content, language)
        self._offer("scope", [(scope, label) for scope, label in SCOPES.items() if regions or scope != _REGIONS])
        self._offer("regions", regions)
        if not regions:
            del self.fields["regions"]

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("scope") != _REGIONS:
            # A page without the newest CSS shows the boxes all the time.
            found["regions"] = []
        elif not found.get("regions") and "regions" not in self.errors:
            self.add_error("regions", _("Please choose at least one region."))
        return found


class SubscribeForm(_Choices):
    email = Email(label=_("E-mail address"), max_length=254)

    NAME = "subscribe"
    GROUPS = ((_("Subscribe"), ("email", "scope", "regions")),)
    COMPLETE = {"email": "email"}

    def __init__(self, posted: Any, **values: Any) -> None:
        super().__init__(posted, initial={"scope": Subscriber.Scope.ALL}, **values)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        # A host in the form of DNS is longer than it looks.
        if len(mailbox(email)) > 254:
            raise forms.ValidationError(self.fields["email"].error_messages["invalid"], code="invalid")
        return email


class PreferencesForm(_Choices):
    language = forms.ChoiceField(
        label=_("Language of the mails"),
        error_messages={
            "required": _("Please choose a language."),
            "invalid_choice": _("Please choose a language of the list."),
        },
    )

    NAME = "preferences"
    GROUPS = ((_("Preferences"), ("language", "scope", "regions")),)

    def __init__(
        self, posted: Any, *, subscriber: Subscriber, content: Content, language: str, languages: tuple[str, ...]
    ) -> None:
        initial = {"language": subscriber.language, "scope": subscriber.scope, "regions": subscriber.region_keys}
        super().__init__(posted, content=content, language=language, initial=initial)
        named = [(code, autonym(code)) for code in languages]
        self._offer("language", sorted(named, key=lambda choice: choice[1].casefold()))

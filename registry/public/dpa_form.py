"""The DPA request form: what is asked, what is refused, and the token that makes one form one request."""

import re
import secrets
import unicodedata
from functools import cache
from typing import Any, cast

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _

from ..exchange import collation
from ..exchange.content import Content
from ..exchange.localized import territory
from ..exchange.mail import region_name
from ..models import territories

# Nobody fills in nine fields in less; a machine does not wait.
SHORTEST = 3  # seconds
# Long enough for a form left open over lunch and a night.
LONGEST = 24 * 3600

_signer = signing.TimestampSigner(salt="registry.public.dpa_form")
# C0 and C1 controls, and the marks that turn text around and so hide what it says. Joiners are part of some scripts.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTROLS_IN_LINES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_WEB = re.compile(r"://|\bwww\.", re.IGNORECASE)


class TooQuick(Exception):
    """Sent sooner than a person can."""


class Stale(Exception):
    """A token that is missing, too old, or not ours."""


def new_token() -> str:
    """What a form carries from its page to its post: when it was made, and which form it is."""
    return _signer.sign(secrets.token_urlsafe(16))


def form_of(token: str) -> str:
    """Which form a token names. Raise Stale or TooQuick."""
    try:
        name = _signer.unsign(token, max_age=LONGEST)
    except signing.BadSignature as error:
        raise Stale from error
    try:
        _signer.unsign(token, max_age=SHORTEST)
    except signing.SignatureExpired:
        return name
    raise TooQuick


@cache
def country_choices(language: str) -> list[tuple[str, str]]:
    names = {code: territory(code, language) or code for code in territories.countries()}
    order = collation.key(language)
    return sorted(names.items(), key=lambda choice: order(choice[1]))


class _Text(forms.CharField):
    """Text without control characters: a NUL no database takes, a line break that could start a mail header."""

    forbidden = _CONTROLS
    default_error_messages = {
        "required": _("Please fill in this field."),
        "controls": _("This field contains a line break or another character that cannot be shown. Please remove it."),
        "web": _("Please leave out web addresses here."),
    }

    def __init__(self, *, web: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.web = web
        # Ours says it better, and says it once.
        self.validators = [
            validator for validator in self.validators if not isinstance(validator, ProhibitNullCharactersValidator)
        ]

    def to_python(self, value: Any) -> str:
        # A browser sends a line break as two characters and counts it as one.
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value) or ""

    def validate(self, value: str) -> None:
        super().validate(value)
        if self.forbidden.search(value) or any(unicodedata.category(char) == "Cs" for char in value):
            raise ValidationError(self.error_messages["controls"], code="controls")
        if not self.web and _WEB.search(value):
            raise ValidationError(self.error_messages["web"], code="web")


class _Lines(_Text):
    widget = forms.Textarea
    forbidden = _CONTROLS_IN_LINES
    default_error_messages = {
        "controls": _("This field contains a character that cannot be shown. Please remove it."),
    }


class _Email(_Text):
    widget = forms.EmailInput
    default_error_messages = {"invalid": _("Please enter a complete e-mail address, such as name@example.com.")}

    def clean(self, value: Any) -> str:
        value = super().clean(value)
        if not value:
            return value
        try:
            # Django's own rule, and then the one of the mail that goes there: a host name that DNS can carry.
            forms.EmailField(max_length=254).clean(value)
            punycode(value.rpartition("@")[2])
        except (ValidationError, UnicodeError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        return value


class DpaForm(forms.Form):
    company = _Text(label=_("Company’s legal name"), max_length=200, web=False)
    address = _Lines(label=_("Registered address"), max_length=1000)
    country = forms.ChoiceField(
        label=_("Country"),
        error_messages={
            "required": _("Please choose a country."),
            "invalid_choice": _("Please choose a country of the list."),
        },
    )
    account = _Text(label=_("Account address on the service"), max_length=200)
    name = _Text(
        label=_("Signatory’s name"),
        help_text=_("The person who may sign for the company."),
        max_length=200,
        web=False,
    )
    role = _Text(label=_("Signatory’s role"), help_text=_("For example: managing director"), max_length=200, web=False)
    email = _Email(
        label=_("Signatory’s business e-mail"), help_text=_("We send the receipt to this address."), max_length=254
    )
    region = forms.ChoiceField(
        label=_("Hosting region"),
        error_messages={
            "required": _("Please choose a hosting region."),
            "invalid_choice": _("Please choose a hosting region of the list."),
        },
    )
    note = _Lines(label=_("Note"), max_length=4000, required=False)
    # No person sees this field; programs that fill in whatever they find do.
    website = forms.CharField(label=_("Leave this field empty"), required=False)

    GROUPS = (
        (_("Your company"), ("company", "address", "country", "account", "region")),
        (_("Who signs"), ("name", "role", "email")),
        (_("Anything else"), ("note",)),
    )
    COMPLETE = {
        "company": "organization",
        "address": "street-address",
        "country": "country",
        "name": "name",
        "role": "organization-title",
        "email": "email",
    }

    def __init__(self, posted: Any, *, content: Content, language: str) -> None:
        super().__init__(posted, auto_id="dpa-%s", use_required_attribute=False)
        empty = [("", _("Please choose"))]
        self._choose("country", [*empty, *country_choices(language)])
        regions = [(region["key"], region_name(content, region["key"], language)) for region in content["regions"]]
        self._choose("region", [*empty, *regions])
        if not regions:
            del self.fields["region"]
        pattern = content["service"]["service_address"]
        if pattern:
            self.fields["account"].help_text = _("Where you sign in. Account addresses look like this: %(pattern)s") % {
                "pattern": pattern
            }
        for name, field in self.fields.items():
            field.widget.attrs |= {"autocomplete": self.COMPLETE.get(name, "off")}
            if field.required:
                field.widget.attrs["aria-required"] = "true"
        self.fields["address"].widget.attrs["rows"] = 3
        self.fields["note"].widget.attrs["rows"] = 4
        self.fields["website"].widget.attrs["tabindex"] = "-1"

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in self.GROUPS]

    def bait(self) -> forms.BoundField:
        return self["website"]

    def mistakes(self) -> list[tuple[forms.BoundField, str]]:
        """Each field with its first mistake, in the order of the page."""
        return [(field, str(field.errors[0])) for _title, fields in self.groups() for field in fields if field.errors]

    def answers(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if name != "website"}

"""What the public forms are made of: fields that keep what real people write, and a form with a bait for programs."""

import re
import unicodedata
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _

# C0 and C1 controls, and the marks that turn text around and so hide what it says. Joiners are part of some scripts.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTROLS_IN_LINES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_WEB = re.compile(r"://|\bwww\.", re.IGNORECASE)


class Text(forms.CharField):
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
        if self.required and not any(unicodedata.category(char)[0] in "LNPS" for char in value):
            # Such as a space of no width.
            raise ValidationError(self.error_messages["required"], code="required")
        if not self.web and _WEB.search(value):
            raise ValidationError(self.error_messages["web"], code="web")


class Lines(Text):
    widget = forms.Textarea
    forbidden = _CONTROLS_IN_LINES
    default_error_messages = {
        "controls": _("This field contains a character that cannot be shown. Please remove it."),
    }


class Email(Text):
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


class PublicForm(forms.Form):
    """Groups of fields in the order of the page; NAME begins the ids of its elements."""

    NAME: ClassVar[str]
    GROUPS: ClassVar[tuple[tuple[Any, tuple[str, ...]], ...]]
    # What a browser may fill in, by the words of HTML.
    COMPLETE: ClassVar[dict[str, str]] = {}

    # No person sees this field; programs that fill in whatever they find do.
    website = forms.CharField(label=_("Leave this field empty"), required=False)

    def __init__(self, posted: Any, **values: Any) -> None:
        super().__init__(posted, auto_id=f"{self.NAME}-%s", use_required_attribute=False, **values)
        for name, field in self.fields.items():
            # A group of radio buttons or boxes is no field that could be completed.
            if field.widget.use_fieldset:
                continue
            field.widget.attrs |= {"autocomplete": self.COMPLETE.get(name, "off")}
            if field.required:
                field.widget.attrs["aria-required"] = "true"
        self.fields["website"].widget.attrs["tabindex"] = "-1"

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in self.GROUPS]

    def bait(self) -> forms.BoundField:
        return self["website"]

    def mistakes(self) -> list[tuple[forms.BoundField, str]]:
        """Each field with its first mistake, in the order of the page."""
        return [(field, str(field.errors[0])) for _title, fields in self.groups() for field in fields if field.errors]

    def answers(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "website"}

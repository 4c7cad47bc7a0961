"""Names, dates and lists in a language's own form, from CLDR; nothing here is typed by anybody."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format, get_timezone_gmt
from babel.lists import format_list
from babel.numbers import format_percent
from django.utils.html import format_html
from django.utils.safestring import SafeString


@cache
def locale(language: str) -> Locale:
    """The CLDR locale of one of our language codes; English is read as in Europe (13 December 2024)."""
    return Locale.parse("en-GB" if language == "en" else language, sep="-")


def territory(code: str, language: str) -> str | None:
    """The name of an ISO country, `EU` or a UN M49 area; None where CLDR has none."""
    return locale(language).territories.get(code)


def listing(items: Iterable[str], language: str, style: Literal["standard", "or"] = "standard") -> str:
    """ "A, B and C"; with style "or": "A, B or C"."""
    return format_list(list(items), style=style, locale=locale(language))


def percent(value: int, language: str) -> str:
    """A whole number of hundredths: 95% · 95 % · ٩٥٪."""
    return format_percent(Decimal(value) / 100, locale=locale(language))


def day(value: date, language: str) -> str:
    """13 December 2024 · 13. december 2024 · 2024. december 13."""
    return format_date(value, format="long", locale=locale(language))


def instant(at: datetime, zone: tzinfo, language: str) -> str:
    """A day and a time to the minute, with its distance from UTC: 13 December 2024, 14:05 GMT+01:00."""
    local = at.astimezone(zone)
    time = format_time(local, "short", tzinfo=zone, locale=locale(language))
    apart = get_timezone_gmt(local, "long", locale=locale(language)) if local.utcoffset() else "UTC"
    form = str(get_datetime_format("long", locale=locale(language))).replace("'", "")
    return form.replace("{0}", f"{time} {apart}").replace("{1}", day(local.date(), language))


def moment(value: date | str, language: str) -> SafeString:
    """A date in the language's own form, and in ISO form for machines."""
    found = date.fromisoformat(value) if isinstance(value, str) else value
    return format_html('<time datetime="{}">{}</time>', found.isoformat(), day(found, language))


def language_name(code: str, language: str) -> str:
    """The name of one of our languages in another: "portugisisk (Brasilien)"."""
    return Locale.parse(code, sep="-").get_display_name(locale(language)) or code


def autonym(code: str) -> str:
    """A language's name in itself, capitalised as in a list of choices."""
    name = language_name(code, code)
    return name[:1].upper() + name[1:]


def text_direction(code: str) -> str:
    return "rtl" if locale(code).character_order == "right-to-left" else "ltr"


def tag(code: str) -> str:
    """The BCP 47 tag of a language code: pt-BR for pt-br."""
    parts = code.split("-")
    return "-".join([parts[0], *(part.upper() for part in parts[1:])])

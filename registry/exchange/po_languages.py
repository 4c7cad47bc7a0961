"""How gettext names our languages and counts in them."""

from babel.messages.plurals import get_plural
from django.conf import settings

from .localized import locale

# Where Babel's table has another number of forms than CLDR 48 has categories of whole numbers: Hungarian and Maltese
# as they were counted long ago, and the Romance languages without the form for millions. The order is CLDR's.
_MILLIONS = "nplurals=3; plural=(n == 1 ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2);"
_MILLIONS_AND_ZERO_IS_ONE = "nplurals=3; plural=(n == 0 || n == 1 ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2);"
_CLDR = {
    "es": _MILLIONS,
    "fr": _MILLIONS_AND_ZERO_IS_ONE,
    "hu": "nplurals=2; plural=(n != 1);",
    "it": _MILLIONS,
    "mt": (
        "nplurals=5; plural=(n == 1 ? 0 : n == 2 ? 1 : n == 0 || (n % 100 >= 3 && n % 100 <= 10) ? 2"
        " : n % 100 >= 11 && n % 100 <= 19 ? 3 : 4);"
    ),
    "pt": _MILLIONS_AND_ZERO_IS_ONE,
    "pt-br": _MILLIONS_AND_ZERO_IS_ONE,
}


def gettext_name(code: str) -> str:
    """pt_BR for pt-br."""
    language, _hyphen, territory = code.partition("-")
    return f"{language}_{territory.upper()}" if territory else language


def code_of(name: str) -> str | None:
    """Our code for a language as tools write it (pt_BR, pt-BR, lv_LV, sr@latin); None for one that is not ours."""
    known = {code for code, _name in settings.LANGUAGES}
    code = name.strip().partition("@")[0].partition(".")[0].replace("_", "-").lower()
    if code in known:
        return code
    language = code.partition("-")[0]
    return language if language in known else None


def plural_forms(code: str) -> str:
    """The header Plural-Forms. Our files have no plurals; tools refuse or rewrite a header that they find wrong."""
    return _CLDR.get(code) or get_plural(locale(code)).plural_forms

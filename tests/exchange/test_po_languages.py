import gettext
import re

import pytest
from babel import Locale
from django.conf import settings

from registry.exchange.po_languages import code_of, gettext_name, plural_forms

CODES = [code for code, _name in settings.LANGUAGES]
# Whole numbers that every rule of CLDR tells apart: small ones, and around the millions.
NUMBERS = [*range(2001), 10_000, 999_999, 1_000_000, 1_000_001, 1_000_011, 2_000_000, 10_000_000]


def counted(code):
    count, rule = re.fullmatch(r"nplurals=(\d+); plural=(.+);", plural_forms(code)).groups()
    form = gettext.c2py(rule)
    return int(count), [form(number) for number in NUMBERS]


@pytest.mark.parametrize("code", CODES)
def test_a_language_has_as_many_plural_forms_as_cldr_has_categories_of_whole_numbers(code):
    rule = Locale.parse(code, sep="-").plural_form
    categories = [rule(number) for number in NUMBERS]

    count, forms = counted(code)

    assert count == len(set(categories))
    assert set(forms) == set(range(count))
    # gettext's Latvian keeps 10 to 20 with the other plurals, where CLDR puts them with zero.
    if code != "lv":
        assert len(set(zip(categories, forms, strict=True))) == count


def test_gettext_names_a_language_with_its_territory():
    assert [gettext_name(code) for code in ("lv", "pt-br", "mt")] == ["lv", "pt_BR", "mt"]
    assert [code_of(gettext_name(code)) for code in CODES] == CODES


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("pt_BR", "pt-br"),
        ("pt-BR", "pt-br"),
        ("pt_PT", "pt"),
        ("lv_LV.UTF-8", "lv"),
        (" nb_NO ", "nb"),
        ("de@hebrew", "de"),
        ("ja", None),
        ("", None),
    ],
)
def test_a_language_is_known_by_what_tools_call_it(name, code):
    assert code_of(name) == code

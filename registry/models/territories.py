"""Territory codes: ISO 3166-1 alpha-2, `EU`, and, in prose alone, UN M49 areas such as 150 (Europe).

Names are never stored: CLDR (Babel) has them in every language.
"""

from functools import cache

from babel import Locale
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# CLDR lists these two-letter codes among the territories, yet ISO 3166-1 assigns them to no country.
_NO_COUNTRY = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}

EU = "EU"
# Treaty on European Union, Art. 52.
EU_MEMBERS = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
# EU and EFTA parties to the EEA Agreement, where the GDPR applies (Joint Committee Decision 154/2018).
EEA_MEMBERS = EU_MEMBERS | {"IS", "LI", "NO"}
# Adequacy decisions of the Commission that cover every recipient or all commercial ones (GDPR Art. 45). Not the United
# States: theirs covers the organisations certified under the Data Privacy Framework alone.
ADEQUATE = frozenset("AD AR CA CH FO GB GG IL IM JE JP KR NZ UY".split())
# UN M49, area 150.
EUROPE = EU_MEMBERS - {"CY"} | frozenset(
    "AD AL AX BA BY CH FO GB GG GI IM IS JE LI MC MD ME MK NO RS RU SJ SM UA VA".split()
)
AREAS = {EU: EU_MEMBERS, "150": EUROPE | {EU}}


@cache
def countries() -> frozenset[str]:
    """The ISO 3166-1 alpha-2 codes."""
    return frozenset(
        code
        for code in map(str, Locale("en").territories)
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    )


def within(territory: str, area: str) -> bool:
    """Whether a territory is the area itself or lies in it."""
    return territory == area or territory in AREAS.get(area, ())


def validate_country(value: str) -> None:
    if value not in countries():
        raise ValidationError(_("“%(code)s” is no ISO 3166-1 country code."), params={"code": value}, code="country")


def validate_territory(value: str) -> None:
    if value != EU:
        validate_country(value)


def validate_countries(values: list[str]) -> None:
    for value in values:
        validate_country(value)

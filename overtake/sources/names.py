"""Country names of SIPRI's editions to ISO 3166-1 alpha-3 codes, former countries to ISO 3166-3 four-letter codes."""

from __future__ import annotations

import re
from functools import cache

#: Names, misprints included, that pycountry does not know; lower case.
EXCEPTIONS = {
    "bosnia-herzegovina": "BIH",
    "brunei": "BRN",
    "cape verde": "CPV",
    "central african rep.": "CAF",
    "china, p.r.": "CHN",
    "china, p. r.": "CHN",
    "congo, dem. rep.": "COD",
    "congo, dr": "COD",
    "congo, repubic of": "COG",
    "congo, republic": "COG",
    "congo, republic of": "COG",
    "cote d'ivoire": "CIV",
    "czechoslovakia": "CSHH",
    "côte d’ivoire": "CIV",
    "dominican rep.": "DOM",
    "gambia, the": "GMB",
    "german democratic republic": "DDDE",
    "german dr": "DDDE",
    "korea, north": "PRK",
    "korea, south": "KOR",
    "kosovo": "XKX",
    "norh macedonia": "MKD",
    "russia": "RUS",
    "slovak rep.": "SVK",
    "timor leste": "TLS",
    "trinidad & tobago": "TTO",
    "turkey": "TUR",
    "uae": "ARE",
    "uk": "GBR",
    "ussr": "SUHH",
    "ussr/russia": "RUS",
    "yemen, north": "YEMN",
    "yugoslavia": "YUCS",
}

#: Headings of the sheets: groups of countries, never a country.
REGIONS = re.compile(
    r"^(africa|north africa|sub-saharan( africa)?|americas|north america|central america.*|south america|asia.*"
    r"|oceania|south asia|central asia|east asia|south-? ?east asia|central and south.*|europe|central europe"
    r"|(central|eastern|western) (and|&)?.*europe|middle east|world.*)$",
    re.IGNORECASE,
)

#: Headings of the widest regions; a heading after one of them, up to the next, is a subregion of it.
BROAD = ("Africa", "Americas", "Asia & Oceania", "Europe", "Middle East")
#: Headings that editions spell in two ways, lower case, and how they are written here.
SPELLED = {"sub-saharan": "Sub-Saharan Africa", "sub-saharan africa": "Sub-Saharan Africa",
           "south-east asia": "South East Asia", "asia and oceania": "Asia & Oceania"}  # fmt: skip


def heading(name: str) -> str | None:
    """Return the heading of a region or subregion as it is written here, None for what is no heading."""
    plain = " ".join(name.split())
    return SPELLED.get(plain.lower(), plain) if REGIONS.match(plain) else None


@cache
def iso3(name: str) -> str | None:
    """Return the code of SIPRI's country `name`, None for a region's heading, a footnote or an unknown name."""
    plain = " ".join(name.split())
    if not plain or len(plain) > 60 or REGIONS.match(plain):
        return None
    return EXCEPTIONS.get(plain.lower()) or _convert(plain)


def _convert(plain: str) -> str | None:
    import pycountry

    try:
        return str(pycountry.countries.lookup(plain).alpha_3)
    except LookupError:
        return None

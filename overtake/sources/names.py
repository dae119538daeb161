"""Country names of SIPRI's editions to ISO 3166-1 alpha-3 codes, former countries to four-letter codes.

The four letters are those of ISO 3166-3 where it has the state; North Yemen and South Viet Nam have none there.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

#: Names in small letters without accents, misprints included, that pycountry does not know or knows as another.
EXCEPTIONS = {
    "bahamas, the": "BHS",
    "bosnia & herzegovina": "BIH",
    "bosnia-herzegovina": "BIH",
    "brunei": "BRN",
    "burma": "MMR",
    "burma/myanmar": "MMR",
    "cape verde": "CPV",
    "central african rep.": "CAF",
    "china (people's republic)": "CHN",
    "china, p.r.": "CHN",
    "china, p. r.": "CHN",
    "china, people's republic of": "CHN",
    "congo, dem. rep.": "COD",
    "congo, democratic republic of": "COD",
    "congo, dr": "COD",
    "congo, rep.": "COG",
    "congo, repubic of": "COG",
    "congo, republic": "COG",
    "congo, republic of": "COG",
    "cote d'ivoire": "CIV",
    "czech rep.": "CZE",
    "czechoslovakia": "CSHH",
    "dominican rep.": "DOM",
    "dr congo": "COD",
    "east germany": "DDDE",
    "east timor": "TLS",
    "former yugoslavia": "YUCS",
    "fyr macedonia": "MKD",
    "gambia, the": "GMB",
    "gdr": "DDDE",
    "german democratic republic": "DDDE",
    "german dr": "DDDE",
    "german federal republic": "DEU",
    "german fr": "DEU",
    "germany, east": "DDDE",
    "germany, fr": "DEU",
    "germany, west": "DEU",
    "great britain": "GBR",
    "guinea bissau": "GNB",
    "ivory coast": "CIV",
    "korea, dpr": "PRK",
    "korea, north": "PRK",
    "korea, rep.": "KOR",
    "korea, south": "KOR",
    "kosovo": "XKX",
    "kosovo (un)": "XKX",
    "kyrgyz rep.": "KGZ",
    "lao pdr": "LAO",
    "macedonia": "MKD",
    "macedonia (fyrom)": "MKD",
    "macedonia, fyr": "MKD",
    "macedonia, north": "MKD",
    "myanmar (burma)": "MMR",
    "norh macedonia": "MKD",
    "north vietnam": "VDVN",
    "north yemen": "YEMN",
    "russia": "RUS",
    "russia/ussr": "RUS",
    "serbia & montenegro": "CSXX",
    "serbia and montenegro": "CSXX",
    "slovak rep.": "SVK",
    "south vietnam": "VNMS",
    "south yemen": "YDYE",
    "soviet union": "SUHH",
    "sudan, south": "SSD",
    "surinam": "SUR",
    "swaziland": "SWZ",
    "taiwan (roc)": "TWN",
    "taiwan, roc": "TWN",
    "the gambia": "GMB",
    "the netherlands": "NLD",
    "timor leste": "TLS",
    "trinidad & tobago": "TTO",
    "turkey": "TUR",
    "turkiye": "TUR",
    "u.s.a.": "USA",
    "uae": "ARE",
    "uk": "GBR",
    "ussr": "SUHH",
    "ussr (former)": "SUHH",
    "ussr/russia": "RUS",
    "viet nam, north": "VDVN",
    "viet nam, south": "VNMS",
    "vietnam, south": "VNMS",
    "west germany": "DEU",
    "yemen arab republic": "YEMN",
    "yemen, north": "YEMN",
    "yemen, pdr": "YDYE",
    "yemen, people's democratic republic": "YDYE",
    "yemen, south": "YDYE",
    "yugoslavia": "YUCS",
    "yugoslavia (former)": "YUCS",
    "yugoslavia (serbia and montenegro)": "CSXX",
    "yugoslavia, former": "YUCS",
    "yugoslavia, fr": "CSXX",
    "yugoslavia/serbia and montenegro": "CSXX",
    "zaire": "COD",
}
#: Marks of notes that stand behind a name.
NOTES = re.compile(r"[\s†‡§¶‖|*]+(\[?\d+\]?)?$")

#: Headings of the sheets: groups of countries, never a country.
REGIONS = re.compile(
    r"^(africa|north africa|sub-saharan( africa)?|americas|north america|central america.*|south america|asia.*"
    r"|oceania|south asia|central asia|east asia|south-? ?east asia|central (and|&) south.*|europe|central europe"
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
    plain = NOTES.sub("", " ".join(name.split()))
    if not plain or len(plain) > 60 or REGIONS.match(plain):
        return None
    return EXCEPTIONS.get(bare(plain)) or _convert(plain)


def bare(name: str) -> str:
    """Return `name` in small letters, without accents, with straight apostrophes."""
    apart = unicodedata.normalize("NFKD", name.replace("\u2019", "'"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).lower()


def _convert(plain: str) -> str | None:
    import pycountry

    try:
        return str(pycountry.countries.lookup(plain).alpha_3)
    except LookupError:
        return None

"""Languages that a text can be in: every language that Django knows, with its own name and its direction."""

from django.conf import global_settings
from django.utils.translation import get_language_info

# Open Graph wants a territory with each language. Languages that are not here are given without og:locale.
_LOCALES = "ar_AR cs_CZ da_DK de_DE el_GR en_US es_ES fa_IR fi_FI fr_FR he_IL hu_HU it_IT ja_JP ko_KR nb_NO nl_NL pl_PL"
_TERRITORIES = dict(locale.split("_") for locale in f"{_LOCALES} pt_PT ro_RO ru_RU sv_SE tr_TR uk_UA ur_PK".split())
# Google News wants codes of two or three letters, but for Chinese: developers.google.com/search/docs, "News sitemaps".
_NEWS_CODES = {"zh-hans": "zh-cn", "zh-hant": "zh-tw"}


def language_choices() -> list[tuple[str, str]]:
    """Return code and own name of each language, sorted by name: ("de", "Deutsch")."""
    names = ((code, get_language_info(code)["name_local"]) for code, _ in global_settings.LANGUAGES)
    return sorted(((code, name[:1].upper() + name[1:]) for code, name in names), key=lambda pair: pair[1].casefold())


def direction_of(language: str) -> str:
    """Return the value of `dir` for a language: "rtl" for Arabic, Hebrew and others, "ltr" for the rest."""
    return "rtl" if get_language_info(language)["bidi"] else "ltr"


def open_graph_locale(language: str) -> str:
    """Return the value of `og:locale`, e.g. "en_GB" for "en-gb", or "" where no territory is known."""
    base, _, variant = language.partition("-")
    territory = variant.upper() if len(variant) == len("GB") else _TERRITORIES.get(language, "")
    return f"{base}_{territory}" if territory else ""


def news_language(language: str) -> str:
    """Return the value of `news:language` in a news sitemap: "en" for "en-gb", "zh-cn" for "zh-hans"."""
    return _NEWS_CODES.get(language, language.partition("-")[0])

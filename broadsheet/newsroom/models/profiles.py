"""The profiles of staff in /cms/ fall back on the language of the paper, and always have its time zone.

Wagtail falls back on the language of whoever causes an email, and on UTC.
"""

from wagtail.users.models import UserProfile

from broadsheet.newsroom.models.paper import Paper


def language_of(profile: UserProfile) -> str:
    """Return the language that the member of staff has chosen, or that of the paper."""
    return str(profile.preferred_language or Paper.current().language)


def time_zone_of(profile: UserProfile) -> str:
    """Return the name of the paper's time zone: an hour in /cms/ is the same for all who work there."""
    return Paper.current().time_zone


def adapt_profiles() -> None:
    """Replace Wagtail's two methods, which its pages and emails call."""
    UserProfile.add_to_class("get_preferred_language", language_of)
    UserProfile.add_to_class("get_current_time_zone", time_zone_of)

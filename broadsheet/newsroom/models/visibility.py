"""The triggers that keep what readers see: no road into the database can pass them by (ADR 34).

An article is public while its page is live, it has been published, and neither it nor a page above it is restricted.
Whatever leaves the site is a hard purge in the purge log, in the same transaction.
"""

from broadsheet.core.triggers import Trigger

PAGES, ARTICLES = "wagtailcore_page", "newsroom_articlepage"
RESTRICTIONS = "wagtailcore_pageviewrestriction"
_EVERYTHING = "SELECT 'paper'"


def _restricted(path: str) -> str:
    """Return the condition that the page with this path, or a page above it, is restricted."""
    return (
        f"EXISTS (SELECT 1 FROM {RESTRICTIONS} AS r JOIN {PAGES} AS q ON q.id = r.page_id "  # noqa: S608 - names of tables
        f"WHERE substr({path}, 1, length(q.path)) = q.path)"
    )


_IS_PUBLIC = (
    f"({ARTICLES}.published_at IS NOT NULL AND "  # noqa: S608 - names of tables
    f"(SELECT p.live AND NOT {_restricted('p.path')} FROM {PAGES} AS p WHERE p.id = {ARTICLES}.page_ptr_id))"
)


def _keep(which: str) -> str:
    """Return the statement that sets `is_public` of those of the articles `which` for which it is wrong."""
    return f"UPDATE {ARTICLES} SET is_public = {_IS_PUBLIC} WHERE {which} AND is_public <> {_IS_PUBLIC}"  # noqa: S608


def _beneath(page: str) -> str:
    """Return the condition that an article is this page, or beneath it."""
    return (
        f"page_ptr_id IN (SELECT d.id FROM {PAGES} AS q JOIN {PAGES} AS d "  # noqa: S608 - names of tables
        f"ON substr(d.path, 1, length(q.path)) = q.path WHERE q.id = {page})"
    )


def _purge(keys: str) -> dict[str, str]:
    """Return the statement that records hard purges of the keys that a SELECT yields, as `PurgeQuerySet.record`."""
    columns, values = "INSERT INTO pagecache_purge (keys, effect, made_at", "'hard', CURRENT_TIMESTAMP"
    rows = f"FROM ({keys}) AS k (keys)"
    return {
        "sqlite": f"{columns}) SELECT *, {values} FROM ({keys})",  # noqa: S608 - names of tables and columns
        "postgresql": f"{columns}, transaction) SELECT keys, {values}, pg_current_xact_id()::text::bigint {rows}; "
        "PERFORM pg_notify('broadsheet_purges', '')",
    }


# The keys of newsroom.keys: of an article, of the lists that have it, and of those beside it.
_ARTICLE_AND_ITS_LISTS = (
    "SELECT 'articlepage:' || OLD.page_ptr_id || ' sitemaps archive latest archive:' "
    "|| COALESCE(substr(CAST(OLD.edition_date AS text), 1, 4), '') "
    "|| ' in:sectionpage:' || OLD.section_id || ' beside:sectionpage:' || OLD.section_id "
    "UNION ALL SELECT 'in:author:' || author_id FROM newsroom_bylineentry WHERE article_id = OLD.page_ptr_id "
    "UNION ALL SELECT 'in:tag:' || tag_id FROM newsroom_articletag WHERE content_object_id = OLD.page_ptr_id "
    "UNION ALL SELECT DISTINCT 'corrections' FROM newsroom_correction WHERE article_id = OLD.page_ptr_id"
)
# Of an article that stays public in another section, or at another address.
_OLD_PLACE = (
    "SELECT 'articlepage:' || OLD.page_ptr_id || ' sitemaps in:sectionpage:' || OLD.section_id "
    "|| ' beside:sectionpage:' || OLD.section_id"
)
_HAS_MOVED = (
    "OLD.is_public AND NEW.is_public "
    "AND (OLD.section_id <> NEW.section_id OR COALESCE(OLD.address, '') <> COALESCE(NEW.address, ''))"
)
_IS_NO_ARTICLE = (
    "NOT EXISTS (SELECT 1 FROM django_content_type AS c WHERE c.id = OLD.content_type_id "
    "AND c.app_label = 'newsroom' AND c.model = 'articlepage')"
)
_IS_RESTRICTED = f"EXISTS (SELECT 1 FROM {RESTRICTIONS} AS r WHERE r.page_id = NEW.id)"  # noqa: S608


def _of_public_article(pk: str) -> str:
    return f"EXISTS (SELECT 1 FROM {ARTICLES} AS a WHERE a.page_ptr_id = {pk} AND a.is_public)"  # noqa: S608


_KEEPERS = [
    Trigger("article_public_new", ARTICLES, "INSERT", _keep("page_ptr_id = NEW.page_ptr_id")),
    Trigger(
        "article_public_own", ARTICLES, "UPDATE OF is_public, published_at", _keep("page_ptr_id = NEW.page_ptr_id")
    ),
    Trigger(
        "article_public_page",
        PAGES,
        "UPDATE OF live, path",
        _keep("page_ptr_id = NEW.id"),
        when="OLD.live <> NEW.live OR OLD.path <> NEW.path",
    ),
    # SQLite moves the pages of a branch one after the other: the restricted one may come after those beneath it.
    Trigger(
        "article_public_branch",
        PAGES,
        "UPDATE OF path",
        _keep(_beneath("NEW.id")),
        when=f"OLD.path <> NEW.path AND {_IS_RESTRICTED}",
    ),
    Trigger("article_public_restricted", RESTRICTIONS, "INSERT", _keep(_beneath("NEW.page_id"))),
    Trigger("article_public_released", RESTRICTIONS, "DELETE", _keep(_beneath("OLD.page_id"))),
    Trigger(
        "article_public_rerestricted",
        RESTRICTIONS,
        "UPDATE OF page_id",
        f"{_keep(_beneath('OLD.page_id'))}; {_keep(_beneath('NEW.page_id'))}",
    ),
]
_LEAVING = [
    Trigger(
        "purge_left_article",
        ARTICLES,
        "UPDATE OF is_public",
        _purge(_ARTICLE_AND_ITS_LISTS),
        when="OLD.is_public AND NOT NEW.is_public",
    ),
    Trigger("purge_moved_article", ARTICLES, "UPDATE OF section_id, address", _purge(_OLD_PLACE), when=_HAS_MOVED),
    Trigger("purge_deleted_article", ARTICLES, "DELETE", _purge(_ARTICLE_AND_ITS_LISTS), when="OLD.is_public"),
    Trigger(
        "purge_left_byline",
        "newsroom_bylineentry",
        "DELETE",
        _purge("SELECT 'in:author:' || OLD.author_id || ' articlepage:' || OLD.article_id"),
        when=_of_public_article("OLD.article_id"),
    ),
    Trigger(
        "purge_left_tag",
        "newsroom_articletag",
        "DELETE",
        _purge("SELECT 'in:tag:' || OLD.tag_id || ' articlepage:' || OLD.content_object_id"),
        when=_of_public_article("OLD.content_object_id"),
    ),
    # New ones too: beneath the page of all corrections, no one article has a key for a correction that it gets.
    *(
        Trigger(
            f"purge_{verb.split()[0].lower()}_correction",
            "newsroom_correction",
            verb,
            _purge(f"SELECT 'corrections articlepage:' || {row}.article_id"),
            when=_of_public_article(f"{row}.article_id"),
        )
        for verb, row in (("INSERT", "NEW"), ("UPDATE OF made_on, text, article_id", "OLD"), ("DELETE", "OLD"))
    ),
    Trigger("purge_deleted_author", "newsroom_author", "DELETE", _purge("SELECT 'author:' || OLD.id || ' sitemaps'")),
    Trigger(
        "purge_left_page",
        PAGES,
        "UPDATE OF live, url_path, show_in_menus",
        _purge(_EVERYTHING),
        when="OLD.live AND (NOT NEW.live OR OLD.url_path <> NEW.url_path "
        f"OR OLD.show_in_menus AND NOT NEW.show_in_menus) AND {_IS_NO_ARTICLE}",
    ),
    Trigger("purge_deleted_page", PAGES, "DELETE", _purge(_EVERYTHING), when=f"OLD.live AND {_IS_NO_ARTICLE}"),
    Trigger(
        "purge_left_footer",
        "newsroom_plainpage",
        "UPDATE OF in_footer",
        _purge(_EVERYTHING),
        when="OLD.in_footer AND NOT NEW.in_footer",
    ),
    *(
        Trigger(f"purge_{verb.lower()}_{table}", table, verb, _purge(_EVERYTHING))
        for table in (RESTRICTIONS, "wagtailcore_collectionviewrestriction")
        for verb in ("INSERT", "UPDATE", "DELETE")
    ),
]
TRIGGERS = [*_KEEPERS, *_LEAVING]
# The statements after which this process looks for purges that the database has recorded.
RECORDING = frozenset((trigger.event.split()[0], trigger.table) for trigger in _LEAVING)
ALL_ARTICLES = _keep("1 = 1")

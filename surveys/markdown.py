"""The small Markdown of question texts and notes: emphasis, lists and links, made safe. No HTML passes through."""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "a"}
_INLINE_TAGS = {"br", "em", "strong", "a"}
_SCHEMES = {"http", "https", "mailto"}
_RULES = ["emphasis", "list", "link", "autolink", "newline", "escape", "entity", "balance_pairs", "fragments_join"]

_markdown = MarkdownIt("zero").enable(_RULES)


@lru_cache(maxsize=4096)
def block_html(text: str) -> str:
    """`text` as paragraphs and lists. The result is safe to print as it stands.

    >>> block_html("Be *brief*.")
    '<p>Be <em>brief</em>.</p>'
    """
    return _safe(_markdown.render(text), _TAGS)


@lru_cache(maxsize=4096)
def inline_html(text: str) -> str:
    """`text` as it can stand in a legend, a label or a table head: no paragraphs, no lists.

    >>> inline_html("Is it **too much**?")
    'Is it <strong>too much</strong>?'
    """
    return _safe(_markdown.renderInline(text), _INLINE_TAGS)


@lru_cache(maxsize=4096)
def plain_text(text: str) -> str:
    """`text` without its marks, for titles and mails.

    >>> plain_text("Is it **too much**?")
    'Is it too much?'
    """
    tokens = _markdown.parseInline(text)[0].children or []
    return "".join(" " if token.type in ("softbreak", "hardbreak") else token.content for token in tokens)


def _safe(html: str, tags: set[str]) -> str:
    return nh3.clean(
        html, tags=tags, attributes={"a": {"href"}}, url_schemes=_SCHEMES, link_rel="noopener noreferrer"
    ).strip()

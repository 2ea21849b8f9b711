"""One stylesheet out of many: only what the pages and their scripts can need, by a CSS parser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tinycss2

CONDITIONS = {"media", "supports", "layer", "container"}
ANIMATIONS = {"animation", "animation-name"}
Node = tinycss2.ast.Node


def load(path: Path, folder: Path) -> list[Node]:
    """The rules of a stylesheet and of those it imports; addresses become relative to ``folder``.

    Raises ValueError for what the parser cannot read, and for an @import that has a condition.
    """
    rules = []
    for rule in _parse(path.read_text("utf-8")):
        if rule.type == "at-rule" and rule.lower_at_keyword == "import":
            imported = [token for token in rule.prelude if token.type != "whitespace"]
            if [token.type for token in imported] not in (["string"], ["url"]):
                raise ValueError(f"{path}: cannot join @import{tinycss2.serialize(rule.prelude)}")
            rules += load(path.parent / imported[0].value, folder)
        else:
            rules.append(rule)
            _rebase([rule], path.parent, folder)
    return rules


def _rebase(rules: Iterable[Node], old: Path, new: Path) -> None:
    for token in _urls(rules):
        if is_local(token.value):
            token.value = Path(os.path.relpath(old / token.value, new)).as_posix()
            quoted = token.type == "string"
            token.representation = f'"{token.value}"' if quoted else f"url({token.value})"


def is_local(address: str) -> bool:
    """Whether an address is a file's: no data, no fragment, no other place."""
    return not urlsplit(address).scheme and address[:1] not in ("", "#", "/")


def purge(rules: Iterable[Node], used: set[str], begun: Iterable[str] = ()) -> str:
    """The rules whose every class, id and tag is in ``used``, and only what these refer to.

    A name is used too that begins with one of ``begun``.

    Names within :is, :not and attribute selectors are not looked at: a rule is kept when in doubt.
    Custom properties, fonts and keyframes that nothing mentions go, unless ``used`` has them.
    """
    beginnings = tuple(begun)

    def needed(names: set[str]) -> bool:
        return all(name in used or name.startswith(beginnings) for name in names)

    kept = list(_selected(rules, needed))
    while len(fewer := list(_referred(kept, used))) < len(kept) or _changed(kept, fewer):
        kept = fewer
    return "".join(map(_write, fewer))


def addresses(css: str) -> set[str]:
    """Every address that a stylesheet refers to."""
    return {token.value for token in _urls(_parse(css))}


def _parse(css: str) -> list[Node]:
    return tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)


def _walk(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        for part in ("prelude", "content", "arguments"):
            yield from _walk(getattr(node, part, None) or ())


def _urls(nodes: Iterable[Node]) -> Iterator[Node]:
    """The tokens that hold an address: url(x) is one token, url("x") a function of a string."""
    for token in _walk(nodes):
        if token.type == "url":
            yield token
        elif token.type == "function" and token.lower_name == "url":
            yield from (part for part in token.arguments if part.type == "string")


# A rule on the way: (keyword or None, prelude as text, declarations or inner rules or raw text).
Rule = tuple[str | None, str, Any]


def _selected(rules: Iterable[Node], needed: Callable[[set[str]], bool]) -> Iterator[Rule]:
    for rule in rules:
        if rule.type == "error":
            raise ValueError(f"line {rule.source_line}: {rule.message}")
        if rule.type == "qualified-rule":
            selectors = [s for s in _split(rule.prelude) if needed(_names(s))]
            declarations = _declarations(rule.content)
            if selectors and declarations:
                yield None, ",".join(tinycss2.serialize(s).strip() for s in selectors), declarations
        elif rule.lower_at_keyword in CONDITIONS and rule.content is not None:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if inside := list(_selected(inner, needed)):
                yield rule.lower_at_keyword, tinycss2.serialize(rule.prelude), inside
        elif rule.lower_at_keyword == "charset":
            continue  # the joined file is UTF-8, as the page is
        elif rule.lower_at_keyword == "font-face":
            yield "font-face", "", _declarations(rule.content)
        else:
            content = tinycss2.serialize(rule.content) if rule.content is not None else None
            yield rule.lower_at_keyword, tinycss2.serialize(rule.prelude), content


def _split(prelude: list[Node]) -> list[list[Node]]:
    parts: list[list[Node]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    return parts


def _names(selector: list[Node]) -> set[str]:
    """Classes, ids and tags that an element must have for the selector to match."""
    names, before = set(), ""
    for token in selector:
        if token.type == "hash" or (token.type == "ident" and before != ":"):
            names.add(token.value if before == "." or token.type == "hash" else token.lower_value)
        before = token.value if token.type == "literal" else ""
    return names


def _declarations(content: list[Node]) -> list[tuple[str, str]]:
    found = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    if wrong := [node for node in found if node.type != "declaration"]:
        raise ValueError(f"line {wrong[0].source_line}: {wrong[0].type} inside a rule")
    return [(node.name, _value(node)) for node in found]


def _value(declaration: Node) -> str:
    text = tinycss2.serialize([t for t in declaration.value if t.type != "comment"])
    text = " ".join(text.split()) or " "  # an empty custom property needs its blank
    return f"{text}!important" if declaration.important else text


def _flat(rules: Iterable[Rule]) -> Iterator[Rule]:
    for rule in rules:
        yield rule
        if rule[0] in CONDITIONS:
            yield from _flat(rule[2])


def _referred(rules: list[Rule], used: set[str]) -> Iterator[Rule]:
    """One round: drop what nothing mentions now; dropping may set more free."""
    values = [
        (name, value)
        for keyword, _, content in _flat(rules)
        if isinstance(content, list) and keyword not in CONDITIONS and keyword != "font-face"
        for name, value in content
    ]
    raw = [content for _, _, content in _flat(rules) if isinstance(content, str)]
    mentioned = used | {
        name
        for text in (*raw, *(value for _, value in values))
        for token in _walk(tinycss2.parse_component_value_list(text))
        if (name := getattr(token, "value", None)) and token.type in ("ident", "string")
    }
    families = {
        _plain(v) for n, value in values if "font" in n or n[:2] == "--" for v in value.split(",")
    }
    yield from _without(rules, mentioned, families)


def _without(rules: Iterable[Rule], mentioned: set[str], families: set[str]) -> Iterator[Rule]:
    for keyword, prelude, content in rules:
        if keyword in CONDITIONS:
            if inside := list(_without(content, mentioned, families)):
                yield keyword, prelude, inside
        elif keyword == "font-face":
            own = _plain(dict(content)["font-family"])
            if any(family.endswith(own) for family in families):
                yield keyword, prelude, content
        elif keyword is None:
            left = [(n, v) for n, v in content if n[:2] != "--" or n in mentioned]
            if left:
                yield keyword, prelude, left
        elif "keyframes" not in keyword or prelude.strip() in mentioned:
            yield keyword, prelude, content


def _plain(family: str) -> str:
    return family.replace("\\", "").replace("!important", "").strip(" \"'")


def _changed(old: list[Rule], new: list[Rule]) -> bool:
    return "".join(map(_write, old)) != "".join(map(_write, new))


def _write(rule: Rule) -> str:
    keyword, prelude, content = rule
    head = f"@{keyword}{prelude.rstrip()}" if keyword else prelude
    if content is None:
        return f"{head};"
    if isinstance(content, str):
        return f"{head}{{{' '.join(content.split())}}}"
    if keyword in CONDITIONS:
        return f"{head}{{{''.join(map(_write, content))}}}"
    return f"{head}{{{';'.join(f'{name}:{value}' for name, value in content)}}}"

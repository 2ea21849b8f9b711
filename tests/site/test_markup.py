"""Every page as it is written: links that lead somewhere, pictures that say what they show."""

import functools
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

FILE_NAME = re.compile(r"\S+\.(svg|png|jpe?g|gif|webp)", re.IGNORECASE)
FOREIGN = re.compile(r"mathjax|require(\.min)?\.js|html-manager|thebe|//cdn|unpkg|jsdelivr", re.I)
RAW = re.compile(r"\{[a-z][\w:-]*\}`|```|:::|\$\$|\{\{|\}\}|\{%|%\}|\bTODO\b|\bFIXME\b")
# MathML: how many children each of these has.
ARITY = dict.fromkeys(["msub", "msup", "mfrac", "munder", "mover", "mroot"], 2)
ARITY |= {"msubsup": 3, "munderover": 3}
ADDRESSES = {"a": "href", "link": "href", "img": "src", "script": "src", "iframe": "src"}


@functools.cache
def parse(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@pytest.fixture
def soup(site, page_name) -> BeautifulSoup:
    return parse(site / page_name)


def test_every_link_arrives(site, page_name, soup):
    addresses = {
        element[attribute]
        for tag, attribute in ADDRESSES.items()
        for element in soup.find_all(tag, {attribute: True})
    }
    faults = {address: fault(site, page_name, address) for address in addresses}
    assert len(faults) > 10
    assert not {address: reason for address, reason in faults.items() if reason}


def fault(site: Path, page: str, address: str) -> str:
    """Why a link does not work wherever the site lies; nothing if it does. Fetches nothing."""
    parts = urlsplit(address)
    if parts.scheme in {"https", "mailto", "data"}:
        return ""
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        return "neither relative nor https"
    target = ((site / page).parent / unquote(parts.path) if parts.path else site / page).resolve()
    if not (target.is_file() and target.is_relative_to(site.resolve())):
        return "no file of the site"
    if parts.fragment and target.suffix == ".html" and parts.fragment not in anchors(target):
        return "no such place in the page"
    return ""


@functools.cache
def anchors(path: Path) -> set[str]:
    return {element["id"] for element in parse(path).find_all(id=True)}


def test_the_front_door_leads_to_the_first_page(site):
    refresh = parse(site / "index.html").find("meta", {"http-equiv": "Refresh"})["content"]
    assert not fault(site, "index.html", refresh.partition("url=")[2])


def test_every_picture_says_what_it_shows(soup):
    assert not {str(image)[:300]: reason for image in soup("img") if (reason := silence(image))}


def silence(image) -> str:
    """Why somebody who cannot see the picture misses something; nothing if it is well described."""
    if image.get("role") == "presentation":
        return "" if image.get("alt") == "" else "decoration with words"
    text = image.get("alt", "").strip()
    if not text or FILE_NAME.fullmatch(text):
        return "no description"
    figure = image.find_parent("figure")
    caption = figure and figure.find("figcaption")
    if caption and " ".join(text.split()) in " ".join(caption.get_text().split()):
        return "the description repeats the caption"
    if len(text) <= 10 and (figure or image.find_parent(class_="cell_output")):
        return "too short for a figure"
    return ""


def test_the_page_has_what_every_page_needs(soup):
    assert soup.html["lang"] == "en"
    assert soup.title.get_text(strip=True)
    assert soup.find("meta", {"name": "viewport"})
    assert len(soup("h1")) == 1


def test_the_titles_of_the_pages_differ(site):
    pages = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    titles = [parse(path).title.get_text() for path in pages if parse(path).title]
    assert len(titles) > 3
    assert len(titles) == len(set(titles))


def test_no_source_shows_through(soup):
    assert not soup.select(".system-message, .problematic")
    verbatim = {"pre", "code", "script", "style", "annotation"}
    texts = [text for text in soup.find_all(string=True) if not parents(text) & verbatim]
    assert not [text for text in texts if RAW.search(text)]


def parents(text) -> set[str]:
    return {parent.name for parent in text.parents}


def test_formulas_are_valid_mathml(soup):
    parts = [part for name in ARITY for part in soup.select(f"math {name}")]
    assert not [p for p in parts if len(p.find_all(recursive=False)) != ARITY[p.name]]
    assert not [part for part in soup.select("math *") if "" in part.attrs.values()]


def test_no_script_comes_from_elsewhere(soup):
    sources = [script["src"] for script in soup("script", src=True)]
    assert sources
    assert not [source for source in sources if re.match(r"[a-z]+:|//", source)]
    assert not [source for source in sources if FOREIGN.search(source)]


def test_the_head_is_short(soup, page_name):
    styles = soup.select('link[rel="stylesheet"]')
    assert [urlsplit(link["href"]).path.rpartition("/")[2] for link in styles] == ["site.css"]
    scripts = soup.select("script[src]")
    assert all(script.has_attr("defer") for script in scripts)
    names = {urlsplit(script["src"]).path.rpartition("/")[2] for script in scripts}
    searching = {"searchtools.js", "language_data.js", "searchindex.js"}
    assert names & searching == (searching if page_name == "search.html" else set())
    assert not names & {"fontawesome.js", "bootstrap.js", "tex-mml-chtml.js", "require.min.js"}
    assert len(soup.select('meta[name="description"]')) == 1


def test_every_picture_keeps_its_place_and_waits(soup):
    for image in soup.select("article img:not(.toggler)"):
        assert int(image["width"]) > 0
        assert int(image["height"]) > 0
        assert image["loading"] == "lazy"


def test_every_page_names_the_same_site_files(site, page_name):
    digests = {
        address.rpartition("?v=")[2]
        for name in (page_name, "index.html", "book/index.html")
        for address in _site_files(site / name)
    }
    assert len(digests) == 1
    assert len(digests.pop()) > 12


def _site_files(path):
    addresses = [tag.get("href") or tag.get("src") for tag in parse(path)(["link", "script"])]
    return [address for address in addresses if address and "/site." in address]

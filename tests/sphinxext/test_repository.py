"""Launch buttons and repository links in small Jupyter Book builds; the notebooks for Colab."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from sphinx.errors import ConfigError

from sphinxext import repository
from sphinxext.repository import export, fill_in, main, parse_address

REPO = Path(__file__).parents[2]
ADDRESS = "https://github.com/Ada/deep-book"
INSTALL = """\
# Where lecturelib is missing (Colab), install this page's version of it; elsewhere do nothing.
import importlib.util

if importlib.util.find_spec("lecturelib") is None:
    %pip install --quiet "lecturelib[book] @ git+{{repository}}@{{revision}}"
"""
CONFIG = """
title: Mini
author: Nobody
execute: {execute_notebooks: "off"}
html: {use_issues_button: false}
sphinx:
  recursive_update: true
  extra_extensions: [sphinxext.repository]
  config: {book_repository: ""}
"""
TOC = "format: jb-book\nroot: book/index\nchapters:\n  - file: book/part/neuron\n"
SETTINGS = ("REPOSITORY", "BRANCH", "REVISION", "JUPYTERHUB", "URL")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in SETTINGS:
        monkeypatch.delenv(f"BOOK_{name}", raising=False)


def notebook_text():
    cells = [
        nbformat.v4.new_markdown_cell("# Neuron {{revision}} ü", id="title"),
        nbformat.v4.new_code_cell(INSTALL, metadata={"tags": ["remove-cell"]}, id="install"),
        nbformat.v4.new_code_cell("print('{{repository}}')", id="later"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3"}
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}))


def write_book(root, config=CONFIG):
    (root / "book" / "part").mkdir(parents=True)
    (root / "_config.yml").write_text(config)
    (root / "_toc.yml").write_text(TOC)
    (root / "book" / "index.md").write_text("# Start\n\nWords.\n")
    (root / "book" / "part" / "neuron.ipynb").write_text(notebook_text(), "utf-8")


def build(root, **settings):
    """Builds the book with BOOK_… ``settings``; its HTML folder and what the build said."""
    env = {k: v for k, v in os.environ.items() if k.removeprefix("BOOK_") not in SETTINGS}
    env |= {"PYTHONPATH": str(REPO)} | {f"BOOK_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", "."]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=300)
    return root / "_build" / "html", done


def pages_of(site):
    pages = [site / name for name in ("book/index.html", "book/part/neuron.html", "search.html")]
    return [*pages, site / "genindex.html"]


def links(page):
    return re.findall(r'(?:href|src|action)="(https?://[^"]*)"', page.read_text("utf-8"))


@pytest.fixture(scope="module")
def bare_site(tmp_path_factory):
    """The book without an address."""
    root = tmp_path_factory.mktemp("bare")
    write_book(root)
    site, done = build(root)
    assert done.returncode == 0, done.stderr
    return site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The book with an address, a hub and a revision."""
    root = tmp_path_factory.mktemp("addressed")
    write_book(root)
    site, done = build(
        root,
        REPOSITORY=f"{ADDRESS}.git",
        JUPYTERHUB="https://hub.example.edu",
        REVISION="abc123",
    )
    assert done.returncode == 0, done.stderr
    return site


def test_without_an_address_no_page_names_a_repository(bare_site):
    for page in pages_of(bare_site):
        text = page.read_text("utf-8")
        assert "executablebooks" not in text, page
        assert not re.search(r"git(hub|lab)\.com|mybinder|colab|jupyterhub", text, re.I), page
        assert "launch-buttons" not in text, page
        assert "source-" not in re.sub("download-source-button", "", text), page
        assert 'rel="canonical"' not in text, page


def test_without_an_address_the_download_keeps_its_placeholders(bare_site):
    downloaded = bare_site / "_sources" / "book" / "part" / "neuron.ipynb"
    assert downloaded.read_text("utf-8") == notebook_text()


def test_a_notebook_page_has_launch_buttons_of_the_right_form(site):
    path = "book/part/neuron.ipynb"
    found = links(site / "book" / "part" / "neuron.html")
    assert f"https://mybinder.org/v2/gh/Ada/deep-book/main?urlpath=lab/tree/{path}" in found
    colab = "https://colab.research.google.com/github/Ada/deep-book/blob/notebooks/"
    assert colab + path in found
    (hub,) = [link for link in found if link.startswith("https://hub.example.edu/")]
    assert hub.startswith("https://hub.example.edu/hub/user-redirect/git-pull?")
    assert f"urlpath=lab/tree/deep-book/{path}" in hub
    assert "branch=main" in hub


def test_a_notebook_page_has_source_and_issue_buttons(site):
    found = links(site / "book" / "part" / "neuron.html")
    assert f"{ADDRESS}/blob/main/book/part/neuron.ipynb?plain=1" in found
    assert ADDRESS in found
    assert any(link.startswith(f"{ADDRESS}/issues/new?title=") for link in found)


def test_a_text_page_has_no_launch_buttons(site):
    found = links(site / "book" / "index.html")
    assert ADDRESS in found
    assert not any("mybinder" in link or "colab" in link for link in found)


def test_no_link_leads_to_another_repository(site):
    for page in pages_of(site):
        for link in links(page):
            assert "executablebooks" not in link
            assert set(re.findall(r"github\.com/([\w.-]+/[\w.-]+)", link)) <= {"Ada/deep-book"}


def test_the_canonical_address_is_that_of_github_pages(site):
    assert '<link rel="canonical" href="https://ada.github.io/deep-book/book/part/neuron.html"' in (
        (site / "book" / "part" / "neuron.html").read_text("utf-8")
    )


def test_the_download_installs_this_version(site):
    text = (site / "_sources" / "book" / "part" / "neuron.ipynb").read_text("utf-8")
    cells = nbformat.reads(text, as_version=4).cells
    assert f'"lecturelib[book] @ git+{ADDRESS}@abc123"' in cells[1].source
    assert cells[2].source == "print('{{repository}}')"


def test_the_cell_that_installs_is_not_on_the_page(site):
    assert "find_spec" not in (site / "book" / "part" / "neuron.html").read_text("utf-8")


def test_a_malformed_address_stops_the_build_with_advice(tmp_path):
    write_book(tmp_path, CONFIG.replace('book_repository: ""', "book_repository: Ada/deep-book"))
    _, done = build(tmp_path)
    assert done.returncode != 0
    assert "the repository's address is 'Ada/deep-book'" in done.stdout + done.stderr


def configured(address="", hub="", baseurl="", **theme_options):
    config = SimpleNamespace(
        book_repository=address,
        book_jupyterhub=hub,
        html_baseurl=baseurl,
        html_theme_options=theme_options,
    )
    repository.configure(None, config)
    return config


def test_the_environment_goes_before_the_file(monkeypatch):
    monkeypatch.setenv("BOOK_REPOSITORY", ADDRESS)
    monkeypatch.setenv("BOOK_BRANCH", "next")
    monkeypatch.setenv("BOOK_JUPYTERHUB", "https://hub.one")
    monkeypatch.setenv("BOOK_URL", "https://book.example.org/")
    config = configured("https://github.com/else/where", "https://hub.two", "https://old.org/")
    options = config.html_theme_options
    assert options["repository_url"] == ADDRESS
    assert options["repository_branch"] == "next"
    assert options["launch_buttons"]["jupyterhub_url"] == "https://hub.one"
    assert config.html_baseurl == "https://book.example.org/"


@pytest.mark.parametrize("name", ["REPOSITORY", "BRANCH", "JUPYTERHUB", "URL"])
def test_an_empty_variable_counts_as_unset(monkeypatch, name):
    expected = configured(ADDRESS, "https://hub.two", "https://old.org/")
    monkeypatch.setenv(f"BOOK_{name}", "")
    assert configured(ADDRESS, "https://hub.two", "https://old.org/") == expected


def test_what_the_theme_was_told_by_others_is_taken_back():
    config = configured(
        repository_url="https://github.com/executablebooks/jupyter-book",
        launch_buttons={"binderhub_url": "https://mybinder.org"},
        use_issues_button=True,
        announcement="kept",
    )
    assert "repository_url" not in config.html_theme_options
    assert "launch_buttons" not in config.html_theme_options
    assert config.html_theme_options["use_issues_button"] is False
    assert config.html_theme_options["announcement"] == "kept"
    assert config.html_baseurl == ""


def test_only_given_services_have_a_button():
    github = configured(ADDRESS).html_theme_options["launch_buttons"]
    gitlab = configured("https://gitlab.example.edu/group/part/book").html_theme_options
    assert "jupyterhub_url" not in github
    assert "colab_url" in github
    assert "colab_url" not in gitlab["launch_buttons"]
    assert gitlab["repository_url"] == "https://gitlab.example.edu/group/part/book"


@pytest.mark.parametrize(
    ("address", "url", "pages"),
    [
        (ADDRESS, ADDRESS, "https://ada.github.io/deep-book/"),
        (f" {ADDRESS}/ ", ADDRESS, "https://ada.github.io/deep-book/"),
        (f"{ADDRESS}.git", ADDRESS, "https://ada.github.io/deep-book/"),
        (
            "https://github.com/Ada/ada.github.io",
            "https://github.com/Ada/ada.github.io",
            "https://ada.github.io/",
        ),
        ("https://gitlab.com/ada/book", "https://gitlab.com/ada/book", ""),
    ],
)
def test_addresses_are_taken_apart(address, url, pages):
    assert (parse_address(address).url, parse_address(address).pages_url) == (url, pages)


@pytest.mark.parametrize(
    "address",
    [
        "Ada/deep-book",
        "git@github.com:Ada/deep-book.git",
        "http://github.com/Ada/deep-book",
        "https://github.com/Ada",
        "https://github.com/Ada/deep-book/tree/main",
        "https://example.org/Ada/deep-book",
        'https://github.com/Ada/deep-book"; rm',
    ],
)
def test_a_malformed_address_is_told(address):
    with pytest.raises(ValueError, match=r"expected https://github\.com/OWNER/NAME"):
        parse_address(address)
    with pytest.raises(ConfigError, match=r"expected https://github\.com/OWNER/NAME"):
        configured(address)


def test_filling_in_changes_the_first_code_cell_only():
    before, after = json.loads(notebook_text()), json.loads(fill_in(notebook_text(), "URL", "REV"))
    assert after["cells"][1]["source"][-1].strip() == (
        '%pip install --quiet "lecturelib[book] @ git+URL@REV"'
    )
    after["cells"][1]["source"] = before["cells"][1]["source"]
    assert after == before
    assert fill_in(notebook_text(), "{{repository}}", "{{revision}}") == notebook_text() + "\n"


@pytest.fixture
def book(tmp_path, monkeypatch):
    """The book's root as the working folder."""
    write_book(tmp_path)
    checkpoint = tmp_path / "book" / ".ipynb_checkpoints" / "neuron-checkpoint.ipynb"
    checkpoint.parent.mkdir()
    checkpoint.write_text(notebook_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_export_has_every_notebook_where_colab_looks_for_it(book, capsys):
    main([f"{ADDRESS}/", "v1.2", str(book / "out")])
    copy = book / "out" / "book" / "part" / "neuron.ipynb"
    assert [p for p in (book / "out").rglob("*") if p.is_file()] == [copy]
    text = copy.read_text("utf-8")
    assert f"git+{ADDRESS}@v1.2" in text
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert (book / "book" / "part" / "neuron.ipynb").read_text("utf-8") == notebook_text()
    assert capsys.readouterr().out.startswith("1 notebooks written to")


def test_the_export_refuses_what_would_not_install(book):
    with pytest.raises(ValueError, match="revision is 'main; rm'"):
        export(ADDRESS, "main; rm", book / "out")
    with pytest.raises(ValueError, match="no notebook under elsewhere"):
        export(ADDRESS, "main", book / "out", Path("elsewhere"))
    assert not (book / "out").exists()


def test_the_command_line_repeats_the_reason(book, capsys):
    with pytest.raises(SystemExit):
        main(["nowhere", "main", str(book / "out")])
    assert "the repository's address is 'nowhere'" in capsys.readouterr().err

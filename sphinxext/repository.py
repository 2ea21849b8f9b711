"""Where the book's repository is: launch, source and issue buttons, and notebooks that know it.

The address stands in one place, ``book_repository`` in ``_config.yml``; BOOK_REPOSITORY overrides
it. Without an address no page names any repository: Jupyter Book's default, which is its own, is
taken away. The other settings are BOOK_BRANCH (default ``main``), BOOK_REVISION (what downloaded
notebooks install, default the branch), ``book_jupyterhub`` or BOOK_JUPYTERHUB, and BOOK_URL.

``python -m sphinxext.repository ADDRESS REVISION OUTPUT_DIR`` writes the notebooks for the branch
``notebooks``, which Colab opens: copies of ``book/**/*.ipynb`` that install this very revision.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

NOTEBOOKS_BRANCH = "notebooks"
ADDRESS = re.compile(r"https://(github\.com|[\w.-]*gitlab[\w.-]*)((?:/[\w.-]+)+)/([\w.-]+)")
REVISION = re.compile(r"\w[\w./-]*")
BUTTONS = ("use_repository_button", "use_source_button", "use_issues_button")
OPTIONS = ("repository_url", "repository_branch", "repository_provider", "launch_buttons")


class Repository(NamedTuple):
    """A repository on GitHub or GitLab, taken apart."""

    host: str
    owner: str
    name: str

    @property
    def url(self) -> str:
        """The address without ``.git`` and without a slash at the end."""
        return f"https://{self.host}/{self.owner}/{self.name}"

    @property
    def on_github(self) -> bool:
        """Colab and GitHub Pages know repositories on github.com only."""
        return self.host == "github.com"

    @property
    def pages_url(self) -> str:
        """Where GitHub Pages puts the site; empty for other hosts."""
        if not self.on_github:
            return ""
        site = f"{self.owner.lower()}.github.io"
        return f"https://{site}/" if self.name.lower() == site else f"https://{site}/{self.name}/"


def parse_address(address: str) -> Repository:
    """Take an address apart. Raises ValueError when it is not one of a repository."""
    match = ADDRESS.fullmatch(address.strip().rstrip("/").removesuffix(".git"))
    owner = match[2].strip("/") if match else ""
    if match is None or (match[1] == "github.com" and "/" in owner):
        raise ValueError(
            f"the repository's address is {address!r}; expected https://github.com/OWNER/NAME "
            "(or a GitLab's). Set book_repository in _config.yml or BOOK_REPOSITORY to it, "
            "or leave both empty to build without launch buttons"
        )
    return Repository(match[1], owner, match[3])


def configure(app: Sphinx, config: Config) -> None:
    """Turn the address into theme options, or take every trace of a repository out of them.

    Raises ConfigError when the address is malformed.
    """
    address = os.environ.get("BOOK_REPOSITORY") or config.book_repository
    options = {k: v for k, v in config.html_theme_options.items() if k not in OPTIONS}
    options |= dict.fromkeys((*BUTTONS, "use_edit_page_button"), False)
    repository = None
    if address:
        try:
            repository = parse_address(address)
        except ValueError as problem:
            raise ConfigError(str(problem)) from problem
        hub = os.environ.get("BOOK_JUPYTERHUB") or config.book_jupyterhub
        options |= _theme_options(repository, hub)
    config.html_theme_options = options
    config.book_repository = repository.url if repository else ""
    pages_url = repository.pages_url if repository else ""
    config.html_baseurl = os.environ.get("BOOK_URL") or config.html_baseurl or pages_url


def _theme_options(repository: Repository, hub: str) -> dict[str, Any]:
    launch_buttons = {"notebook_interface": "jupyterlab", "binderhub_url": "https://mybinder.org"}
    if repository.on_github:
        launch_buttons["colab_url"] = "https://colab.research.google.com"
    if hub:
        launch_buttons["jupyterhub_url"] = hub
    return {
        "repository_url": repository.url,
        "repository_branch": _branch(),
        "launch_buttons": launch_buttons,
    } | dict.fromkeys(BUTTONS, True)


def _branch() -> str:
    return os.environ.get("BOOK_BRANCH") or "main"


def point_colab_at_notebooks(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Let Colab open the copy that can install the library; Binder has it and takes the page's."""
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []):
            if button["text"] == "Colab":
                here, there = f"/blob/{_branch()}/", f"/blob/{NOTEBOOKS_BRANCH}/"
                button["url"] = button["url"].replace(here, there, 1)


def fill_in(notebook: str, url: str, revision: str) -> str:
    """The notebook, ``{{repository}}`` and ``{{revision}}`` in its first code cell filled in."""
    content = json.loads(notebook)
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            source = source.replace("{{repository}}", url).replace("{{revision}}", revision)
            cell["source"] = source.splitlines(keepends=True)
            break
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"  # as nbformat writes it


def export(address: str, revision: str, output: Path, book: Path = Path("book")) -> list[Path]:
    """Write filled-in copies of the notebooks under ``book`` to ``output``/book; their paths.

    Raises ValueError when the address or the revision is malformed, or there is no notebook.
    """
    url = parse_address(address).url
    if not REVISION.fullmatch(revision):
        raise ValueError(f"the revision is {revision!r}; expected a commit, a tag or a branch")
    notebooks = sorted(p for p in book.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    if not notebooks:
        raise ValueError(f"there is no notebook under {book}; run this from the book's root")
    written = []
    for path in notebooks:
        copy = output / book.name / path.relative_to(book)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(fill_in(path.read_text("utf-8"), url, revision), "utf-8")
        written.append(copy)
    return written


def fill_in_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Fill in the notebooks that the site offers for download, once they are copied."""
    if exception or app.builder.format != "html" or not app.config.book_repository:
        return
    revision = os.environ.get("BOOK_REVISION") or _branch()
    for path in Path(app.outdir, "_sources").rglob("*.ipynb"):
        text = fill_in(path.read_text("utf-8"), app.config.book_repository, revision)
        path.write_text(text, "utf-8")


def main(arguments: list[str] | None = None) -> None:
    """Command line of `export`."""
    parser = argparse.ArgumentParser("python -m sphinxext.repository", description=export.__doc__)
    parser.add_argument("address", help="https://github.com/OWNER/NAME")
    parser.add_argument("revision", help="the commit that the notebooks install")
    parser.add_argument("output", type=Path, help="a folder, made if need be")
    given = parser.parse_args(arguments)
    try:
        written = export(given.address, given.revision, given.output)
    except ValueError as problem:
        parser.error(str(problem))
    print(f"{len(written)} notebooks written to {given.output}")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.add_config_value("book_repository", "", "html", [str])
    app.add_config_value("book_jupyterhub", "", "html", [str])
    app.connect("config-inited", configure)
    app.connect("html-page-context", point_colab_at_notebooks, priority=502)  # the theme's is 501
    app.connect("build-finished", fill_in_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    main()

"""Whose work is served under which licence: one text file from the metadata of the wheels."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from email.message import Message

from sphinxext.python.pyodide.lock import metadata
from sphinxext.python.pyodide.pins import Component

TEXT = re.compile(r"(licen[cs]e|copying|notice)[^/]*(?<!\.py)$", re.IGNORECASE)
RULE = "=" * 78
# The PSF's licence asks for such a summary.
CHANGES = """\
Changed against what the authors publish: the modules that a page loads at its start are served as
bytecode, made from their sources by Pyodide, and headers, type stubs, tests and other files that no
browser reads are left out. The rest of the standard library is an archive of its own.

"""
# In the order in which they are likely to be a component's own page.
PAGES = ("homepage", "source", "sourcecode", "repository")


def component(wheel: bytes) -> Component:
    """What the wheel says about itself. Raises ValueError if the bytes are no wheel."""
    about = metadata(wheel)
    texts = _texts(wheel) or {"License": about.get("License", "").strip()}
    return Component(about["Name"], about["Version"], _licence(about), _address(about), texts)


def report(components: Iterable[Component]) -> str:
    """One section a component: name, version, licence and address, then the licence texts."""
    return "\n".join(map(_section, components))


def _section(part: Component) -> str:
    facts = [f"{part.name} {part.version}", f"Licence: {part.licence}"]
    facts += [part.address] if part.address else []
    texts = (f"--- {name}\n\n{text.strip()}\n" for name, text in part.texts.items())
    return "\n".join([RULE, *facts, RULE, "", *texts])


def _texts(wheel: bytes) -> dict[str, str]:
    """Everything that looks like a licence, also beside parts from elsewhere (fonts, say)."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        return {
            name: archive.read(name).decode("utf-8", errors="replace")
            for name in archive.namelist()
            if TEXT.match(name.rpartition("/")[2])
            or (".dist-info/licenses/" in name and not name.endswith("/"))
        }


def _licence(about: Message) -> str:
    """The licence's name: as an SPDX expression, else by the classifiers, else as it is written."""
    classifiers = [
        classifier.rpartition(" :: ")[2]
        for classifier in about.get_all("Classifier", [])
        if classifier.startswith("License :: ") and not classifier.endswith("OSI Approved")
    ]
    written = about.get("License", "").strip().partition("\n")[0]
    return about.get("License-Expression") or ", ".join(classifiers) or written or "not stated"


def _address(about: Message) -> str:
    labelled = (url.split(", ", 1) for url in about.get_all("Project-URL", []) if ", " in url)
    pages = {re.sub(r"[^a-z]", "", label.lower()): address for label, address in labelled}
    return about.get("Home-page") or next((pages[page] for page in PAGES if page in pages), "")

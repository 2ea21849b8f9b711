"""The widgets' code once a site, and their records when they are near: not all in every page.

myst-nb stores the whole state of every widget in its page: module and stylesheet, which are the
same on all pages, and the numbers of recorded trainings. Here what the modules share becomes a file
of all pages, and each module's own part and a long value become files that ``anywidget-host.js``
fetches when the reader comes near the figure. They are scripts, not data, so that they load from
``file://`` too.
"""

from __future__ import annotations

import json
import re
from functools import cache, partial
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from lecturelib import widgets
from lecturelib.widgets import base, modules
from sphinxext.shared import digest, keep, load_later, minify
from sphinxext.widgets.host import HOST, STATE, VIEW

TEXTS = HOST.with_name("widget-texts.js")
FOLDER = "widgets"
SHARED = f"{FOLDER}/shared.js"
STYLE = f"{FOLDER}/kit.css"
VIEWS = re.compile(rf'<script type="{re.escape(VIEW)}">(?P<content>.*?)</script>', re.DOTALL)
LONG = 4096  # characters of JSON: a shorter value costs less in the page than a request


@cache
def _modules() -> dict[str, list[str]]:
    """The parts of every widget of the library, by the widget's own part, which is the last."""
    classes = (getattr(widgets, name) for name in widgets.__all__)
    names = {cls.__module__.rpartition(".")[2] for cls in classes}
    return {name: list(modules.parts(name)) for name in sorted(names)}


@cache
def _names() -> dict[str, str]:
    """The widgets' names by their texts."""
    return {modules.bundle(name): name for name in _modules()}


def _script(part: str) -> str:
    return minify(modules.as_script(part)) + "\n"


def write(app: Sphinx, config: Config) -> None:
    """Write what the pages share, for Sphinx to copy with its static files."""
    static = Path(app.outdir).parent / "generated-widgets"
    (static / FOLDER).mkdir(parents=True, exist_ok=True)
    owned = _modules()
    shared = dict.fromkeys(part for parts in owned.values() for part in parts[:-1])
    files = {f"{FOLDER}/{name}.js": _script(name) for name in owned}
    files[SHARED] = "".join([TEXTS.read_text("utf-8"), *map(_script, shared)])
    files[STYLE] = base.stylesheet()
    for name in owned:
        load_later(app, f"_static/{FOLDER}/{name}.js")
    for name, text in files.items():
        (static / name).write_text(text, "utf-8")
    config.html_static_path.append(str(static))
    # A change of these is one of all pages: Sphinx writes them anew, and copies the files.
    config.widget_files = digest(json.dumps(files).encode())


def split(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Put references in the place of the texts, and the shared script ahead of the host."""
    scripts = context["script_files"]
    for place, script in enumerate(scripts):
        if getattr(script, "attributes", {}).get("type") != STATE:
            continue
        stored = json.loads(script.attributes["body"])
        context["body"] = VIEWS.sub(partial(_reserve, stored["state"]), context["body"])
        for model in stored["state"].values():
            _refer(app, context, model["state"])
        # "</script>" would end the script, and after "<!--<script" its own end would not.
        body = json.dumps(stored).replace("<", r"\u003c")
        attributes = script.attributes | {"body": body}
        scripts[place] = type(script)(None, priority=script.priority, **attributes)
        (host,) = (js for js in scripts if str(js.filename or "").endswith(HOST.name))
        app.add_js_file(SHARED, defer="defer", priority=host.priority - 1)
        app.add_css_file(STYLE, priority=800)  # after the theme's and the book's
        break


def _reserve(state: dict[str, Any], view: re.Match[str]) -> str:
    """The view's place in the page, as high as its figure in a wide and in a narrow column."""
    model = state.get(json.loads(view["content"])["model_id"], {}).get("state", {})
    if "_heights" not in model:
        return view[0]
    wide, narrow = model["_heights"]
    style = f"--wide: {wide}px; --narrow: {narrow}px"
    return f'<div class="anywidget-view" style="{style}"></div>{view[0]}'


def _refer(app: Sphinx, context: dict[str, Any], state: dict[str, Any]) -> None:
    """Replace the long texts of one widget, if it is the book's: its module and its records."""
    name = _names().get(state.get("_esm"))
    if name is None:
        return
    address = context["pathto"](f"_static/{FOLDER}/{name}.js", resource=True)
    # A browser that has kept an older part must not run it with this site's shared ones.
    state["_esm"] = {"part": name, "from": f"{address}?v={app.config.widget_files[:8]}"}
    state["_css"] = ""  # the page links it
    for trait, value in state.items():
        if trait != "_esm" and len(text := json.dumps(value)) > LONG:
            state[trait] = _store(app, context, text)


def _store(app: Sphinx, context: dict[str, Any], text: str) -> dict[str, str]:
    key = digest(text.encode())[:16]
    address = f"_static/{FOLDER}/{key}.js"
    path = Path(app.outdir, address)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"widgetTexts.add({json.dumps({key: json.loads(text)})});\n", "utf-8")
    return {"script": context["pathto"](address, resource=True), "text": key}


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the shared files before the pages, and split each page's state after myst-nb."""
    app.add_config_value("widget_files", "", "html", str)  # set by write
    keep(app, f"_static/{FOLDER}")  # the states name files, which no markup does
    app.connect("config-inited", write)
    app.connect("html-page-context", split, priority=920)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""The policy names every script within the pages, and opens nothing else."""

import base64
import hashlib

from sphinxext.assets.content_policy import inline_code, policy

PAGE = """<html><script>let a = 1;</script><script src="x.js"></script>
<script type="application/json">{"a": 1}</script><button onclick="go()">x</button></html>"""

OTHER = "<script>let b;</script>"


def source(code):
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def directives(line):
    return {name: rest.split() for name, _, rest in (p.partition(" ") for p in line.split("; "))}


def test_code_within_a_page_is_found():
    assert inline_code(PAGE) == ({"let a = 1;"}, {"go()"})


def test_only_code_with_a_digest_runs():
    found = directives(policy(map(inline_code, (PAGE, OTHER))))
    own = {source(code) for code in ("let a = 1;", "go()", "let b;")}
    assert set(found["script-src"]) == own | {
        "'self'", "blob:", "'wasm-unsafe-eval'", "'unsafe-hashes'"
    }  # fmt: skip
    assert "'unsafe-hashes'" not in policy([inline_code(OTHER)])


def test_nothing_foreign_and_nothing_evaluated():
    line = policy([inline_code(PAGE)])
    assert "'unsafe-eval'" not in line
    assert "http" not in line
    assert "*" not in line.replace("/*", "")
    assert directives(line)["default-src"] == ["'self'"]
    assert directives(line)["object-src"] == ["'none'"]


def test_it_is_written_for_the_built_pages(build):
    book = build("sphinxext.assets.content_policy", files={"index.md": "# One\n\n{{ }}\n"})
    lines = (book.out / "_headers").read_text("utf-8").splitlines()
    assert lines[0] == "/*"
    assert lines[1].startswith("  Content-Security-Policy: default-src 'self'; script-src 'self'")
    assert len(lines[1]) < 2000  # a longer line is not read by Cloudflare Pages

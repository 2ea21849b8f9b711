"""The server of tests and benchmarks behaves as a real host and counts what it sends."""

import gzip
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tools.server import Sent, serve, serve_counted

FILES = {
    "index.html": b"<h1>" + b"word " * 400,
    "part/index.html": b"a folder's page",
    "picture.png": b"\x89PNG" + bytes(900),
    "script.js": b"let x = 1;\n" * 90,
}


@pytest.fixture
def site(tmp_path):
    for name, content in FILES.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_bytes(content)
    (tmp_path / "secret.txt").write_text("not part of the site")
    with serve_counted(tmp_path / "site", "/book/") as running:
        yield running


def fetch(address, **headers):
    with urlopen(Request(address, headers=headers), timeout=5) as answer:
        return answer.read(), answer.headers


@pytest.mark.parametrize("name", FILES)
def test_it_returns_identical_content(site, name):
    plain, headers = fetch(site.address + name)
    assert plain == FILES[name]
    assert headers["Content-Encoding"] is None
    packed, headers = fetch(site.address + name, **{"Accept-Encoding": "br, gzip"})
    small = headers["Content-Encoding"] == "gzip"
    assert (gzip.decompress(packed) if small else packed) == FILES[name]
    assert small == (not name.endswith(".png"))
    counted = [Sent(name, 200, len(plain), size) for size in (len(plain), len(packed))]
    assert site.sent == counted


def test_it_sees_a_changed_file(site, tmp_path):
    gz = {"Accept-Encoding": "gzip"}
    fetch(site.address + "script.js", **gz)
    (tmp_path / "site" / "script.js").write_bytes(b"another script")
    assert gzip.decompress(fetch(site.address + "script.js", **gz)[0]) == b"another script"


def test_it_finds_the_page_of_a_folder_and_ignores_queries(site):
    assert fetch(site.address + "part/?a=1")[0] == FILES["part/index.html"]


@pytest.mark.parametrize(
    "path", ["none.html", "../index.html", "../secret.txt", "%2e%2e/secret.txt"]
)
def test_it_gives_nothing_that_is_not_there(site, path):
    with pytest.raises(HTTPError, match="404") as caught:
        fetch(site.address + path)
    caught.value.close()
    assert [answer.status for answer in site.sent] == [404]


def test_a_site_lives_under_its_prefix_only(site):
    assert site.address.endswith("/book/")
    with pytest.raises(HTTPError, match="404") as caught:
        fetch(site.address.replace("/book/", "/index.html"))
    caught.value.close()


def test_each_answer_has_a_type_and_the_headers_of_the_host(tmp_path):
    (tmp_path / "module.mjs").write_text("export default 1")
    policy = {"Content-Security-Policy": "default-src 'self'"}
    with serve(tmp_path, headers=policy) as address:
        _, headers = fetch(f"{address}module.mjs")
        with pytest.raises(HTTPError) as caught:
            fetch(f"{address}none")
    caught.value.close()
    assert headers["Content-Type"] == "text/javascript"
    assert headers["Cache-Control"] == "max-age=600"
    for answered in (headers, caught.value.headers):
        assert answered["Content-Security-Policy"] == "default-src 'self'"

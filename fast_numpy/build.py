"""``python build.py``: compile ``loops/`` into the side modules that Pyodide loads.

AssemblyScript, from npm, pinned by version and integrity in ``package-lock.json``, makes a module
of WebAssembly; a section in front of it makes that a shared library for Emscripten's loader. The
same sources give the same bytes.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).parent
PACKAGE = HERE / "src" / "fast_numpy"
# Twice the same, but that one of them multiplies and adds in one step: "relaxed SIMD", which not
# every browser has.
LIBRARIES = {"loops.wasm": [], "loops-fma.wasm": ["--enable", "relaxed-simd"]}
SOURCES = [HERE / "loops" / name for name in ("products.ts", "entries.ts")]
OPTIONS = ["-O3", "--runtime", "stub", "--noAssert", "--enable", "simd"]
# The memory is Pyodide's; nothing of it is this module's but what the loader reserves.
OPTIONS += ["--importMemory", "--initialMemory", "0", "--noExportMemory"]
# What products.ts keeps there: DEPTH rows of a panel and the 4 of a tile, WIDTH bytes each.
RESERVED, ALIGNMENT = 512 * 32 + 4 * 32, 4  # bytes; a power of 2
HEADER = 8  # bytes: what every module of WebAssembly opens with
DATA = 11  # the section of data


def build(npm: Sequence[str] = ("npm",), node: Sequence[str] = ("node",)) -> dict[str, bytes]:
    """The side modules by name. Raises RuntimeError with what npm or the compiler said.

    ``npm`` and ``node`` are the commands that start them; npm keeps the compiler in
    ``node_modules`` here.
    """
    if not (HERE / "node_modules" / ".package-lock.json").exists():
        _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(HERE)])
    return {name: side_module(_compile(node, options)) for name, options in LIBRARIES.items()}


def _compile(node: Sequence[str], options: Sequence[str]) -> bytes:
    compiler = HERE / "node_modules" / "assemblyscript" / "bin" / "asc.js"
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "made.wasm")
        given = [*map(str, SOURCES), *OPTIONS, *options, "-o", str(made)]
        _run([*node, str(compiler), *given])
        return made.read_bytes()


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def side_module(module: bytes) -> bytes:
    """The module with the section ``dylink.0`` in front of all others.

    Its part 1 says how much memory and how many entries of the table the loader is to reserve
    (https://github.com/WebAssembly/tool-conventions/blob/main/DynamicLinking.md). Raises ValueError
    for a module with data of its own, which would lie where other data of Pyodide's lie.
    """
    if DATA in _sections(module):
        raise ValueError(
            "the module brings data (a string, or an array?), expected code alone: the loader "
            "would not know where to put them. Compute them, or keep them in the memory reserved."
        )
    needs = b"".join(map(leb128, (RESERVED, ALIGNMENT, 0, 0)))
    body = leb128(len("dylink.0")) + b"dylink.0" + b"\x01" + leb128(len(needs)) + needs
    return module[:HEADER] + b"\0" + leb128(len(body)) + body + module[HEADER:]


def leb128(n: int) -> bytes:
    """A whole number, seven bits a byte, the lowest first."""
    more = []
    while n > 127:
        more.append(n & 127 | 128)
        n >>= 7
    return bytes([*more, n])


def _sections(module: bytes) -> Iterator[int]:
    place = HEADER
    while place < len(module):
        yield module[place]
        size, shift, place = 0, 0, place + 1
        while True:
            byte = module[place]
            size, shift, place = size | (byte & 127) << shift, shift + 7, place + 1
            if byte < 128:
                break
        place += size


if __name__ == "__main__":
    for name, module in build().items():
        (PACKAGE / name).write_bytes(module)
        print(f"{PACKAGE / name}: {len(module)} bytes")

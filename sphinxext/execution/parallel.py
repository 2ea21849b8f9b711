"""Notebooks run side by side, as many at a time as there are cores, before their pages are read.

Sphinx reads one document after the other, and myst-nb runs a notebook as it reads it. Here those
that myst-nb would run have run before, and their results are in the cache where it looks for them:
it finds all of them there and runs none. A notebook that fails leaves nothing in the cache, so
myst-nb runs it again, alone, and reports it in its own way. In ``_config.yml``, if need be:

- ``parallel_execution_jobs``: how many run at a time; 0, the default, is the number of cores.
"""

from __future__ import annotations

import asyncio
import logging as quiet_logging
import math
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from jupyter_core.utils import ensure_event_loop
from myst_nb.core.config import NbParserConfig
from myst_nb.core.execute import NotebookClientBase, NotebookClientCache, create_client
from myst_nb.core.nb_to_tokens import nb_node_to_dict
from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

LOG = logging.getLogger(__name__)
# What myst-nb says about a notebook it says when it reads the page; once is enough.
SILENT = quiet_logging.getLogger(f"{__name__}.silent")


def client_of(env: BuildEnvironment, docname: str) -> NotebookClientBase | None:
    """What myst-nb would run the document by, not yet started; None for one that is no notebook."""
    path = str(env.doc2path(docname))
    text = Path(path).read_text(env.config.source_encoding)
    reader = create_nb_reader(path, env.myst_config, env.mystnb_config, text)
    if reader is None:
        return None
    notebook = reader.read(text)
    return create_client(notebook, path, apply_metadata(notebook, env.mystnb_config), SILENT)


def apply_metadata(notebook: NotebookNode, config: NbParserConfig) -> NbParserConfig:
    """The settings of this notebook; an alias of its kernel takes the place of the kernel's name.

    myst-nb does the same within its parser, out of reach: with another kernel or other settings its
    hash of the notebook or the result would be another.
    """
    kernel = notebook.metadata.get("kernelspec", {})
    for pattern, alias in config.kernel_rgx_aliases.items():
        if "name" in kernel and re.fullmatch(pattern, kernel["name"]):
            kernel["name"] = alias
            break
    changes = nb_node_to_dict(notebook.metadata.get(config.metadata_key, {}))
    return config.copy(**{name: changes[name] for name in changes if name != "output_folder"})


def cache_of(client: NotebookClientCache) -> JupyterCacheAbstract:
    """The cache in which myst-nb looks for the client's notebook."""
    return get_cache(client.nb_config.execution_cache_path or ".jupyter_cache")


def find_waiting(env: BuildEnvironment, docnames: Iterable[str]) -> dict[str, NotebookClientCache]:
    """The notebooks that myst-nb would run: by name of the document, each content once."""
    waiting, seen = {}, set()
    for docname in docnames:
        client = None
        # Whatever is wrong with a document, myst-nb meets it too, and says so at its place.
        with suppress(Exception):
            client = client_of(env, docname)
        if not isinstance(client, NotebookClientCache) or client.path is None:
            continue
        cache = cache_of(client)
        key = (cache.path, cache.create_hashed_notebook(client.notebook)[1])
        try:
            cache.match_cache_notebook(client.notebook)
        except KeyError:
            if key not in seen:
                waiting[docname] = client
        seen.add(key)
    return waiting


def seconds_noted(cache: Path) -> dict[str, float]:
    """How long notebooks took when they last ran, by path: in this cache or one of its siblings."""
    noted = {}
    databases = cache.parent.glob("*/global.db")
    for database in sorted(databases, key=lambda path: path.stat().st_mtime_ns):
        # A sibling that cannot be read is of no use to anybody, and costs the order at most.
        with suppress(Exception):
            for record in get_cache(database.parent).list_cache_records():
                noted[record.uri] = record.data["execution_seconds"]
    return noted


def longest_first(waiting: dict[str, NotebookClientCache], noted: dict[str, float]) -> list[str]:
    """The documents in the order in which they start, so that no long one is left for the end.

    One of which nothing is noted may be long: it comes first.
    """
    return sorted(waiting, key=lambda name: -noted.get(str(waiting[name].path), math.inf))


def execute(client: NotebookClientCache) -> ExecutionResult:
    """Run the client's notebook in place, as myst-nb does."""
    config = client.nb_config
    folder = TemporaryDirectory() if config.execution_in_temp else nullcontext(client.path.parent)
    with folder as cwd:
        return single_nb_execution(
            client.notebook,
            cwd=os.path.abspath(cwd),
            allow_errors=config.execution_allow_errors,
            timeout=config.execution_timeout,
        )


@contextmanager
def pool_of(jobs: int) -> Iterator[ThreadPoolExecutor]:
    """A pool of threads; when the build is interrupted, kernels are shut down and nothing starts.

    The kernels would not hear of it: each is in a session of its own.
    """
    loops: list[asyncio.AbstractEventLoop] = []
    # nbclient takes the thread's loop, which this makes.
    pool = ThreadPoolExecutor(jobs, initializer=lambda: loops.append(ensure_event_loop()))
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for loop in loops:
            loop.call_soon_threadsafe(_cancel_tasks, loop)
        raise
    finally:
        pool.shutdown()
        for loop in loops:
            loop.close()


def _cancel_tasks(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()


def store(client: NotebookClientCache, ran: Future[ExecutionResult]) -> str:
    """Put the result into the cache unless the notebook failed; what there is to say about it."""
    if ran.exception() or ran.result().err:
        return "failed; it runs again when its page is read"
    seconds = ran.result().time
    cache_of(client).cache_notebook_bundle(
        CacheBundleIn(client.notebook, str(client.path), data={"execution_seconds": seconds}),
        check_validity=False,
        overwrite=True,
    )
    return f"ran in {seconds:.0f} s"


def count_jobs(jobs: int) -> int:
    """``jobs``, or for 0 the number of cores that this process may use."""
    if jobs < 0:
        raise ValueError(
            f"parallel_execution_jobs is {jobs}; expected how many notebooks may run at a time, "
            "or 0 for as many as there are cores"
        )
    # A container or taskset may leave fewer than the machine has; macOS does not tell.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return jobs or cores or 1


def run_ahead(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Run what myst-nb would run while it reads these documents."""
    jobs = count_jobs(app.config.parallel_execution_jobs)
    if not (waiting := find_waiting(env, docnames)):
        return
    noted = seconds_noted(Path(env.mystnb_config.execution_cache_path))
    with pool_of(jobs) as pool:
        runs = {pool.submit(execute, waiting[name]): name for name in longest_first(waiting, noted)}
        # Only this thread touches the cache, whose database is made for one at a time, and logs.
        for count, ran in enumerate(as_completed(runs), start=1):
            said = store(waiting[runs[ran]], ran)
            LOG.info("notebook %d of %d: %s %s", count, len(runs), runs[ran], said)


def setup(app: Sphinx) -> dict[str, Any]:
    """Run notebooks when it is known which documents are to be read."""
    app.setup_extension("myst_nb")
    app.add_config_value("parallel_execution_jobs", 0, "", int)
    app.connect("env-before-read-docs", run_ahead)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

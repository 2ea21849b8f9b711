"""The packaged files, readable from a folder, a wheel or a zip alike."""

from importlib.resources import files


def read(name: str) -> bytes:
    """The bytes of the file ``name`` in this folder."""
    return files("lecturelib.data").joinpath(name).read_bytes()

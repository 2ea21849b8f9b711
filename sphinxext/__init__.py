"""Sphinx extensions that turn the book's notebooks into pages: one module, one concern.

Each extension is named in ``_config.yml`` as ``sphinxext.<module>`` and works without the others.
"""

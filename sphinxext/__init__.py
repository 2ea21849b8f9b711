"""What turns the book's notebooks into pages: eight rooms, each one line of ``_config.yml``.

No room imports another. What they share is in ``shared``; ``page_kernel`` is no room, but the part
that runs in the reader's browser.
"""

"""Turns documents into archival PDFs, and refuses to write one that would not show every word it was given.

Importing this package loads neither the template engine nor the renderer: reading and checking records works
where their system libraries are missing.
"""

from __future__ import annotations

from filing.model import CannotRun


class RenderFault(CannotRun):
    """A document cannot be made faithfully; the message is plain and names the document and what is wrong."""

"""Pages on paper: a template and values in, a PDF out. No network, no fonts of the machine."""

from leadline.paper.typeset import typeset

__all__ = ["typeset"]

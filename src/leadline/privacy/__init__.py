"""Who may see what, and why: the lens, the policy, suppression, and the look written down."""

from leadline.privacy.document import document

__all__ = ["document"]

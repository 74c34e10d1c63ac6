"""Who may see what, and why: the lens, the policy, suppression, and the look written down."""

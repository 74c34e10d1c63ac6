"""Getting in and out, and choosing the role to look as."""

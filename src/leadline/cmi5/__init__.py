"""The LMS side of cmi5: course packages, registrations, launches and the rules of a session.

Sections named in this folder are those of the cmi5 specification, "Quartz", text of 2024."""

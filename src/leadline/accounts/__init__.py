"""Who may sign in, and as whom they then look: logins and the roles granted to them."""

SETTINGS_MODULE = "leadline.web.settings"  # by name: the pages are above this package

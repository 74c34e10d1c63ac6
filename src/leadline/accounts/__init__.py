"""Who may sign in, and as whom they then look: logins and the roles granted to them."""

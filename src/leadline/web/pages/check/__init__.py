"""A delayed check as whoever was sent its link answers it."""

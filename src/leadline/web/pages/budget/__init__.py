"""Is this programme worth its cost?"""

"""Is this training working, and where does it break?"""

"""Who sees what, and why?"""

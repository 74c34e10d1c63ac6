"""Who completed what, and when?"""

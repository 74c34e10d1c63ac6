"""Which courses to fix, which to keep, and what to build?"""

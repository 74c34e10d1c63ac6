"""Why are records held back?"""

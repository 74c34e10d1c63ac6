"""Whose records belong to nobody we know?"""

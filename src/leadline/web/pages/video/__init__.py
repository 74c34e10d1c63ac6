"""Where do viewers stop?"""

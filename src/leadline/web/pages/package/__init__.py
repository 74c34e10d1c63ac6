"""Who takes this course, and how far are they?"""

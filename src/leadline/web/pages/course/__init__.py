"""What happened in a course, and where do they stop?"""

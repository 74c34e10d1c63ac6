"""What does each number mean?"""

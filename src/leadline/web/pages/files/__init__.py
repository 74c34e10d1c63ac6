"""What does this file say, and shall it be taken in?"""

"""What is recorded about me, and who looked?"""

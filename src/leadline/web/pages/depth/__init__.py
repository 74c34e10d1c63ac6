"""How deep are the records of each course?"""

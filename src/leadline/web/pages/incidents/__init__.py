"""Do the trained have fewer incidents?"""

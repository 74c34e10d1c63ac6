"""Where does this person stand?"""

"""Where does this programme stand?"""

"""How far is this delayed check?"""

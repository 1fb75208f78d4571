"""Outcome + limits → a proposed program. Plain Python, no Django.

recipe = load_recipe()
proposal = propose(answers, outcome=outcome, causes=causes, screen=screen, recipe=recipe)
"""

"""Records begun for people: from a kind and a place to a commented record, prefilled with everything that is known.

`kinds` knows which forms are in force, `whereabouts` where a record goes and what it follows. `outline` asks the form
what it wants at each place, `known` what can be told without asking, `questions` asks the rest, `filling` goes from
field to field. `layout` and `scalars` make the text. `beginning` tells the story. No room here writes a file.
"""

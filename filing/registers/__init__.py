"""Register changes on their way: which entries wait, what is wrong with them, what they give and take away.

`pending` finds the entries that no change in force lists, `turns` says what is wrong with them, `keeping` fills in
which sign-offs stand, `trial` judges the records as if the change were in force, `account` tells it in words,
`drafting` writes it. `newkey` makes the entry of somebody with a new key, `text` the files. Nothing here decides who
is trusted: that is `trust` and `judging`.
"""

"""Previews of a batch's documents as its records stand now, signed or not; never final, and never in a package.

`issue` stands for the issue that would be made now, `plan` says which documents there are and what cannot be shown,
`keep` puts the finished files into their folder. `live` and the rooms below it show them in a browser while records
are being written.
"""

"""Signing: what somebody is about to sign, whether it would stand, and the signature by their own key.

`request` finds the place and the role, `rehearsal` judges the sign-off as if it were made, `shown` tells the signer
what it is, `keys` finds the key that is theirs, and `seal` has `ssh-keygen` sign. No private key is ever read here, but
for the part of its file that says which key it is and whether a passphrase guards it.
"""

"""The trust center. Imports run one way, from the doors down to the nouns:

public, admin, management   DOORS   parse, call one verb or one QuerySet, render
actions                     VERBS   what may happen, in one transaction
exchange                    SHAPES  values to bytes and back
pinning, history, translation   what translations are made from; which nouns are audited; which fields speak languages
models                      NOUNS   what exists, and what is always true of one row
"""

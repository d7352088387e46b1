"""A copy of what people decided, in a private dataset of the Hugging Face Hub, for machines whose disk does not last.

    outbox.py    what waits to be sent and what was, as files in the store's folder: a kill at any moment loses nothing
    dataset.py   the Hub's side: commits, lists and fetches, tried again while it is busy or away
    syncing.py   push and pull, out of those two and the store
    sending.py   a server's pushes: one at a time, watched by its page

Everything is sent at least once and kept once: a shard is named by its content and never rewritten, a decision is known
by its id. Not sent: items that nobody has decided about, invitations, drafts.
"""

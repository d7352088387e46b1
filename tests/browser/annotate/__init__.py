"""The Annotate page in a real Chromium: decided with keys, kept before anything else; nothing that was done is lost."""

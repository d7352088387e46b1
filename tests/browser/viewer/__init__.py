"""The photo viewer in a real Chromium, alone on a page: what it draws lies where its numbers say."""

"""The gallery: what a batch has written, filtered, a page of cards at a time; each item as on the Ask tab.

index (what the file holds) -> cards (words and numbers) -> tab (its handlers and how they are wired), pictures (the
small ones), gallery_view (the component in the browser).
"""

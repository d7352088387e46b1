"""Corrected boxes as files that trainers and box tools accept as they are. One file per format; formats.py names all.

    corrected.py   what the store holds, one decision at a time with its item, photo and trace; filters
    lessons.py     what can be learned from one of them: pairs, verdicts, demonstrations, tasks (pairs.py makes them)
    frames.py      the one place where a box becomes whole view px, and what is said about it text
    exporting.py   preview (the dry run) and export: reads, writes, checks; the command line and a page call the same
    checking.py    what trainers get wrong in silence, found before they do

Everything streams: of a row that is written only a few bytes are held. Importing this imports no format's library.
"""

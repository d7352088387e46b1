"""What annotating needs beside a page and a store: reading work in, and counting what came out.

found (one row that names a photo and a question) <- tables, label_studio, folders, zips; importing puts what was found
into a project of the store. agreement, against_model and speed count decisions; figures draw them. Knows no HTTP.
"""

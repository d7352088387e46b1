"""The Export tab's page: a shell that its scripts fill; `component.py` puts it on a Gradio page."""

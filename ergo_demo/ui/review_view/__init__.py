"""The Review tab's page: a shell that its scripts fill with what /annotate/review/part gives."""

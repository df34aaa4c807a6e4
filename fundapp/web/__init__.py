"""Flask plumbing: session, guards, form fields, filters, headers, error pages. Knows no room's model."""

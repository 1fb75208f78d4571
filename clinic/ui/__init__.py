"""One visual language: form fields, widgets, crispy layouts and the template tags that draw our components."""

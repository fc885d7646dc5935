"""The dashboard in a browser, and as one HTML file: the pages of measures/pages.yml."""

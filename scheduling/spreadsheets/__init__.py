"""Tables as CSV and XLSX, for the admin and the API."""

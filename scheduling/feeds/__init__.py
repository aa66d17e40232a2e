"""Calendar feeds in the iCalendar format (RFC 5545), for calendar applications."""

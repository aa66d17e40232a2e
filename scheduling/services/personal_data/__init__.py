"""The personal data of students, guardians and teachers: its export and its erasure."""

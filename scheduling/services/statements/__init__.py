"""Statements: what was given in a period and what is owed, one row a teacher, student …"""

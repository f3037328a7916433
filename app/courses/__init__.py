"""Courses, lessons and who completed them. A course uses an exam; an exam knows no course."""

"""The REST resources: teachers, students, recurring slots, closures, classes, the plan."""

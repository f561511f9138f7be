"""What the API answers: frozen structs, one module a subject, each documented for programs that read the schema."""

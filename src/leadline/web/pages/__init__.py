"""One folder a page: the function that answers its question, and its template beside it."""

// Unit tests get this module instead of every one that connects to PostgreSQL.
throw new Error("Unit tests reach no database. Move this test to a package's test/ folder: it runs with a PostgreSQL.");

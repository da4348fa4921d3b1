// Unit tests get this module instead of every one that connects to PostgreSQL. It can be imported, as a registry does, not used.
function refuse(): never {
  throw new Error(
    "Unit tests reach no database. Move this test to a package's test/ folder: it runs with a PostgreSQL.",
  );
}

export default { Client: refuse, Pool: refuse };
export { refuse as Logger, refuse as run, refuse as runMigrations };

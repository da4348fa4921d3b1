/** Types for the part of mime-db that tests use; it ships none. */
declare module "mime-db" {
  const types: Readonly<Record<string, { readonly source?: string }>>;
  export default types;
}

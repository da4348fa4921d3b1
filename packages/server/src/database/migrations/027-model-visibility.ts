/** Which accounts see a model that an account deployed. Until now all did; those that are there stay visible. */
export const modelVisibilityMigration = /* sql */ `
ALTER TABLE millrace.model_owners
  ADD COLUMN visibility text NOT NULL DEFAULT 'private' CHECK (visibility IN ('private', 'shared', 'public')),
  ADD COLUMN shared_with text[] NOT NULL DEFAULT '{}';
UPDATE millrace.model_owners SET visibility = 'public';
`;

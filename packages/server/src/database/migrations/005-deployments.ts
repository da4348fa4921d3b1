/** What is known of versions that were made through the API rather than found in a models directory. */
export const deploymentsMigration = /* sql */ `
ALTER TABLE millrace.model_versions
  ADD COLUMN container_image json,
  ADD COLUMN loaded_at timestamptz,
  ADD COLUMN test_input json,
  ADD COLUMN test_job uuid;
CREATE TABLE millrace.model_images (
  model_identifier text NOT NULL,
  sequence int NOT NULL,
  caption text NOT NULL,
  media_type text NOT NULL,
  blob_key text NOT NULL,
  PRIMARY KEY (model_identifier, sequence)
);
`;

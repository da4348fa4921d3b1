/** Pieces of the data items of open jobs, in the order in which they arrived; the bytes are in the blob store. */
export const uploadsMigration = /* sql */ `
CREATE TABLE millrace.upload_pieces (
  job_id bigint NOT NULL REFERENCES millrace.jobs ON DELETE CASCADE,
  sequence int NOT NULL,
  input_name text NOT NULL,
  data_item text NOT NULL,
  size_bytes bigint NOT NULL,
  blob_key text NOT NULL,
  PRIMARY KEY (job_id, sequence)
);

CREATE TABLE millrace.votes (
  job_id bigint NOT NULL,
  position int NOT NULL,
  user_identifier text NOT NULL REFERENCES millrace.users,
  is_up boolean NOT NULL,
  PRIMARY KEY (job_id, position, user_identifier)
);
`;

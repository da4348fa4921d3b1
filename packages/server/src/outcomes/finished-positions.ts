/** SQL of a subquery: the positions of the inputs of the chunk `c` that have an outcome and do not run again. */
export const finishedPositions = /* sql */ `
  SELECT o.position FROM millrace.outcome_batches b CROSS JOIN unnest(b.positions) AS o (position)
  WHERE b.job_id = c.job_id AND b.first_position BETWEEN c.first_position AND c.last_position
    AND NOT (b.is_retried AND o.position = ANY (b.failed_positions))`;

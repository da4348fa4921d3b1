/** What clients may take of the API. */
export interface ClientLimits {
  /** Open connections; more are closed at once. */
  readonly connections: number;
  /** Open connections from one address that is not a trusted proxy's; more are closed at once. */
  readonly connectionsPerAddress: number;
  /** Requests of one API key that are not answered yet, event streams included; more are answered with 503. */
  readonly openRequestsPerKey: number;
  /** Largest submission. */
  readonly submissionBytes: number;
  /** Largest archive of a model. */
  readonly archiveBytes: number;
  /** Bodies in memory at once, of which one key may hold half; more are answered with 503. */
  readonly bodyMemoryBytes: number;
  /** How long a request may take to arrive. */
  readonly requestMs: number;
  /** How long its headers may take to arrive, and a new connection to send anything. */
  readonly headersMs: number;
}

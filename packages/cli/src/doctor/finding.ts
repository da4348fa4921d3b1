/** What one check found. */
export interface Finding {
  readonly subject: string;
  /** `warning`: it works, but not for everything. */
  readonly status: "ok" | "warning" | "failed";
  /** What was found, and for anything but `ok` what to do. */
  readonly message: string;
}

// A model's process must find its programs and libraries, but must not see other variables (keys, database passwords).
const inherited = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "TMPDIR",
  "TZ",
  "LD_LIBRARY_PATH",
  "SYSTEMROOT",
  "CUDA_VISIBLE_DEVICES",
];

/**
 * The environment of a model's process: a few harmless variables of this process, and `own`.
 *
 * @param cpuCount how many threads the usual numeric libraries may start.
 */
export function childEnvironment(cpuCount: number, own: Readonly<Record<string, string>>): Record<string, string> {
  const threads = String(Math.max(1, Math.ceil(cpuCount)));
  const kept = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    PYTHONUNBUFFERED: "1",
    OMP_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: threads,
    MKL_NUM_THREADS: threads,
    // By default glibc keeps freed memory, apart for each of several threads a processor. Two places, and giving back what is freed at their end,
    // saved a quarter of what an engine of photographs held, at no measurable cost.
    MALLOC_ARENA_MAX: "2",
    MALLOC_TRIM_THRESHOLD_: "131072",
    // It writes a device id and sends what it runs on to its maker otherwise.
    ORT_DISABLE_TELEMETRY: "1",
    ...own,
  };
}

/**
 * Makes one segment of the name of an input in a path. Published clients do not encode its slashes (contract trap T33), and some proxies
 * decode them: what is between the job and the data item of `/jobs/{job}/{input}/{data item}`, or before the output of
 * `/results/{job}/datasource/{input}/output/{output}`, is the name.
 */
export function joinNames(method: string | undefined, url: string): string {
  const [path = "", ...query] = url.split("?");
  const segments = path.split("/");
  const isUpload = method === "POST" && path.startsWith("/api/jobs/");
  const isOutput = path.startsWith("/api/results/") && segments[4] === "datasource" && segments.at(-2) === "output";
  if (!isUpload && !isOutput) return url;
  const [start, end] = isUpload ? [4, segments.length - 1] : [5, segments.length - 2];
  if (end - start < 2) return url;
  const joined = [...segments.slice(0, start), segments.slice(start, end).join("%2F"), ...segments.slice(end)];
  return [joined.join("/"), ...query].join("?");
}

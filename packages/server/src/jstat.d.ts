/** Types for the part of jstat used here; it ships none. */
declare module "jstat" {
  const jstat: {
    readonly jStat: { readonly chisquare: { cdf(value: number, degreesOfFreedom: number): number } };
  };
  export default jstat;
}

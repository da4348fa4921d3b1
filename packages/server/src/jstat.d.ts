/** The part of jstat, which brings no types, that is used here. */
declare module "jstat" {
  const jstat: {
    readonly jStat: { readonly chisquare: { cdf(value: number, degreesOfFreedom: number): number } };
  };
  export default jstat;
}

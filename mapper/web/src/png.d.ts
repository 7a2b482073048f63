/** Pictures that the build writes into the bundle as data addresses. */
declare module "*.png" {
  const address: string;
  export default address;
}

/** Where the median was. */
export { median } from "./median.ts";

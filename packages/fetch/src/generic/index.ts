export { resilientFetch } from "./resilient-fetch.ts";

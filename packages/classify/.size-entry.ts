export { parseRetryAfter } from "./src/index.ts";

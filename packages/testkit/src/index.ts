export type { FakeClock } from "./fake-clock.ts";
export { fakeClock } from "./fake-clock.ts";
export type { MockNext, MockRequest } from "./mock-next.ts";
export { mockNext } from "./mock-next.ts";
export { seededRandom } from "./seeded-random.ts";

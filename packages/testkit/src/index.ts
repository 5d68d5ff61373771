export type { ChaosOptions } from "./chaos.ts";
export { chaos, ChaosError } from "./chaos.ts";
export type { FakeClock } from "./fake-clock.ts";
export { fakeClock } from "./fake-clock.ts";
export type { FaultMixOptions } from "./fault-mix.ts";
export { faultMix } from "./fault-mix.ts";
export type { MockNext, MockRequest } from "./mock-next.ts";
export { mockNext } from "./mock-next.ts";
export { seededRandom } from "./seeded-random.ts";

/** What sources that run everywhere may ask of an engine that has it; Node's own types say the same. */
interface ErrorConstructor {
  stackTraceLimit: number;
}

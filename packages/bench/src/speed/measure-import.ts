/** Measures the import of modules in a process that has loaded nothing else: `node measure-import.ts SPECIFIER...` */

/** The results of one process, in nanoseconds and bytes. */
export interface ImportMeasurement {
  readonly time: number;
  /** The growth of the heap, after a garbage collection. */
  readonly bytes: number;
}

/** Makes Node load `fetch` and all its other lazy globals, which would otherwise be charged to the first module that reads them. */
function loadPlatform(): void {
  for (const name of Object.getOwnPropertyNames(globalThis)) void Reflect.get(globalThis, name);
}

async function measureImport(specifiers: readonly string[]): Promise<ImportMeasurement> {
  loadPlatform();
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  await Promise.all(specifiers.map((specifier) => import(specifier)));
  const time = (performance.now() - start) * 1e6;
  globalThis.gc?.();
  return { time, bytes: process.memoryUsage().heapUsed - before };
}

console.log(JSON.stringify(await measureImport(process.argv.slice(2))));
process.exit();

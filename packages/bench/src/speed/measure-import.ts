/** Times the import of modules in this process, which has loaded nothing else: `node measure-import.ts SPECIFIER...` */

/** What one process found out, in nanoseconds and bytes. */
export interface ImportMeasurement {
  readonly time: number;
  /** What the heap grew by, after a collection. */
  readonly bytes: number;
}

/** Has Node load its own `fetch` and all else that it loads on first use: that is no price of whoever looks at it first. */
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

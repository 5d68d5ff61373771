/** The contenders of the benches. */
import type { Operation } from "./bare.ts";
import type { CrowdId } from "./crowds.ts";
import type { OperationId, Timed } from "./operations.ts";

export interface Contender {
  readonly name: string;
  /** The packages that it consists of, for the versions in the report. */
  readonly packages: readonly string[];
  /** How its users write each operation it supports. Each is created once in a process, then called repeatedly. */
  readonly does: { readonly [Id in OperationId]?: () => Timed | Promise<Timed> };
  /** How it runs one of a number of concurrent calls. */
  readonly crowds?: { readonly [Id in CrowdId]?: (calls: number) => (operation: Operation) => PromiseLike<unknown> };
}

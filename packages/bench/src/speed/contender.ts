/** Who is timed. */
import type { Operation } from "./bare.ts";
import type { CrowdId } from "./crowds.ts";
import type { OperationId, Timed } from "./operations.ts";

export interface Contender {
  readonly name: string;
  /** Which packages it is made of; their versions stand in the report. */
  readonly packages: readonly string[];
  /** How its users write each operation; what it cannot do is left out. Each is made once in a process, then called over and over. */
  readonly does: { readonly [Id in OperationId]?: () => Timed | Promise<Timed> };
  /** How it runs one call of a crowd of so many. */
  readonly crowds?: { readonly [Id in CrowdId]?: (calls: number) => (operation: Operation) => PromiseLike<unknown> };
}

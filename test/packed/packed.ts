/** Packs the packages once for all tests of this folder. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { pack } from "../../scripts/pack.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The tarball of each package, by its name below `@evenkeel/`. */
    tarballs: Record<string, string>;
  }
}

export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "evenkeel-packed-"));
  provide("tarballs", pack(folder));
  return () => rmSync(folder, { recursive: true });
}

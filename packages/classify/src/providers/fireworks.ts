/** Fireworks: docs.fireworks.ai/guides/inference-error-codes. */
import type { Provider } from "../provider.ts";

export const fireworks: Provider<"fireworks"> = {
  name: "fireworks",
  host: /(^|\.)api\.fireworks\.ai$/,
  // The account is suspended, or an invoice is unpaid.
  statuses: { 412: "billing" },
};

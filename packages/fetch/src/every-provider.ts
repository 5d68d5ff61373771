/** The classifier with the tables of all providers, as a fetch takes it. */
import { classify, classifyEvent, classifyResponse } from "@evenkeel/classify";
import type { FetchClassifier } from "./raise-options.ts";

export const everyProvider: FetchClassifier = { classify, classifyEvent, classifyResponse };

/** The native API of Hugging Face's Text Generation Inference. */
import { isJson, type Protocol } from "./protocol.ts";

export const textGeneration: Protocol = {
  matches: ({ json }) => isJson(json?.["token"]),
  marks: /rror["\n\r]|_text": ?"/,

  meaningOf: ({ json }) => (typeof json?.["generated_text"] === "string" ? "end" : "content"),
};

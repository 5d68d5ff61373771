/** Hugging Face's Text Generation Inference, in its native form. */
import { isJson, type Protocol } from "./protocol.ts";

export const textGeneration: Protocol = {
  matches: ({ json }) => json !== undefined && isJson(json["token"]),
  marks: /rror["\n\r]|_text": ?"/,

  reader:
    () =>
    ({ json }) =>
      typeof json?.["generated_text"] === "string" ? "end" : "content",
};

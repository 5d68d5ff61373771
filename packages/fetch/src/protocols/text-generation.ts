/** Hugging Face's Text Generation Inference, in its native form. */
import { isFailed, isJson, reported, type Protocol } from "./protocol.ts";

export const textGeneration: Protocol = {
  matches: ({ json }) => json !== undefined && isJson(json["token"]),
  marks: /rror"|_text": ?"/,

  reader:
    () =>
    ({ json }) => {
      if (isFailed(json)) return reported(json);
      return typeof json?.["generated_text"] === "string" ? "end" : "content";
    },
};

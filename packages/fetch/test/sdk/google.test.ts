import { CircuitOpenError } from "@evenkeel/circuit-breaker";
import { frame, json } from "@evenkeel/testkit/server";
import { ApiError, GoogleGenAI, type GenerateContentResponse } from "@google/genai";
import { contract } from "./contract.ts";

const errorBody = (code: number): object => ({ error: { code, message: `Status ${code}`, status: "FAILED" } });

contract<GenerateContentResponse>({
  connect({ url, retries, ...setting }) {
    const retryOptions = retries > 0 ? { attempts: 1 + retries } : undefined;
    const httpOptions = { baseUrl: url, apiVersion: "v1beta", retryOptions, ...setting };
    const { models } = new GoogleGenAI({ apiKey: "none", httpOptions });
    const question = { model: "gemini-mock", contents: "Hi" };
    return {
      ask: (abortSignal) => models.generateContent({ ...question, config: { abortSignal } }),
      stream: (abortSignal) => models.generateContentStream({ ...question, config: { abortSignal } }),
    };
  },
  textOf: ({ text }) => text,
  error: ApiError,
  failure: (status) => json(errorBody(status), { status }),
  errorEvent: frame(errorBody(503)),
  // It tells nothing of its retries, so that they multiply with ours; but it never retries what looks like a network error.
  costs: { unavailable: 4, unreachable: 2, refused: 2 },
  refusal: CircuitOpenError,
  reported: ApiError,
  left: "unread", // its loop does not cancel what it reads from
});

/** Alibaba's DashScope: alibabacloud.com/help/en/model-studio/error-code. */
import type { Provider } from "../provider.ts";

export const dashscope: Provider<"dashscope"> = {
  name: "dashscope",
  host: /(^|\.)(dashscope(-[a-z]+)?|maas)\.aliyuncs\.com$/,
  codes: [
    // The tokens per minute, although OpenAI's code and message are about a bill.
    [/^insufficient_quota$/, "rate-limit", 429],
    [/^Arrearage$|FreeTierOnly$/, "billing"],
    [/data_?inspection/i, "content-filter"],
  ],
};

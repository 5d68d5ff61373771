import { resilientFetch, wrapFetch } from "@evenkeel/fetch";
import { constant, retry } from "@evenkeel/retry";
import { it } from "vitest";
import { chatUrl, post, chunk, done, feed } from "./answers.ts";
const settled = async () => {
  for (let i = 0; i < 5; i++) await new Promise((r) => setImmediate(r));
};
const atOnce = () => retry({ backoff: constant(0) });
async function tell(
  name: string,
  make: () => Response,
  init: RequestInit = post,
  url = chatUrl,
  first?: () => Response,
) {
  let n = 0;
  const events: string[] = [];
  const f = async () => (n++ === 0 && first ? first() : make());
  try {
    const r = await resilientFetch({
      fetch: f as never,
      retry: atOnce(),
      emit: (e: any) => {
        if (["attempt", "body"].includes(e.type))
          events.push(`${e.type}:${e.status ?? ""}${e.verdict?.kind ?? ""}${e.error?.message ?? ""}`);
      },
    })(url, init);
    let text: string;
    try {
      text = (await r.text()).slice(0, 150);
    } catch (e) {
      text = "ERR " + (e as Error).message;
    }
    await settled();
    console.log(name, "|", n, r.status, r.headers.get("content-type"), JSON.stringify(text), events.join(" "));
  } catch (e) {
    console.log(name, "|", n, "THROWN", (e as Error).message, events.join(" "));
  }
}
const R =
  (body: string | null, type: string | null, status = 200) =>
  () => {
    const r = new Response(body, { status, headers: type ? { "content-type": type } : {} });
    if (!type) r.headers.delete("content-type");
    return r;
  };
it("probe", async () => {
  await tell("202 empty json", R("", "application/json", 202));
  await tell("201 empty json", R("", "application/json", 201));
  await tell("307 empty json", R("", "application/json", 307));
  await tell("307 empty sse", R("", "text/event-stream", 307));
  await tell("202 empty sse", R("", "text/event-stream", 202));
  await tell("gem arr err", R('[{"error":{"code":503,"status":"UNAVAILABLE","message":"x"}}]', "application/json"));
  await tell("trailing nl", R('{"a":1}\n\n', "application/json"));
  await tell("BOM", R('\uFEFF{"a":1}', "application/json"));
  await tell("BOM err", R('\uFEFF{"error":{"message":"Overloaded","type":"overloaded_error"}}', "application/json"));
  await tell("text/plain err json", R('{"error":{"message":"Overloaded","type":"overloaded_error"}}', "text/plain"));
  await tell("missing type err json", R('{"error":{"message":"Overloaded","type":"overloaded_error"}}', null));
  await tell(
    "ndjson as json",
    R('{"message":{"content":"a"},"done":false}\n{"message":{"content":"b"},"done":true}\n', "application/json"),
  );
  await tell(
    "ndjson as json, err",
    R('{"message":{"content":""},"done":false}\n{"error":"boom"}\n', "application/json"),
  );
  await tell("sse as json", R(chunk("a") + done, "application/json"));
  await tell("sse as text/plain", R(chunk("a") + done, "text/plain"));
  await tell("sse as json no done", R(chunk("a"), "application/json"));
  await tell(
    "finish error",
    R('data: {"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}\n\n', "text/event-stream"),
  );
  await tell(
    "finish error json",
    R('{"choices":[{"index":0,"message":{},"finish_reason":"error"}]}', "application/json"),
  );
  await tell(
    "custom done",
    R('data: {"text":"a","done":false}\n\ndata: {"text":"b","done":false}\n\n', "text/event-stream"),
  );
  await tell(
    "error null fields",
    R(
      'data: {"choices":[{"index":0,"delta":{"content":"a"}}],"error":{"message":null,"code":null}}\n\n' + done,
      "text/event-stream",
    ),
  );
  await tell("json error null fields", R('{"choices":[],"error":{"message":null,"code":null}}', "application/json"));
  await tell("html 200", R("<html>x</html>", "text/html"));
  await tell("html as json", R("<html>x</html>", "application/json"));
  await tell("html missing type", R("<html>x</html>", null));
  await tell("json string", R('"x"', "application/json"));
  await tell("json null", R("null", "application/json"));
  await tell("json garbage", R("upstream connect error or disconnect", "application/json"));
  await tell("sse html", R("<html><body>oops</body></html>", "text/event-stream"));
  await tell("ndjson html", R("<html>\n<body>oops</body></html>", "application/x-ndjson"));
  await tell(
    "400 quote",
    R(
      '{"error":{"message":"Invalid value: \'{\\"type\\":\\"rate_limit_error\\"}\'","type":"invalid_request_error","code":"invalid_value"}}',
      "application/json",
      400,
    ),
  );
  await tell("416", R("x", "text/plain", 416));
  await tell("425", R("x", "text/plain", 425));
  await tell(
    "anthropic err in 200 json type err only",
    R('{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', "application/json"),
  );
  await tell(
    "object error 200",
    R('{"object":"error","message":"boom","type":"InternalServerError","code":500}', "application/json"),
  );
  await tell("success false", R('{"success":false,"errors":[{"code":7000,"message":"x"}]}', "application/json"));
});

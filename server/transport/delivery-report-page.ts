import { readText } from "./body.js";
import type { Page } from "./http.js";

/** Largest call-back that is read. */
const maxBytes = 16 * 1024;

/** Takes a provider's call-back; false when it was not signed. */
type Take = (callBack: {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}) => Promise<boolean>;

/** `POST` below a path: a provider reports what became of a message. 204 when it signed the report, else 403. */
export function deliveryReportPage(path: string, take: Take): Page {
  return {
    path,
    methods: ["POST"],
    async answer(request, response) {
      const end = (status: number) => response.writeHead(status, { "cache-control": "no-store" }).end();
      const body = await readText(request, maxBytes);
      if (body === undefined) return void end(413);
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value[0] : value,
        ]),
      );
      try {
        end((await take({ path: request.url ?? "", headers, body })) ? 204 : 403);
      } catch {
        // The provider will report again.
        end(503);
      }
    },
  };
}

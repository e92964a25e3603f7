import type { ProjectSettings } from "../store/project-store.js";

/** What a project may set about web pages, with what each means. */
export const webSettings = {
  success_url:
    "where the hosted page sends a user who has passed, with challenge_id added (default: nowhere)",
  allowed_origins:
    "origins, comma-separated, whose pages may call with a client token or the public client id (default: none but the server's own)",
} as const;

/** Name of a setting about web pages. */
export type WebSettingName = keyof typeof webSettings;

/** Narrows a word to the name of a setting about web pages. */
export function isWebSettingName(word: string): word is WebSettingName {
  return Object.hasOwn(webSettings, word);
}

const maxUrlCharacters = 2_000;
const maxOrigins = 20;

/** On the developer's own machine there are no certificates. */
const ownMachine = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** The address, if it is absolute and https, or http on the developer's own machine. */
function safeUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const safe = url.protocol === "https:" || (url.protocol === "http:" && ownMachine.test(url.hostname));
  return safe && !url.hostname.includes("*") && url.username === "" && url.password === "" ? url : undefined;
}

/** The settings with one of them changed, or what is wrong with the value; `default` takes the setting back. */
export function withWebSetting(
  settings: ProjectSettings,
  name: WebSettingName,
  value: string,
): { readonly settings: ProjectSettings } | { readonly fault: string } {
  switch (name) {
    case "success_url": {
      const { successUrl: _, ...others } = settings;
      if (value === "default") return { settings: others };
      if (value.length > maxUrlCharacters || value.includes("#") || safeUrl(value)?.href !== value) {
        return {
          fault: `must be a whole https:// address as browsers write it, without user name or fragment, such as https://app.example.com/welcome (http:// for localhost only)`,
        };
      }
      return { settings: { ...others, successUrl: value } };
    }
    case "allowed_origins": {
      const { allowedOrigins: _, ...others } = settings;
      if (value === "default") return { settings: others };
      const origins = [...new Set(value.split(",").map((origin) => origin.trim()))];
      const wrong = origins.find((origin) => safeUrl(origin)?.origin !== origin);
      if (wrong !== undefined) {
        return {
          fault: `must list origins as browsers write them, such as https://app.example.com (no path, no wildcard; http:// for localhost only): ${wrong}`,
        };
      }
      if (origins.length > maxOrigins) return { fault: `must list at most ${maxOrigins} origins` };
      return { settings: { ...others, allowedOrigins: origins } };
    }
  }
}

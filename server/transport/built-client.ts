import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The folder of a built client, `clients/NAME/dist`, looked for upwards from here: this file runs from `server/` and, bundled, from `dist/`.
 * Undefined where it has not been built.
 */
export function builtClient(name: string): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const found = join(folder, "clients", name, "dist");
    if (existsSync(found)) return found;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

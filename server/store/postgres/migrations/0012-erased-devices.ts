import type { Migration } from "./index.js";

/** So that a user's devices can be erased with everything that leads to them. */
export const erasedDevices: Migration = {
  version: 12,
  name: "erased devices",
  sql: `
-- both serve: what leads to a device, when it is erased
create index fingerprints_of_device on fingerprints (project_id, device_id);
create index device_paths_of_device on device_paths (project_id, device_id);
`,
};

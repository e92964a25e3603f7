import type { Migration } from "./index.js";

/**
 * Devices with the fingerprints they were last seen with, and the paths that lead to them from a fingerprint. A fingerprint's key now only keeps
 * two first sights of one device from becoming two devices.
 */
export const devices: Migration = {
  version: 6,
  name: "devices",
  sql: `
create table devices (
  project_id uuid not null,
  device_id uuid not null,
  version integer not null check (version > 0),
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  readings jsonb not null,
  primary key (project_id, device_id)
) with (fillfactor = 80);

-- serves: the devices that have some traits in common with a fingerprint, by a keyed hash of those traits
create table device_paths (
  project_id uuid not null,
  path_key bytea not null,
  device_id uuid not null,
  primary key (project_id, path_key, device_id)
);
`,
};

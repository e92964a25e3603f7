import type { Anonymity } from "../../risk/anonymity.js";
import type { IpAddress } from "../../risk/ip-address.js";

/** Tells which addresses hide their users, from files on this machine and a small built-in list: no call leaves it. */
export interface AnonymitySource {
  /** What is known of an address and its network, at once and from memory. Never throws; empty when nothing is known. */
  look(ip: IpAddress, asn: number | undefined): Anonymity;
  /** One line for people about each file that was asked for, by the setting that names it; for example in `/readyz`. */
  status(): Readonly<Record<string, string>>;
  /** Looks whether files have changed, and loads those that have; what cannot be used leaves the last good one in place. */
  refresh(): Promise<void>;
  /** Stops looking for changes. */
  close(): void;
}

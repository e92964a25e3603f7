import type { Network } from "../../risk/location.js";

/** The networks of a table, each stored once: numbers and names in flat memory instead of 90 000 objects. */
export interface NetworkNames {
  /** The network with this index; undefined for an index that was never given out. */
  network(index: number): Network | undefined;
}

export interface NetworkNamesBuilder {
  /** The index of a network, if it has been added. */
  indexOf(asn: number): number | undefined;
  /** Adds a network that has not been added, with its name in UTF-8, and answers its index. */
  add(asn: number, name: Uint8Array): number;
  /** The finished list; the builder is not used afterwards. */
  finish(): NetworkNames;
}

export function buildNetworkNames(): NetworkNamesBuilder {
  const indexes = new Map<number, number>();
  const nameEnds: number[] = [];
  let names = new Uint8Array(1 << 20);
  let nameEnd = 0;
  return {
    indexOf: (asn) => indexes.get(asn),
    add(asn, name) {
      const index = indexes.size;
      indexes.set(asn, index);
      if (nameEnd + name.length > names.length) {
        const larger = new Uint8Array(2 * names.length + name.length);
        larger.set(names);
        names = larger;
      }
      names.set(name, nameEnd);
      nameEnd += name.length;
      nameEnds.push(nameEnd);
      return index;
    },
    finish: () =>
      networkNames(
        Uint32Array.from(indexes.keys()),
        Uint32Array.from(nameEnds),
        Buffer.from(names.subarray(0, nameEnd)),
      ),
  };
}

function networkNames(numbers: Uint32Array, nameEnds: Uint32Array, names: Buffer): NetworkNames {
  return {
    network(index) {
      const asn = numbers[index];
      if (asn === undefined) return undefined;
      const start = index === 0 ? 0 : nameEnds[index - 1];
      return { asn, name: names.toString("utf8", start, nameEnds[index]) };
    },
  };
}

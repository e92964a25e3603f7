import { parseIpAddress } from "../../risk/ip-address.js";

/** A value of a record. Numbers: integers become uint32, others double. */
export type MmdbValue =
  | string
  | number
  | boolean
  | readonly MmdbValue[]
  | { readonly [key: string]: MmdbValue };

export interface MmdbFixture {
  readonly type: string;
  readonly ipVersion: 4 | 6;
  /** Seconds since 1970. */
  readonly buildEpoch: number;
  /** Networks that do not overlap, as `address/length`; IPv4 ones may stand in a file of either version. */
  readonly records: Readonly<Record<string, MmdbValue>>;
}

/** For tests: the bytes of a small file in MaxMind DB format 2.0, record size 24. */
export function mmdbBytes(fixture: MmdbFixture): Buffer {
  const nodes: (readonly [Branch, Branch])[] = [];
  const data: Buffer[] = [];
  const root = newNode();
  for (const [network, value] of Object.entries(fixture.records)) {
    insert(root, bitsOf(network, fixture.ipVersion), { data: data.push(encode(value)) - 1 });
  }
  number(root);
  const offsets = data.map((_, index) => Buffer.concat(data.slice(0, index)).length);
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.forEach((node, index) => {
    node.forEach((branch, side) => {
      tree.writeUIntBE(pointer(branch), index * 6 + side * 3, 3);
    });
  });
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: fixture.buildEpoch,
    database_type: fixture.type,
    description: {},
    ip_version: fixture.ipVersion,
    languages: ["en"],
    node_count: nodes.length,
    record_size: 24,
  });
  const marker = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
  return Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata]);

  function number(node: Node): void {
    node.index = nodes.push(node.branches) - 1;
    for (const branch of node.branches) if (branch !== undefined && "branches" in branch) number(branch);
  }

  function pointer(branch: Branch): number {
    if (branch === undefined) return nodes.length;
    return "branches" in branch ? branch.index : nodes.length + 16 + (offsets[branch.data] ?? 0);
  }
}

interface Leaf {
  readonly data: number;
}

interface Node {
  index: number;
  readonly branches: [Branch, Branch];
}

type Branch = Node | Leaf | undefined;

function newNode(): Node {
  return { index: 0, branches: [undefined, undefined] };
}

function insert(root: Node, bits: readonly (0 | 1)[], leaf: Leaf): void {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const branch = node.branches[bit];
    if (branch !== undefined && !("branches" in branch)) throw new Error("networks overlap");
    const next = branch ?? newNode();
    node.branches[bit] = next;
    node = next;
  }
  node.branches[bits.at(-1) ?? 0] = leaf;
}

function bitsOf(network: string, treeVersion: 4 | 6): readonly (0 | 1)[] {
  const [address = "", length = ""] = network.split("/");
  const ip = parseIpAddress(address);
  if (ip === undefined) throw new Error(`not an address: ${address}`);
  const bits = [...ip.words].flatMap((word) =>
    Array.from({ length: 32 }, (_, bit) => ((word >>> (31 - bit)) & 1 ? 1 : 0)),
  );
  const before = ip.version === 4 && treeVersion === 6 ? new Array<0>(96).fill(0) : [];
  return [...before, ...bits.slice(0, Number(length))];
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === "string") return tagged(2, Buffer.byteLength(value), Buffer.from(value));
  if (typeof value === "boolean") return tagged(14, value ? 1 : 0);
  if (typeof value === "number") {
    const bytes = Buffer.alloc(Number.isInteger(value) && value >= 0 ? 4 : 8);
    if (bytes.length === 4) bytes.writeUInt32BE(value);
    else bytes.writeDoubleBE(value);
    return tagged(bytes.length === 4 ? 6 : 3, bytes.length, bytes);
  }
  if (isList(value)) return tagged(11, value.length, ...value.map(encode));
  const entries = Object.entries(value);
  return tagged(7, entries.length, ...entries.flatMap(([key, part]) => [encode(key), encode(part)]));
}

function isList(value: MmdbValue): value is readonly MmdbValue[] {
  return Array.isArray(value);
}

/** The type and size, then the contents. */
function tagged(type: number, size: number, ...contents: readonly Buffer[]): Buffer {
  if (size > 284) throw new Error("too large for a fixture");
  const [short, rest] = size < 29 ? [size, []] : [29, [size - 29]];
  const control = type < 8 ? [(type << 5) | short] : [short, type - 7];
  return Buffer.concat([Buffer.from([...control, ...rest]), ...contents]);
}

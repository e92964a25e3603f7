import type { AnonymityKind } from "../../risk/anonymity.js";

/**
 * Networks (autonomous systems) of clouds, hosters and server renters, compiled by hand from their public names: where servers are, and
 * people seldom. It is a start, not a census: a file in GEOIP_ANONYMOUS_DB or HOSTING_LIST adds to it.
 */
const hosting: ReadonlySet<number> = new Set([
  // Amazon, Microsoft, Google, Oracle, IBM (SoftLayer), Alibaba, Tencent, Huawei Cloud, Baidu, Yandex.Cloud
  14618, 16509, 8987, 8075, 8068, 8069, 396982, 31898, 36351, 45102, 37963, 45090, 132203, 136907, 55990,
  38365, 200350,
  // DigitalOcean, Linode (Akamai Connected Cloud), Vultr (Choopa), Hetzner, OVH, Scaleway, Leaseweb
  14061, 63949, 20473, 24940, 213230, 212317, 16276, 12876, 60781, 28753, 30633, 396362, 59253, 7203, 395954,
  205544,
  // Contabo, IONOS, Strato, Netcup, myLoc, Keyweb, Hostinger, GoDaddy, Namecheap, DreamHost, Rackspace, Liquid Web
  51167,
  40021, 8560, 6724, 197540, 24961, 31103, 47583, 204915, 26496, 398101, 22612, 26347, 33070, 19994, 27357,
  32244,
  // M247, DataCamp (CDN77), Psychz, QuadraNet, ColoCrossing, HostHatch, FranTech (BuyVM), Sharktech, Zenlayer, GTHost, Cogent hosting resellers
  9009,
  60068, 212238, 40676, 8100, 36352, 63473, 53667, 46844, 21859, 63018, 62240, 49981, 50673, 29802, 46562,
  25820, 46664,
  // UpCloud, Exoscale, Infomaniak, Hostpoint, Gandi, Ikoula, Online.net, Aruba, Serverplan, TransIP, Worldstream, NForce, Serverius, HostSailor
  202053,
  25697, 61098, 29222, 29097, 29169, 203476, 31034, 52030, 20857, 43350, 60404,
  // Selectel, TimeWeb, REG.RU, Beget, Aeza, Stark Industries, G-Core, PQ Hosting, Hostkey, FirstByte, ITL, Hydra, Melbicom
  49505,
  9123, 197695, 198610, 210644, 216246, 44477, 199524, 202422, 57043, 204997, 49392, 56630, 8849,
  // nazwa.pl, home.pl, cyber_Folks, Locaweb, HostDime, KingHost
  15967, 12824, 41079, 27715, 33182, 28299,
  // Latitude.sh, Packet (Equinix Metal), Cherry Servers, Kamatera, Multacom, Blix, NovoServe, Global Layer, MEVSPACE, MVPS, 31173, GleSYS
  262287,
  54825, 16125, 204548, 41436, 36007, 35916, 50304, 24875, 49453, 201814, 202448, 39351, 42708,
]);

/** Networks whose addresses are answered from many places at once, or stand for users anywhere: content networks, relays and Google (whose VPN for phones leaves from there). */
const anycast: ReadonlySet<number> = new Set([
  13335, 209242, 54113, 20940, 16625, 36183, 32787, 19551, 15133, 22822, 30148,
]);

/** What a network is known for; undefined for all others. */
export function networkKind(asn: number): Extract<AnonymityKind, "hosting" | "anycast"> | undefined {
  if (hosting.has(asn)) return "hosting";
  return anycast.has(asn) ? "anycast" : undefined;
}

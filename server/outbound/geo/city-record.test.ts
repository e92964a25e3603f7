import { describe, expect, it } from "vitest";
import { assumedCityRadiusKm, readCityRecord } from "./city-record.js";

const flat = { country_code: "NO", state1: "Oslo", city: "Oslo", latitude: 59.913_818, longitude: 10.738_7 };

describe("a flat record", () => {
  it("is a place with the assumed radius", () => {
    expect(readCityRecord(flat)).toEqual({
      country: "NO",
      place: {
        latitude: 59.9138,
        longitude: 10.7387,
        accuracyKm: assumedCityRadiusKm,
        country: "NO",
        region: "Oslo",
        city: "Oslo",
      },
    });
  });

  it.each([
    ["no city, so a point of unknown size", { ...flat, city: "" }],
    ["latitude out of range", { ...flat, latitude: 90.1 }],
    ["longitude out of range", { ...flat, longitude: -180.1 }],
    ["latitude not a number", { ...flat, latitude: Number.NaN }],
    ["latitude as text", { ...flat, latitude: "59.9" }],
    ["no longitude", { ...flat, longitude: undefined }],
    ["the open sea at 0, 0", { ...flat, latitude: 0, longitude: 0 }],
  ])("without a usable point has only a country: %s", (_, record) => {
    expect(readCityRecord(record)).toEqual({ country: "NO" });
  });
});

describe("a nested record", () => {
  const nested = {
    city: { geoname_id: 1, names: { de: "Mailand", en: "Milan" } },
    country: { iso_code: "IT", names: { en: "Italy" } },
    location: { latitude: 45.4722, longitude: 9.1922, accuracy_radius: 20, time_zone: "Europe/Rome" },
    subdivisions: [{ iso_code: "25", names: { en: "Lombardy" } }, { names: { en: "Milan" } }],
    registered_country: { iso_code: "US" },
  };
  const point = { latitude: 45.4722, longitude: 9.1922, accuracyKm: 20 };

  it("is a place with its own radius", () => {
    expect(readCityRecord(nested)).toEqual({
      country: "IT",
      place: { ...point, country: "IT", region: "Lombardy", city: "Milan" },
    });
  });

  it("is a place without a city when a radius says how large it is", () => {
    const { city: _, subdivisions: __, ...country } = nested;
    expect(readCityRecord(country)).toEqual({ country: "IT", place: { ...point, country: "IT" } });
  });

  it.each([0, -5, 1e9, Number.NaN, "20", null])(
    "with the radius %s has the assumed one",
    (accuracy_radius) => {
      const odd = { ...nested, location: { ...nested.location, accuracy_radius } };
      expect(readCityRecord(odd).place?.accuracyKm).toBe(assumedCityRadiusKm);
    },
  );

  it("never takes the country of registration for the place", () => {
    expect(readCityRecord({ registered_country: { iso_code: "US" } })).toEqual({});
  });
});

describe("an odd record", () => {
  it.each([
    [undefined],
    [null],
    [7],
    ["NO"],
    [[]],
    [{}],
    [{ country_code: "ZZ" }],
    [{ country_code: "no" }],
    [{ country_code: 47 }],
    [{ country: "NO", location: "here", city: [], subdivisions: {} }],
    [{ country: { iso_code: "" }, location: { latitude: 1 }, subdivisions: [null] }],
  ])("%j says nothing", (record) => {
    expect(readCityRecord(record)).toEqual({});
  });
});

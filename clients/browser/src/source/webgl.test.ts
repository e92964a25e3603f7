import { expect, test } from "vitest";
import { withoutVersions } from "./webgl.js";

test.each([
  [
    "ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6 (Core Profile) Mesa 23.2.1-1ubuntu3.1)",
    "ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6 (Core Profile) Mesa 24.0.9-0ubuntu0.2)",
  ],
  [
    "AMD Radeon RX 6600 (radeonsi, navi23, LLVM 15.0.7, DRM 3.49, 6.1.0-13-amd64)",
    "AMD Radeon RX 6600 (radeonsi, navi23, LLVM 17.0.6, DRM 3.57, 6.9.7-1-default)",
  ],
  [
    "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11-27.21.14.5671)",
    "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11-31.0.15.3623)",
  ],
  [
    "ANGLE (Qualcomm, Adreno (TM) 640, OpenGL ES 3.2 V@0502.0 (GIT@1a2b3c4, I0))",
    "ANGLE (Qualcomm, Adreno (TM) 640, OpenGL ES 3.2 V@0615.3 (GIT@9f8e7d6, I1))",
  ],
])("a driver's update does not rename %s", (before, after) => {
  expect(withoutVersions(after)).toBe(withoutVersions(before));
});

test.each([
  ["Adreno (TM) 640", "Adreno (TM) 650"],
  ["Apple M1", "Apple M2"],
  ["Mali-G78", "Mali-G710"],
  ["NVIDIA GeForce GTX 1060", "NVIDIA GeForce GTX 1070"],
])("%s is not %s", (one, other) => {
  expect(withoutVersions(one)).toBe(one);
  expect(withoutVersions(other)).not.toBe(withoutVersions(one));
});

import { sources as fingerprintjs, getWebGLContext } from "@fingerprintjs/fingerprintjs";

/** What the graphics card and its driver say of themselves; a part that they keep back is undefined. */
export interface Graphics {
  readonly vendor: string | undefined;
  /** Name of the card, without the versions of driver and interface. */
  readonly renderer: string | undefined;
  /** Limits and precisions. */
  readonly parameters: unknown;
  readonly extensions: unknown;
}

/** Reads it from a context of its own. @throws Error if the browser has no WebGL. */
export function readGraphics(): Graphics {
  const options: Parameters<typeof fingerprintjs.webGlBasics>[0] = { cache: {} };
  try {
    const basics = fingerprintjs.webGlBasics(options);
    const details = fingerprintjs.webGlExtensions(options);
    if (typeof basics === "number" || typeof details === "number") {
      throw new Error("no WebGL");
    }
    return {
      vendor: basics.vendorUnmasked || basics.vendor,
      renderer: withoutVersions(basics.rendererUnmasked || basics.renderer),
      parameters: [details.parameters, details.shaderPrecisions, details.contextAttributes],
      extensions: [details.extensions, details.extensionParameters],
    };
  } finally {
    // A browser keeps few contexts, and drops the page's own for a new one.
    getWebGLContext(options.cache)?.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

const versions: readonly RegExp[] = [
  /\b(?:Mesa|LLVM|DRM|OpenGL ES|OpenGL|Vulkan|Direct3D) ?\d[\w.-]*/g,
  /\(GIT@[^)]*\)|\bV@[\w.]+/g,
  /\b\d+\.\d[\w.-]*/g,
];

/** Leaves out of a renderer's name what an update of the driver changes. */
export function withoutVersions(renderer: string): string {
  const bare = versions.reduce((name, version) => name.replace(version, ""), renderer);
  return bare.replace(/\s+/g, " ").trim();
}

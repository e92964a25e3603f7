/**
 * Runs `draw` on a canvas in an empty frame of its own, which is gone when this returns: there the page's web fonts
 * and styles do not exist. Nothing is laid out, so it does not matter if the page hides or scales everything. A frame
 * without an address is not loaded, so a content security policy has nothing to forbid, and it is there at once.
 *
 * @throws Error if the browser gives no frame or no 2D canvas.
 */
export function inQuietFrame<T>(draw: (context: CanvasRenderingContext2D) => T): T {
  const frame = document.createElement("iframe");
  // By properties: a policy can forbid the attribute. "display" because Gecko sets no fonts in a frame without a box.
  frame.style.setProperty("display", "block", "important");
  frame.style.setProperty("position", "absolute", "important");
  frame.style.setProperty("visibility", "hidden", "important");
  frame.style.setProperty("width", "0", "important");
  frame.style.setProperty("height", "0", "important");
  frame.style.setProperty("border", "0", "important");
  try {
    // Not to the body, which may not be there yet, and whose children frameworks watch.
    document.documentElement.appendChild(frame);
    const canvas = frame.contentDocument?.createElement("canvas");
    // Drawn without the graphics card: no waiting for it, and a new driver changes nothing.
    const context = canvas?.getContext("2d", { willReadFrequently: true });
    if (!context) {
      throw new Error("no canvas");
    }
    return draw(context);
  } finally {
    frame.remove();
  }
}

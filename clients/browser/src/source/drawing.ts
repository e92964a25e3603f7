/** A picture of shapes: how this browser blends, curves and smooths. Undefined if it does not draw the same twice. */
export function shapes(context: CanvasRenderingContext2D): string | undefined {
  context.canvas.width = 120;
  context.canvas.height = 80;
  context.globalCompositeOperation = "multiply";
  for (const [x, colour] of [
    [35, "#e33"],
    [60, "#3c9"],
    [85, "#46f"],
  ] as const) {
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x, 40, 31.5, 0, 2 * Math.PI);
    context.fill();
  }
  const ramp = context.createLinearGradient(0, 0, 120, 80);
  ramp.addColorStop(0, "rgba(255,200,0,.7)");
  ramp.addColorStop(1, "rgba(0,90,160,.3)");
  context.strokeStyle = ramp;
  context.lineWidth = 4.3;
  context.beginPath();
  context.moveTo(3, 70);
  context.bezierCurveTo(40, -30, 70, 130, 117, 9);
  context.stroke();
  return steadyPicture(context);
}

/** A picture of text: how this system draws letters and emoji. Undefined if it does not draw the same twice. */
export function lettering(context: CanvasRenderingContext2D): string | undefined {
  context.canvas.width = 260;
  context.canvas.height = 60;
  context.textBaseline = "alphabetic";
  context.textRendering = "geometricPrecision";
  context.fillStyle = "#147";
  context.font = '17px "Times New Roman", serif';
  context.fillText("Quartz glyph vow, 1380 fjord €", 3, 20);
  context.fillStyle = "rgba(190, 60, 20, .75)";
  context.font = "italic 23px Arial, sans-serif";
  // By number, so that the page's encoding does not matter. Old and plain, because new emoji are slow to find.
  context.fillText(`Waltz bad nymph ${String.fromCodePoint(0x1f603)}`, 5, 49);
  return steadyPicture(context);
}

function steadyPicture({ canvas }: CanvasRenderingContext2D): string | undefined {
  const picture = canvas.toDataURL();
  return picture === canvas.toDataURL() ? picture : undefined;
}

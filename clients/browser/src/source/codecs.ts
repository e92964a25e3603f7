// HEVC is not asked for: Chromium's answer changes a moment after the browser has started.
const kinds = [
  'audio/mp4; codecs="mp4a.40.2"',
  'audio/mp4; codecs="ac-3"',
  'audio/mp4; codecs="ec-3"',
  'audio/ogg; codecs="vorbis"',
  "audio/x-m4a",
  'video/mp4; codecs="avc1.42E01E"',
  'video/mp4; codecs="av01.0.05M.08"',
  'video/ogg; codecs="theora"',
  'video/webm; codecs="vp9"',
  "application/vnd.apple.mpegurl",
] as const;

/** How sure the browser is that it can play each kind of media. */
export function codecs(): readonly string[] {
  const player = document.createElement("video");
  return kinds.map((kind) => player.canPlayType(kind));
}

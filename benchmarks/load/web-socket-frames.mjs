/** RFC 6455, as much as two ends need that send each other short texts, whole. */
const TEXT = 0x81;
const CLOSE = 0x88;
const MASKED = 0x80;

/**
 * @param {string} text in ASCII
 * @param {boolean} masked as a client has to
 */
export function textFrame(text, masked) {
  const { length } = text;
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const start = header + (masked ? 4 : 0);
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = TEXT;
  if (header === 2) frame[1] = length;
  else if (header === 4) frame.writeUInt16BE(length, 2);
  else frame.writeBigUInt64BE(BigInt(length), 2);
  if (header > 2) frame[1] = header === 4 ? 126 : 127;
  if (masked) {
    frame[1] |= MASKED;
    frame.writeUInt32BE(0, header); // a key of zeros leaves the text as it is
  }
  frame.latin1Write(text, start);
  return frame;
}

/**
 * Hands each whole text in `bytes` to `onText(bytes, start, end)`.
 *
 * @returns {number} how many bytes were whole frames
 */
export function readFrames(bytes, onText) {
  let at = 0;
  for (;;) {
    if (bytes.length < at + 2) return at;
    const masked = (bytes[at + 1] & MASKED) !== 0;
    let length = bytes[at + 1] & 0x7f;
    let start = at + 2;
    if (length === 126) {
      if (bytes.length < start + 2) return at;
      length = bytes.readUInt16BE(start);
      start += 2;
    } else if (length === 127) {
      if (bytes.length < start + 8) return at;
      length = Number(bytes.readBigUInt64BE(start));
      start += 8;
    }
    if (masked) start += 4;
    const end = start + length;
    if (bytes.length < end) return at;
    if (bytes[at] === TEXT) onText(bytes, start, end);
    else if (bytes[at] !== CLOSE) throw new Error(`a WebSocket frame of another kind: ${bytes[at]}`);
    at = end;
  }
}

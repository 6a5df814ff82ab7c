// Opens an MCAP file with readers that do not come from knead: @mcap/core for the container, fzstd
// for the chunks, and their crc32 for what the readers do not check themselves: they look at the
// check sums of chunks alone.
import { crc32 } from "@foxglove/crc";
import { McapIndexedReader, McapStreamReader } from "@mcap/core";
import { decompress } from "fzstd";
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";

const decompressHandlers = { zstd: (bytes) => decompress(new Uint8Array(bytes)) };

/// Every record in the order of the file.
export function* streamRecords(path) {
  const bytes = new Uint8Array(readFileSync(path));
  check(isIntact(bytes), `${path}: a check sum does not hold`);
  const reader = new McapStreamReader({ decompressHandlers, validateCrcs: true });
  reader.append(bytes);
  for (let record = reader.nextRecord(); record; record = reader.nextRecord()) {
    yield record;
  }
  if (!reader.done()) {
    throw new Error(`${path}: the file ends before its end`);
  }
}

const MAGIC = Uint8Array.of(0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a);
const FOOTER_BYTES = 9 + 20;
const DATA_END_BYTES = 9 + 4;

/// Whether both check sums hold that cover the whole file, byte by byte: that of the data section
/// from the first byte on, and that of the summary up to itself in the footer.
export function isIntact(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const footer = bytes.length - MAGIC.length - FOOTER_BYTES;
  const summaryCrc = footer + 9 + 16;
  if (footer < 0 || view.getUint8(footer) !== 0x02 || view.getBigUint64(footer + 1, true) !== 20n) {
    return false;
  }
  const start = Number(view.getBigUint64(footer + 9, true));
  const dataEnd = start - DATA_END_BYTES;
  return start <= footer && dataEnd >= 0 && view.getUint8(dataEnd) === 0x0f &&
    view.getBigUint64(dataEnd + 1, true) === 4n &&
    crc32(bytes.subarray(0, dataEnd)) === view.getUint32(dataEnd + 9, true) &&
    crc32(bytes.subarray(start, summaryCrc)) === view.getUint32(summaryCrc, true) &&
    MAGIC.every((byte, i) => bytes[i] === byte && bytes[bytes.length - MAGIC.length + i] === byte);
}

/// A reader over the indexes; `close` it afterwards.
export async function openIndexed(path) {
  const file = openSync(path, "r");
  const readable = {
    size: async () => BigInt(fstatSync(file).size),
    read: async (offset, length) => {
      const bytes = new Uint8Array(Number(length));
      if (readSync(file, bytes, 0, bytes.length, Number(offset)) !== bytes.length) {
        throw new Error(`${path}: an index points past the end`);
      }
      return bytes;
    },
  };
  const reader = await McapIndexedReader.Initialize({ readable, decompressHandlers });
  return { reader, close: () => closeSync(file) };
}

export const textOf = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

export function check(claim, what) {
  if (!claim) {
    throw new Error(what);
  }
}

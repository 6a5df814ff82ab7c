// check_random.mjs FILE EXPECTED SEED [flip]: a file of write_random is read back as it was
// written, in the order of the file and through the indexes. With `flip`, every single byte of it
// is changed in turn, and one of the two check sums that cover the file must show it.
import { readFileSync } from "node:fs";
import { check, isIntact, openIndexed, streamRecords, textOf } from "./reading.mjs";

const [path, expectedPath, seed, flip] = process.argv.slice(2);
const expected = readFileSync(expectedPath, "utf8").trimEnd().split("\n").filter((l) => l !== "");

function streamed(from) {
  const topics = new Map();
  const lines = [];
  const kinds = {};
  for (const record of streamRecords(from)) {
    kinds[record.type] = (kinds[record.type] ?? 0) + 1;
    if (record.type === "Channel") {
      topics.set(record.id, record.topic);
    } else if (record.type === "Message") {
      lines.push(`${topics.get(record.channelId)} ${record.logTime} ${textOf(record.data)}`);
    }
  }
  return { lines, kinds };
}

async function indexed(from) {
  const { reader, close } = await openIndexed(from);
  const lines = [];
  try {
    for await (const message of reader.readMessages()) {
      const topic = reader.channelsById.get(message.channelId).topic;
      lines.push(`${topic} ${message.logTime} ${textOf(message.data)}`);
    }
    for await (const metadata of reader.readMetadata()) {
      lines.push([...metadata.metadata.entries()].join());
    }
  } finally {
    close();
  }
  return { lines, reader };
}

const timeOf = (line) => BigInt(line.split(" ", 2)[1]);
const same = (a, b) => a.length === b.length && a.every((line, i) => line === b[i]);

const { lines, kinds } = streamed(path);
check(same(lines, expected), `seed ${seed}: the messages as written`);
const read = await indexed(path);
const notes = [["seed", seed], ["", "empty name"]].join();
check(read.lines.pop() === notes, `seed ${seed}: the metadata`);
// Messages of the same time may change places.
const sorted = (of) => [...of].sort();
check(same(sorted(read.lines), sorted(expected)), `seed ${seed}: the messages through the indexes`);
read.lines.forEach((line, i) =>
  check(i === 0 || timeOf(line) >= timeOf(read.lines[i - 1]), `seed ${seed}: in order of time`));
check(read.reader.statistics.messageCount === BigInt(expected.length), `seed ${seed}: statistics`);
check(read.reader.summaryOffsetsByOpcode.size === 5, `seed ${seed}: five groups in the summary`);

if (flip) {
  const bytes = new Uint8Array(readFileSync(path));
  const missed = [];
  for (let at = 0; at < bytes.length; ++at) {
    bytes[at] ^= 1 << at % 8;
    if (isIntact(bytes)) {
      missed.push(at);
    }
    bytes[at] ^= 1 << at % 8;
  }
  check(missed.length === 0, `seed ${seed}: bytes ${missed} can be changed`);
  console.log(`all ${bytes.length} flipped bytes are found`);
}
console.log(`seed ${seed}: ${expected.length} messages, ${JSON.stringify(kinds)}`);

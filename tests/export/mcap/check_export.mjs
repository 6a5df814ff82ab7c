// check_export.mjs RUN.mcap CYCLES.csv KNEAD MACHINE PAD: an MCAP file that knead exported is read
// by others' readers and says what the table says. Both must be of the same run, every cycle.
//
//  - every check sum holds; the statistics count what is there; the chunk indexes find it
//  - every message fits its own JSON Schema, and Foxglove's schemas are Foxglove's
//  - our schemas use only what Foxglove's reader of JSON Schemas understands
//  - the figures are those of the table, cycle by cycle
//  - every frame hangs from the table, and the frames lead to the pose that `knead fk` computes
import Ajv from "ajv";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as foxglove from "@foxglove/schemas/jsonschema.js";
import { isDeepStrictEqual } from "node:util";
import { check, openIndexed, streamRecords, textOf } from "./reading.mjs";

const [mcapPath, csvPath, knead, machine, pad] = process.argv.slice(2);
const EPOCH_NS = 946684800n * 1000000000n;

// ------------------------------------------------------------------------------------ the records

const schemas = new Map();
const channels = new Map();
const messages = []; // { topic, time (ns), data }
let statistics;
let footers = 0;
for (const record of streamRecords(mcapPath)) {
  if (record.type === "Schema") {
    schemas.set(record.id, record);
  } else if (record.type === "Channel") {
    channels.set(record.id, record);
  } else if (record.type === "Message") {
    const channel = channels.get(record.channelId);
    messages.push({
      topic: channel.topic,
      schema: channel.schemaId,
      sequence: record.sequence,
      time: record.logTime,
      data: JSON.parse(textOf(record.data)),
    });
  } else if (record.type === "Statistics") {
    statistics = record;
  } else if (record.type === "Footer") {
    ++footers;
    check(record.summaryStart > 0n && record.summaryOffsetStart > 0n, "the file has a summary");
    check(record.summaryCrc !== 0, "the summary has a check sum");
  }
}
check(footers === 1, "there is one footer");
const of = (topic) => messages.filter((message) => message.topic === topic);

check(statistics.messageCount === BigInt(messages.length), "the statistics count the messages");
for (const [id, channel] of channels) {
  const own = of(channel.topic);
  check(channel.messageEncoding === "json", `${channel.topic} is JSON`);
  check(own.length > 0, `${channel.topic} has messages`);
  check(statistics.channelMessageCounts.get(id) === BigInt(own.length), `${channel.topic}: count`);
  own.forEach((message, i) => check(message.sequence === i, `${channel.topic}: sequence`));
  if (channel.topic !== "/log") {
    own.forEach((message, i) =>
      check(i === 0 || message.time > own[i - 1].time, `${channel.topic}: time strictly rises`));
  }
}
messages.forEach((message, i) =>
  check(i === 0 || message.time >= messages[i - 1].time, "no time of the file falls"));

const { reader, close } = await openIndexed(mcapPath);
check(reader.chunkIndexes.length === statistics.chunkCount, "every chunk has its index");
check(reader.metadataIndexes.length === 1, "the metadata have their index");
for await (const metadata of reader.readMetadata({ name: "knead" })) {
  check(metadata.metadata.get("pad") === pad, "the metadata name the pad");
}
let found = 0;
for await (const message of reader.readMessages()) {
  check(message.logTime >= EPOCH_NS, "no message is from before the run");
  ++found;
}
check(found === messages.length, `the indexes find all ${messages.length} messages, not ${found}`);
const middle = (statistics.messageStartTime + statistics.messageEndTime) / 2n;
const window = { startTime: middle, endTime: middle + 500000000n, topics: ["/force", "/tf"] };
let inside = 0;
for await (const message of reader.readMessages(window)) {
  check(message.logTime >= window.startTime && message.logTime <= window.endTime, "in the window");
  ++inside;
}
const expected = messages.filter((message) => window.topics.includes(message.topic) &&
  message.time >= window.startTime && message.time <= window.endTime).length;
check(inside === expected && inside > 100, `${inside} of ${expected} messages in half a second`);
close();

// ------------------------------------------------------------------------------------ the schemas

const ajv = new Ajv({ strict: false, allErrors: true });
const fits = new Map();
for (const [id, schema] of schemas) {
  check(schema.encoding === "jsonschema", `${schema.name} is a JSON Schema`);
  const text = JSON.parse(textOf(schema.data));
  check(text.title === schema.name, `${schema.name} is called so inside too`);
  if (schema.name.startsWith("foxglove.")) {
    const theirs = foxglove[schema.name.slice("foxglove.".length)];
    check(isDeepStrictEqual(text, theirs), `${schema.name} is not Foxglove's`);
  } else {
    // Foxglove's reader takes one word as a type, and only these.
    for (const [name, property] of Object.entries(text.properties)) {
      check(["number", "integer", "boolean", "string"].includes(property.type),
        `${schema.name}.${name}: type ${property.type}`);
      check(property.description.length > 0, `${schema.name}.${name} says what it is`);
    }
  }
  fits.set(id, ajv.compile(text));
}
for (const message of messages) {
  const fit = fits.get(message.schema);
  check(fit(message.data), `${message.topic} at ${message.time}: ${ajv.errorsText(fit.errors)}`);
}

// ---------------------------------------------------------------------------------- the figures

const lines = readFileSync(csvPath, "utf8").trimEnd().split("\n");
const names = lines[0].split(",");
check(names[0] === "time", "time stands first in the table");
const tables = ["/cycle", "/force", "/tool", "/joints"].map(of);
let compared = 0;
let before = -1;
for (let i = 1; i < lines.length; ++i) {
  const cells = lines[i].split(",");
  check(cells.length === names.length, `line ${i + 1} of the table has ${cells.length} cells`);
  const time = Number(cells[0]);
  check(time > before, `line ${i + 1} of the table: time ${time} after ${before}`);
  before = time;
  const row = Object.assign({}, ...tables.map((table) => table[i - 1].data));
  for (const table of tables) {
    check(table[i - 1].time === EPOCH_NS + BigInt(Math.round(time * 1e6)) * 1000n,
      `${table[i - 1].topic}: log time of ${time} s`);
  }
  names.forEach((name, k) => {
    const value = row[name];
    const told = value === undefined ? "" : typeof value === "boolean" ? String(Number(value))
                                                                       : String(value);
    const same = typeof value === "number" ? Number(cells[k]) === value : told === cells[k];
    check(same || cells[k].endsWith("inf"), `${name} at ${time} s: ${cells[k]} and ${told}`);
    compared += value !== undefined;
  });
}
tables.forEach((table) => check(table.length === lines.length - 1, `${table[0].topic}: rows`));

// What only recomputing tells is there for every cycle, and agrees with what was recorded: the
// force along the normal is that of the force on the body.
const [cycles, forces, tools] = tables;
let pressed = 0;
forces.forEach((message, i) => {
  const force = message.data;
  const tool = tools[i].data;
  check(cycles[i].data.recomputed, `the cycle at ${message.time} was not recomputed`);
  if (force.force_tared && force.touching) {
    const along = -(force.contact_force_x_N * tool.surface_normal_x +
      force.contact_force_y_N * tool.surface_normal_y +
      force.contact_force_z_N * tool.surface_normal_z);
    check(Math.abs(along - force.force_measured_N) < 1e-4, `${along} N along the normal`);
    ++pressed;
  }
});
check(pressed > 100, "the tool touches the body");

// ----------------------------------------------------------------------------------- the frames

const multiply = (a, b) => ({
  x: a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
  y: a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
  z: a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
  w: a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
});
const rotate = (q, v) => {
  const turned = multiply(multiply(q, { ...v, w: 0 }), { x: -q.x, y: -q.y, z: -q.z, w: q.w });
  return { x: turned.x, y: turned.y, z: turned.z };
};
/// Pose of a frame in the table's, up its parents.
function poseOf(frame, transforms) {
  let position = { x: 0, y: 0, z: 0 };
  let orientation = { x: 0, y: 0, z: 0, w: 1 };
  let at = frame;
  for (let depth = 0; at !== "table"; ++depth) {
    const up = transforms.get(at);
    check(up !== undefined && depth < 20, `frame ${frame} does not hang from the table`);
    const moved = rotate(up.rotation, position);
    position = { x: moved.x + up.translation.x, y: moved.y + up.translation.y,
                 z: moved.z + up.translation.z };
    orientation = multiply(up.rotation, orientation);
    at = up.parent_frame_id;
  }
  return { position, orientation };
}

const fixed = of("/tf_fixed")[0].data.transforms;
const byChild = (transforms) =>
  new Map([...fixed, ...transforms].map((transform) => [transform.child_frame_id, transform]));
const states = new Map(of("/joint_states").map((message) => [message.time, message.data.joints]));
const frames = of("/tf").filter((message) => states.has(message.time));
const asked = frames.map((message) =>
  states.get(message.time).map((joint) => joint.position).join(" ")).join("\n");
const told = execFileSync(knead, ["fk", "--machine", machine, "--pad", pad],
  { input: asked + "\n", maxBuffer: 1 << 28 }).toString().trimEnd().split("\n");
check(told.length === frames.length && frames.length > 100, "knead fk answers every line");
let worst = 0;
frames.forEach((message, i) => {
  const { position, orientation } = poseOf("tool", byChild(message.data.transforms));
  const [x, y, z, qx, qy, qz, qw] = told[i].split(" ").map(Number);
  const sign = orientation.w < 0 ? -1 : 1;
  worst = Math.max(worst, Math.abs(position.x - x), Math.abs(position.y - y),
    Math.abs(position.z - z), Math.abs(sign * orientation.x - qx),
    Math.abs(sign * orientation.y - qy), Math.abs(sign * orientation.z - qz),
    Math.abs(sign * orientation.w - qw));
});
check(worst < 1e-9, `the frames are off what knead fk says by ${worst}`);

const known = byChild(frames[0].data.transforms);
let entities = 0;
for (const topic of ["/scene/arm", "/scene/body", "/scene/force"]) {
  for (const message of of(topic)) {
    for (const entity of message.data.entities) {
      poseOf(entity.frame_id, known);
      for (const triangles of entity.triangles) {
        check(triangles.indices.length >= 300 && triangles.indices.length % 3 === 0, "the skin");
        check(Math.max(...triangles.indices) < triangles.points.length, "no corner is missing");
      }
      ++entities;
    }
  }
}
check(of("/log").length > 10, "the events are in the log");
console.log(`${messages.length} messages in ${statistics.chunkCount} chunks fit their ` +
  `${schemas.size} schemas; ${compared} figures as in the table; ${frames.length} poses off ` +
  `knead fk by ${worst.toExponential(1)} at most; ${entities} entities`);

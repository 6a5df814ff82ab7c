// Histograms of the bus and of the cycle, from summary.json, or why there are none.
import {drawing, element} from './elements.js'
import {plainName} from './run.js'

const WIDTH = 520
const HEIGHT = 190
const LEFT = 46
const BOTTOM = 158
const TOP = 22

const wholeText = (number) => Math.round(number).toLocaleString('en').replaceAll(',', ' ')

/// Counts over microseconds, both axes by powers of ten, so that a single late one shows.
function histogram(title, data) {
  const buckets = data.buckets.map(([from, below, count]) =>
    [Math.max(0.5, from), Math.max(1, below ?? 2 * from), count])
  const low = Math.log10(buckets[0][0])
  const high = Math.max(low + 0.3, Math.log10(buckets.at(-1)[1]))
  const most = Math.max(...buckets.map((bucket) => bucket[2]))
  const top = Math.max(1, Math.ceil(Math.log10(most + 1)))
  const x = (us) => LEFT + ((WIDTH - LEFT - 10) * (Math.log10(us) - low)) / (high - low)
  const y = (count) => BOTTOM - ((BOTTOM - TOP) * (Math.log10(count) + 0.25)) / (top + 0.25)
  const picture = drawing('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img',
    'aria-label': `${title}: half below ${data.p50} us, longest ${data.max} us`})
  for (let power = 0; power <= top; power++) {
    const at = y(10 ** power)
    picture.append(drawing('path', {d: `M${LEFT} ${at}H${WIDTH - 10}`, class: 'hline'}),
      drawing('text', {x: LEFT - 6, y: at + 4, class: 'right'}, wholeText(10 ** power)))
  }
  for (const [from, below, count] of buckets) {
    const bar = drawing('rect', {x: x(from), width: Math.max(1.5, x(below) - x(from) - 0.5),
      y: y(count), height: Math.max(0, BOTTOM - y(count)), class: 'hbar'})
    bar.append(drawing('title', {}, `${wholeText(from)} to ${wholeText(below)} µs: ${wholeText(count)}`))
    picture.append(bar)
  }
  for (let power = Math.ceil(low); power <= high; power++) {
    picture.append(drawing('text', {x: x(10 ** power), y: BOTTOM + 16, class: 'middle'},
      wholeText(10 ** power)))
  }
  for (const [name, value] of [['half', data.p50], ['99 %', data.p99], ['longest', data.max]]) {
    const at = x(Math.max(0.5, value))
    picture.append(drawing('path', {d: `M${at} ${TOP}V${BOTTOM}`, class: 'hmark'}),
      drawing('text', {x: at, y: TOP - 8, class: at > WIDTH - 60 ? 'right' : 'middle'}, name))
  }
  picture.append(drawing('text', {x: WIDTH - 10, y: BOTTOM + 30, class: 'right'}, 'µs'))
  return element('figure', {class: 'histogram'},
    element('figcaption', {}, `${title}: half within ${wholeText(data.p50)} µs, 99 % within ` +
      `${wholeText(data.p99)} µs, longest ${wholeText(data.max)} µs`), picture)
}

/// What JSON reads as infinite (1e999) would be drawn without an end.
const isBucket = (bucket) => Array.isArray(bucket) && bucket.length === 3 &&
  [bucket[0], bucket[1] ?? 0, bucket[2]].every(Number.isFinite)

const filled = (data) => data && data.count > 0 && Array.isArray(data.buckets) &&
  data.buckets.length > 0 && data.buckets.every(isBucket)

export function addTiming(run, place) {
  const timing = run.summary.timing ?? {}
  const devices = run.summary.bus ?? []
  const drawn = []
  const wanted = [
    ['Wake-up after the deadline', timing.wake_up_us],
    ['Exchange with all devices', timing.exchange_us],
    ['Computing and recording', timing.compute_us],
    ...devices.map((device) => [`Round trip of ${plainName(device.device)}`, device.round_trip_us]),
  ]
  const grid = element('div', {class: 'histograms'})
  for (const [title, data] of wanted) {
    if (filled(data)) {
      grid.append(histogram(title, data))
      drawn.push(title)
    }
  }
  const period_ms = (1e3 * run.period_s).toFixed(0)
  const measured = devices.some((device) => device.round_trip_max_us > 0)
  if (!filled(timing.wake_up_us)) {
    place.append(element('p', {class: 'nothing-measured'}, timing.reason
      ? `No cycle times were measured; ${timing.reason}.`
      : run.virtual
        ? `Time was virtual: every cycle takes exactly ${period_ms} ms by definition, so there is ` +
          'no cycle time to show. Play the routine with ‘knead run’ to measure it.'
        : 'No histogram of cycle times was kept with this run.'))
  }
  if (!devices.some((device) => filled(device.round_trip_us))) {
    place.append(element('p', {class: 'nothing-measured'}, measured
      ? 'No histograms of the bus were kept with this run; mean and longest round trip stand in ' +
        'the table.'
      : 'Nothing crossed a wire: the devices answered inside the program, in no time. The counts ' +
        'below are of exchanges, not of latencies.'))
  }
  place.append(grid)
  return {drawn}
}

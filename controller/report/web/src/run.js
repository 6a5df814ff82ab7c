// The run as report_web.c laid it into the page: counts back into numbers.

const COUNTS_MAX = 65534
const COUNTS_NONE = 65535

function decodeCounts(channel) {
  const text = atob(channel.counts)
  const values = new Float64Array(text.length / 2)
  const span = channel.highest - channel.lowest
  for (let index = 0; index < values.length; index++) {
    const count = text.charCodeAt(2 * index) | (text.charCodeAt(2 * index + 1) << 8)
    // The ends are exact: they are what the figures of the run say.
    values[index] =
      count === COUNTS_NONE
        ? NaN
        : count === COUNTS_MAX
          ? channel.highest
          : channel.lowest + (span * count) / COUNTS_MAX
  }
  return {values, lowest: channel.lowest ?? NaN, highest: channel.highest ?? NaN}
}

// Two moments a stretch, one for each of its extremes in the order in which they came.
function momentsOf(clock) {
  const moments = new Float64Array(2 * clock.count)
  for (let index = 0; index < clock.count; index++) {
    moments[2 * index] = clock.from_s + clock.stretch_s * (index + 0.25)
    moments[2 * index + 1] = clock.from_s + clock.stretch_s * (index + 0.75)
  }
  return moments
}

function readElement(id) {
  const text = document.getElementById(id)?.textContent ?? ''
  return JSON.parse(text)
}

export function readRun() {
  const run = readElement('run')
  run.fine.moments = momentsOf(run.fine)
  run.slow.moments = momentsOf(run.slow)
  for (const name of Object.keys(run.tool)) {
    run.tool[name] = decodeCounts(run.tool[name])
  }
  for (const joint of run.joints) {
    for (const name of ['position', 'following', 'speed', 'speed_commanded']) {
      joint[name] = decodeCounts(joint[name])
    }
  }
  for (const name of ['height_m', 'contact_s', 'pressure_Pa']) {
    run.body[name] = decodeCounts(run.body[name])
  }
  run.from_s = run.fine.from_s
  run.to_s = run.fine.from_s + run.fine.stretch_s * run.fine.count
  try {
    run.summary = readElement('summary')
  } catch {
    run.summary = {}
  }
  return run
}

/// The stretch that a moment falls into, kept inside the run.
export function stretchAt(clock, time_s) {
  const index = Math.floor((time_s - clock.from_s) / clock.stretch_s)
  return Math.max(0, Math.min(clock.count - 1, index))
}

/// Highest sample of the stretch at a moment; NaN where there is none.
export function highestAt(clock, channel, time_s) {
  const index = 2 * stretchAt(clock, time_s)
  const [a, b] = [channel.values[index], channel.values[index + 1]]
  return Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b)
}

/// The last span that began at or before a moment; undefined before the first.
export function spanAt(spans, time_s) {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (spans[middle].from_s <= time_s) {
      low = middle + 1
    } else {
      high = middle
    }
  }
  return spans[low - 1]
}

export const plainName = (name) => (name ?? '').replaceAll('_', ' ')

export function clockText(time_s, decimals = 1) {
  const sign = time_s < 0 ? '−' : ''
  const unit = 10 ** decimals
  const whole = Math.round(Math.abs(time_s) * unit) / unit
  const minutes = Math.floor(whole / 60)
  const seconds = (whole - 60 * minutes).toFixed(decimals)
  return `${sign}${minutes}:${seconds.padStart(decimals > 0 ? 3 + decimals : 2, '0')}`
}

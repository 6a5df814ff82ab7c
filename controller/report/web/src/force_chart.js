// Force against target, and the speed of the tool against what is allowed.
import {colour} from './elements.js'

const CAP_IN_VIEW = 2 // the lowest cap, up to this many times the highest force, is in the picture
const STRIP_PIXELS = 6

/// A wash and a strip a stroke, in its technique's colour, and a line for each stop.
function underlay(run) {
  const stops = run.events.filter((event) => event.kind === 'stop')
  return (plot) => {
    const {ctx, bbox} = plot
    const at = (time_s) => plot.valToPos(time_s, 'x', true)
    ctx.save()
    ctx.beginPath()
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
    ctx.clip()
    for (const stroke of run.strokes) {
      const left = at(stroke.from_s)
      const width = Math.max(1, at(stroke.to_s) - left)
      if (left + width < bbox.left || left > bbox.left + bbox.width) {
        continue
      }
      ctx.fillStyle = colour(stroke.colour)
      ctx.globalAlpha = 0.1
      ctx.fillRect(left, bbox.top, width, bbox.height)
      ctx.globalAlpha = 0.95
      ctx.fillRect(left, bbox.top, width, STRIP_PIXELS * devicePixelRatio)
    }
    ctx.globalAlpha = 1
    ctx.strokeStyle = colour('bad')
    ctx.lineWidth = 2 * devicePixelRatio
    for (const stop of stops) {
      ctx.beginPath()
      ctx.moveTo(at(stop.time_s), bbox.top)
      ctx.lineTo(at(stop.time_s), bbox.top + bbox.height)
      ctx.stroke()
    }
    ctx.restore()
  }
}

export function addForceChart(charts, run, place) {
  const {moments} = run.fine
  const {force_N, target_N, cap_N} = run.tool
  const top_N = Math.max(force_N.highest || 0, target_N.highest || 0, 1)
  const cap_in_view = cap_N.lowest <= CAP_IN_VIEW * top_N ? cap_N.lowest : 0
  return charts.add(place, {
    label: 'Force against target over time',
    unit: 'N',
    height: 340,
    decimals: 2,
    under: underlay(run),
    range: (plot, low, high) =>
      [Math.min(0, low ?? 0) * 1.05, Math.max(1, high ?? 1, cap_in_view) * 1.08],
    lines: [
      {label: 'wanted N', values: target_N.values, moments, stroke: 'target', width: 5, alpha: 0.22},
      {label: 'measured N', values: force_N.values, moments, stroke: 'force', width: 1.5},
      {
        label: 'cap N',
        values: cap_N.values,
        moments,
        stroke: 'cap',
        width: 1.75,
        auto: false,
      },
      {label: 'along the skin N', values: run.tool.shear_N.values, moments, stroke: 't3', show: false},
    ],
  })
}

export function addSpeedChart(charts, run, place) {
  const {moments} = run.fine
  const {tool_speed_mps, speed_allowed_mps} = run.tool
  const scaled = (channel) => channel.values.map((value) => value * 1e3)
  return charts.add(place, {
    label: 'Speed of the tool over time, measured and allowed',
    unit: 'mm/s',
    height: 240,
    decimals: 1,
    range: (plot, low, high) => [0, Math.max(1, (high ?? 1) * 1.08)],
    lines: [
      {label: 'allowed mm/s', values: scaled(speed_allowed_mps), moments, stroke: 'cap', width: 1.75},
      {label: 'measured mm/s', values: scaled(tool_speed_mps), moments, stroke: 'force'},
    ],
  })
}

// Positions against their limits, following errors, speeds: all joints beside each other as parts
// of what is allowed, or one of them in its own unit.
import {colour, element} from './elements.js'
import {plainName} from './run.js'

const percent = (values, from, to) => values.map((value) => (100 * (value - from)) / (to - from))

/// Lines across the chart, for limits.
function limits(levels) {
  return (plot) => {
    const {ctx, bbox} = plot
    ctx.save()
    ctx.strokeStyle = colour('cap')
    ctx.lineWidth = 1.75 * devicePixelRatio
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio])
    for (const level of levels) {
      const y = plot.valToPos(level, 'y', true)
      if (y >= bbox.top - 1 && y <= bbox.top + bbox.height + 1) {
        ctx.beginPath()
        ctx.moveTo(bbox.left, y)
        ctx.lineTo(bbox.left + bbox.width, y)
        ctx.stroke()
      }
    }
    ctx.restore()
  }
}

const widened = (low, high) => [low - 0.04 * (high - low), high + 0.04 * (high - low)]

function allJoints(run) {
  const {moments} = run.slow
  const line = (joint, index, values) => ({
    label: plainName(joint.name), values, moments, stroke: `j${index}`,
  })
  return [
    {
      title: 'Position, as part of the way between its limits',
      unit: '%',
      height: 230,
      levels: [0, 100],
      range: () => [-4, 104],
      lines: run.joints.map((joint, index) => line(joint, index,
        percent(joint.position.values, joint.position_min, joint.position_max))),
    },
    {
      title: 'Following error, as part of what is allowed',
      unit: '%',
      height: 210,
      levels: [-100, 100],
      decimals: 1,
      range: (plot, low, high) => widened(Math.min(-5, low ?? 0), Math.max(5, high ?? 0)),
      lines: run.joints.map((joint, index) => line(joint, index,
        percent(joint.following.values, 0, joint.following_max))),
    },
    {
      title: 'Speed, as part of what is allowed',
      unit: '%',
      height: 210,
      levels: [-100, 100],
      range: (plot, low, high) => widened(Math.min(-5, low ?? 0), Math.max(5, high ?? 0)),
      lines: run.joints.map((joint, index) => line(joint, index,
        percent(joint.speed.values, 0, joint.velocity_max))),
    },
  ]
}

function oneJoint(run, index) {
  const {moments} = run.slow
  const joint = run.joints[index]
  const unit = joint.prismatic ? 'mm' : 'deg'
  const scale = joint.prismatic ? 1e3 : 180 / Math.PI
  const scaled = (values) => values.map((value) => value * scale)
  const figures = (run.summary.joints ?? []).find((row) => row.joint === joint.name)
  const fine = (number) => (Number.isFinite(number) ? (number * scale).toFixed(3) : '–')
  const following = figures
    ? `: peak ${fine(figures.following_error_peak)}, RMS ${fine(figures.following_error_rms)}, ` +
      `allowed ${fine(joint.following_max)} ${unit}`
    : ''
  return [
    {
      title: `Position between its limits, ${unit}`,
      unit,
      height: 230,
      decimals: 2,
      levels: [joint.position_min * scale, joint.position_max * scale],
      range: () => widened(joint.position_min * scale, joint.position_max * scale),
      lines: [{label: `measured ${unit}`, values: scaled(joint.position.values), moments,
        stroke: 'force', width: 1.75}],
    },
    {
      title: `Following error${following}`,
      unit,
      height: 210,
      decimals: 4,
      levels: [-joint.following_max * scale, joint.following_max * scale],
      range: (plot, low, high) => widened(low ?? -1, high ?? 1),
      lines: [{label: `commanded less measured ${unit}`, values: scaled(joint.following.values),
        moments, stroke: 'force'}],
    },
    {
      title: `Speed, ${unit}/s`,
      unit: `${unit}/s`,
      height: 210,
      decimals: 2,
      levels: [-joint.velocity_max * scale, joint.velocity_max * scale],
      range: (plot, low, high) => widened(low ?? -1, high ?? 1),
      lines: [
        {label: `commanded ${unit}/s`, values: scaled(joint.speed_commanded.values), moments,
          stroke: 'target', width: 4, alpha: 0.25},
        {label: `measured ${unit}/s`, values: scaled(joint.speed.values), moments, stroke: 'force'},
      ],
    },
  ]
}

export function addJointCharts(charts, run, place) {
  const choice = element('div', {class: 'choice', role: 'group', 'aria-label': 'Which joint'})
  const body = element('div', {})
  place.append(choice, body)
  const state = {shown: [], select}
  const buttons = ['all joints', ...run.joints.map((joint) => plainName(joint.name))].map(
    (name, index) => element('button', {type: 'button', onclick: () => select(index - 1)}, name))
  choice.append(...buttons)

  function select(joint) {
    state.shown.forEach(charts.remove)
    body.replaceChildren()
    buttons.forEach((button, index) => button.setAttribute('aria-pressed', index - 1 === joint))
    state.shown = (joint < 0 ? allJoints(run) : oneJoint(run, joint)).map((wanted) => {
      body.append(element('h3', {}, wanted.title))
      return charts.add(body, {label: wanted.title, under: limits(wanted.levels), ...wanted})
    })
  }
  select(-1)
  return state
}

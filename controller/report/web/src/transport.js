// The bar at the lower edge: play, the moment, the run's modes, strokes and stops along a slider.
import {colour, element, watchColours} from './elements.js'
import {clockText, plainName, spanAt} from './run.js'

const RATES = [0.25, 1, 4, 16, 60]
const STOPPED = new Set(['lift', 'yield', 'stopping', 'tripped', 'locked'])
const TOLD = new Set(['stop', 'rule_refused', 'intensity', 'overrun', 'note'])

function paintTrack(canvas, run, clock) {
  const ratio = Math.min(2, devicePixelRatio)
  const width = canvas.clientWidth
  const height = canvas.clientHeight
  canvas.width = Math.max(1, Math.round(width * ratio))
  canvas.height = Math.max(1, Math.round(height * ratio))
  const context = canvas.getContext('2d')
  context.scale(ratio, ratio)
  const at = (time_s) => (width * (time_s - clock.from_s)) / (clock.to_s - clock.from_s)
  context.fillStyle = colour('line')
  context.fillRect(0, 7, width, 12)
  run.modes.forEach((span, index) => {
    if (STOPPED.has(span.mode)) {
      const to_s = run.modes[index + 1]?.from_s ?? clock.to_s
      context.fillStyle = colour(span.mode === 'locked' ? 'soft' : 'bad')
      context.globalAlpha = span.mode === 'locked' ? 0.35 : 0.55
      context.fillRect(at(span.from_s), 7, Math.max(1, at(to_s) - at(span.from_s)), 12)
    }
  })
  context.globalAlpha = 1
  for (const stroke of run.strokes) {
    context.fillStyle = colour(stroke.colour)
    context.fillRect(at(stroke.from_s), 7,
      Math.max(1, at(stroke.to_s) - at(stroke.from_s)), 12)
  }
  for (const event of run.events) {
    if (TOLD.has(event.kind)) {
      const stop = event.kind === 'stop' || event.kind === 'rule_refused'
      context.fillStyle = colour(stop ? 'bad' : 'ink')
      context.beginPath()
      context.moveTo(at(event.time_s) - 4, 0)
      context.lineTo(at(event.time_s) + 4, 0)
      context.lineTo(at(event.time_s), 7)
      context.fill()
    }
  }
}

export function addTransport(run, clock) {
  const play = element('button', {
    type: 'button', class: 'play', 'aria-label': 'Play', onclick: () => clock.play(!clock.playing),
  }, '▶')
  const moment = element('output', {class: 'moment-text'})
  const slider = element('input', {
    type: 'range', min: clock.from_s, max: clock.to_s, step: 'any', value: clock.from_s,
    'aria-label': 'Moment of the run', id: 'moment',
  })
  const canvas = element('canvas', {class: 'track-picture', 'aria-hidden': 'true'})
  const needle = element('i', {class: 'needle', 'aria-hidden': 'true'})
  const rate = element('select', {'aria-label': 'How fast it plays', id: 'rate'},
    ...RATES.map((times) => element('option', {value: times}, `${times}×`)))
  rate.value = '1'
  rate.addEventListener('change', () => {
    clock.rate = Number(rate.value)
  })
  const told = element('p', {class: 'told'})
  const step = (by) => {
    const moments = run.events.filter((event) => event.kind !== 'device')
      .map((event) => event.time_s)
    const next = by > 0 ? moments.find((time_s) => time_s > clock.now_s + 1e-3)
      : moments.findLast((time_s) => time_s < clock.now_s - 1e-3)
    if (next !== undefined) {
      clock.set(next)
    }
  }
  const bar = element('div', {class: 'transport', role: 'group', 'aria-label': 'Moment of the run'},
    play,
    element('button', {type: 'button', title: 'event before', 'aria-label': 'Event before',
      onclick: () => step(-1)}, '‹'),
    element('button', {type: 'button', title: 'next event', 'aria-label': 'Next event',
      onclick: () => step(1)}, '›'),
    moment, element('div', {class: 'track'}, canvas, needle, slider), rate, told)
  document.querySelector('main').append(bar)

  slider.addEventListener('input', () => clock.set(Number(slider.value)))
  slider.addEventListener('keydown', (event) => {
    const by = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10}
    if (by[event.key]) {
      event.preventDefault()
      clock.set(clock.now_s + by[event.key] * (event.shiftKey ? 10 : 1))
    } else if (event.key === ' ') {
      event.preventDefault()
      clock.play(!clock.playing)
    }
  })
  const events = run.events.map((event) => ({...event, from_s: event.time_s}))
  clock.watch(() => {
    const part = (clock.now_s - clock.from_s) / (clock.to_s - clock.from_s)
    needle.style.left = `${100 * part}%`
    slider.value = clock.now_s
    slider.setAttribute('aria-valuetext', clockText(clock.now_s))
    moment.textContent = `${clockText(clock.now_s)} / ${clockText(clock.to_s)}`
    play.textContent = clock.playing ? '❚❚' : '▶'
    play.setAttribute('aria-label', clock.playing ? 'Pause' : 'Play')
    const event = spanAt(events, clock.now_s + 1e-3)
    told.textContent = event ? `${clockText(event.time_s, 2)} ${plainName(event.text)}` : ''
  })
  const repaint = () => paintTrack(canvas, run, clock)
  new ResizeObserver(repaint).observe(canvas)
  watchColours(repaint)
  return {bar, slider, canvas}
}

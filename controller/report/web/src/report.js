// The report's page begins to move here. Where anything of it fails, the still page stays as it is
// and says so.
import 'uplot/dist/uPlot.min.css'
import './report.css'
import {makeCharts} from './charts.js'
import {makeClock} from './clock.js'
import {element} from './elements.js'
import {addEvents} from './events.js'
import {addForceChart, addSpeedChart} from './force_chart.js'
import {addJointCharts} from './joint_charts.js'
import {addReplay} from './replay.js'
import {readRun} from './run.js'
import {addTiming} from './timing.js'
import {addTransport} from './transport.js'

const PAPER_PIXELS = 700 // width of an upright page less its margins

function addZoom(charts, clock, place) {
  const button = (text, label, action) =>
    element('button', {type: 'button', 'aria-label': label, title: label, onclick: action}, text)
  place.append(element('div', {class: 'choice zoom', role: 'group', 'aria-label': 'Zoom'},
    button('+', 'closer', () => charts.zoom(charts.ZOOM_PART)),
    button('−', 'farther', () => charts.zoom(1 / charts.ZOOM_PART)),
    button('◂', 'earlier', () => charts.pan(-charts.PAN_PART)),
    button('▸', 'later', () => charts.pan(charts.PAN_PART)),
    button('whole run', 'whole run', () => charts.show(clock.from_s, clock.to_s)),
    element('span', {class: 'soft'}, 'drag across a chart to zoom, click to go to a moment')))
}

function begin() {
  const root = document.documentElement
  root.classList.add('moving')
  const run = readRun()
  const clock = makeClock(run.from_s, run.to_s)
  const charts = makeCharts(clock)
  const at = (id) => document.getElementById(id)
  addZoom(charts, clock, at('chart-force'))
  const shown = {
    force: addForceChart(charts, run, at('chart-force')),
    speed: addSpeedChart(charts, run, at('chart-speed')),
    joints: addJointCharts(charts, run, at('charts-joints')),
  }
  const transport = addTransport(run, clock)
  addEvents(clock, charts)
  const timing = addTiming(run, at('charts-timing'))
  const replay = addReplay(run, clock, at('replay'))
  addEventListener('beforeprint', () => {
    charts.fit(PAPER_PIXELS)
    replay?.draw()
  })
  addEventListener('afterprint', () => charts.fit())
  // What the address asks for (report.html#t=12.5), where the arm was stopped, or the first stroke.
  const stop = run.events.find((event) => event.kind === 'stop')
  const stroke = run.strokes[0]
  const linked_s = Number(new URLSearchParams(location.hash.slice(1)).get('t') ?? NaN)
  clock.set(Number.isFinite(linked_s) ? linked_s : stop ? stop.time_s : stroke ? (stroke.from_s + stroke.to_s) / 2 : run.from_s)
  // For tests and for the curious at the console.
  window.kneadReport = {run, clock, charts, shown, transport, timing, replay}
  root.dataset.state = 'ready'
}

try {
  begin()
} catch (error) {
  document.documentElement.classList.remove('moving')
  document.documentElement.dataset.state = 'failed'
  const notice = document.getElementById('notice')
  notice.hidden = false
  notice.textContent = `The moving part of this page failed (${error.message}); the pictures stand still.`
  console.error(error)
}

// Charts over time. Every chart shows the same stretch of time and the same moment; uPlot keeps the
// lowest and the highest sample of every pixel's width, and what it gets are extremes, so that no
// peak is lost at any zoom.
import uPlot from 'uplot'
import {clockText} from './run.js'
import {colour, element, watchColours} from './elements.js'

const PAN_PART = 0.25
const ZOOM_PART = 0.5
const ZOOM_LEAST_S = 0.2
const CLICK_PIXELS = 4
const TIME_STEPS_S = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
]

function timeLabels(chart, splits, axis, space, step) {
  const decimals = step >= 1 ? 0 : step >= 0.1 ? 1 : 2
  return splits.map((split) => clockText(split, decimals))
}

/// Numbers without a sample become gaps.
const gapped = (values) => Array.from(values, (value) => (Number.isFinite(value) ? value : null))

export function makeCharts(clock) {
  const charts = []
  const view = {from_s: clock.from_s, to_s: clock.to_s}
  const watchers = []
  let sharing = false

  function show(from_s, to_s) {
    const whole = clock.to_s - clock.from_s
    const span = Math.min(whole, Math.max(ZOOM_LEAST_S, to_s - from_s))
    view.from_s = Math.max(clock.from_s, Math.min(clock.to_s - span, from_s))
    view.to_s = view.from_s + span
    sharing = true
    for (const chart of charts) {
      chart.plot.setScale('x', {min: view.from_s, max: view.to_s})
    }
    sharing = false
    for (const watcher of watchers) {
      watcher(view)
    }
  }

  function zoom(factor) {
    const inside = clock.now_s >= view.from_s && clock.now_s <= view.to_s
    const middle = inside ? clock.now_s : (view.from_s + view.to_s) / 2
    const part = (middle - view.from_s) / (view.to_s - view.from_s)
    const span = (view.to_s - view.from_s) * factor
    show(middle - part * span, middle + (1 - part) * span)
  }

  const pan = (part) => {
    const by = part * (view.to_s - view.from_s)
    show(view.from_s + by, view.to_s + by)
  }

  function keys(event) {
    const step = event.shiftKey ? 10 : 1
    const actions = {
      ArrowLeft: () => clock.set(clock.now_s - step),
      ArrowRight: () => clock.set(clock.now_s + step),
      '+': () => zoom(ZOOM_PART),
      '=': () => zoom(ZOOM_PART),
      '-': () => zoom(1 / ZOOM_PART),
      0: () => show(clock.from_s, clock.to_s),
      Home: () => clock.set(clock.from_s),
      End: () => clock.set(clock.to_s),
      ' ': () => clock.play(!clock.playing),
    }
    if (actions[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault()
      actions[event.key]()
    }
  }

  /// A chart in `place`. `lines`: label, values, moments (of all the same), stroke (name of a
  /// colour), and what uPlot takes; `range` as uPlot's; `under` draws below the lines.
  function add(place, {label, unit, height, lines, range, under, decimals = 1}) {
    const box = element('div', {
      class: 'chart',
      tabindex: '0',
      role: 'group',
      'aria-label': `${label}. Left and right move the moment, plus and minus zoom, 0 shows all.`,
      onkeydown: keys,
    })
    place.append(box)
    const text = (value) => (value === null || value === undefined ? '–' : value.toFixed(decimals))
    const axis = {
      stroke: () => colour('soft'),
      grid: {stroke: () => colour('line'), width: 1},
      ticks: {stroke: () => colour('line'), width: 1, size: 5},
      font: '12px system-ui, sans-serif',
    }
    const options = {
      width: Math.max(280, place.clientWidth),
      height,
      legend: {live: true},
      cursor: {
        sync: {key: 'run'},
        drag: {x: true, y: false, setScale: true, dist: 6},
        points: {size: 6},
      },
      scales: {x: {time: false, min: view.from_s, max: view.to_s}, y: {range}},
      axes: [
        {...axis, incrs: TIME_STEPS_S, values: timeLabels, space: 62, size: 34},
        {...axis, label: unit, labelSize: 20, labelGap: 0, size: 48, labelFont: axis.font},
      ],
      series: [
        {label: 'time', value: (plot, value) => (value === null ? '–' : clockText(value, 2))},
        ...lines.map((line) => ({
          label: line.label,
          stroke: () => colour(line.stroke),
          width: line.width ?? 1.25,
          dash: line.dash,
          alpha: line.alpha,
          auto: line.auto ?? true,
          show: line.show ?? true,
          points: {show: false},
          spanGaps: false,
          value: (plot, value) => text(value),
        })),
      ],
      hooks: {
        drawClear: under ? [under] : [],
        draw: [() => queueMicrotask(() => tell(chart))], // uPlot has just emptied the legend
        setScale: [
          (plot, scale) => {
            const {min, max} = plot.scales.x
            if (scale === 'x' && !sharing && Number.isFinite(min) && Number.isFinite(max)) {
              queueMicrotask(() => show(min, max))
            }
            place_moment(chart)
          },
        ],
        setSize: [() => place_moment(chart)],
      },
    }
    const chart = {place, box, height, plot: null, moment: element('div', {class: 'moment'}), lines}
    sharing = true
    chart.plot = new uPlot(options, [lines[0].moments, ...lines.map((l) => gapped(l.values))], box)
    sharing = false
    chart.plot.over.append(chart.moment)
    // What a click on a line's name does, shows or hides it, keys can do as well.
    for (const name of box.querySelectorAll('.u-series:not(:first-child) th')) {
      name.tabIndex = 0
      name.setAttribute('role', 'button')
      name.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault()
          event.stopPropagation()
          name.click()
        }
      })
    }
    chart.plot.over.addEventListener('mouseleave', () => queueMicrotask(() => charts.forEach(tell)))
    let down = 0
    chart.plot.over.addEventListener('mousedown', (event) => {
      down = event.clientX
    })
    chart.plot.over.addEventListener('click', (event) => {
      if (Math.abs(event.clientX - down) <= CLICK_PIXELS) {
        const left = event.clientX - chart.plot.over.getBoundingClientRect().left
        clock.set(chart.plot.posToVal(left, 'x'))
      }
    })
    // A double click is uPlot's own way back to all.
    charts.push(chart)
    place_moment(chart)
    return chart
  }

  function remove(chart) {
    chart.plot.destroy()
    chart.box.remove()
    charts.splice(charts.indexOf(chart), 1)
  }

  function place_moment(chart) {
    if (!chart?.plot) {
      return
    }
    const left = chart.plot.valToPos(clock.now_s, 'x')
    const inside = left >= 0 && left <= chart.plot.over.clientWidth
    chart.moment.style.display = inside ? 'block' : 'none'
    chart.moment.style.transform = `translateX(${left}px)`
  }

  const fit = (width) => {
    for (const chart of charts) {
      const wanted = width ?? chart.place.clientWidth
      if (wanted > 0) {
        chart.plot.setSize({width: Math.max(280, wanted), height: chart.height})
      }
    }
  }

  /// The legend tells of the moment while no pointer is over the chart.
  function tell(chart) {
    if (!chart.plot || chart.plot.cursor.left >= 0) {
      return
    }
    const {moments} = chart.lines[0]
    const step = moments.length > 2 ? moments[2] - moments[0] : 1
    const index = 2 * Math.floor((clock.now_s - clock.from_s) / step)
    chart.plot.setLegend({idx: Math.max(0, Math.min(moments.length - 1, index))}, false)
  }

  clock.watch(() => {
    if (clock.playing && (clock.now_s > view.to_s || clock.now_s < view.from_s)) {
      const span = view.to_s - view.from_s
      show(clock.now_s, clock.now_s + span)
    }
    for (const chart of charts) {
      place_moment(chart)
      tell(chart)
    }
  })
  new ResizeObserver(() => fit()).observe(document.querySelector('main'))
  watchColours(() => charts.forEach((chart) => chart.plot.redraw(false)))
  return {charts, view, add, remove, show, zoom, pan, fit, watch: (watcher) => watchers.push(watcher),
    PAN_PART, ZOOM_PART}
}

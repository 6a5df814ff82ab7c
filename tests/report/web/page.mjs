// A report's page as a person meets it, in Chromium without a window and without a network.
//   node page.mjs CHROMIUM moving RUN NAME [PICTURES]   the page of a run whose routine is NAME
//   node page.mjs CHROMIUM histograms RUN               the same with the figures of a bus put in
//   node page.mjs CHROMIUM broken RUN                   the same with its data spoilt
//   node page.mjs CHROMIUM still RUN                    a page that was made without a script
// RUN is a run's folder; PICTURES a folder for screenshots.
import assert from 'node:assert/strict'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {pathToFileURL} from 'node:url'
import {openChromium} from './chromium.mjs'

const [program, what, folder, name, pictures] = process.argv.slice(2)
const page_path = resolve(folder, 'report.html')
const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))
const scratch = mkdtempSync(join(tmpdir(), 'knead-page-'))
const chromium = await openChromium(program)
let claims = 0

function claim(text) {
  claims++
  console.log(`ok: ${text}`)
}

/// What a page said that nobody put there; swiftshader's remarks on its own speed don't count.
const troubles = (page) => page.errors.filter((text) => !text.includes('GL Driver Message'))

function near(actual, expected, text) {
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${text}: ${actual}, expected ${expected}`)
}

// Runs on the page: colours of a canvas around a place, in pixels of the canvas.
const ON_PAGE = `
window.frames_passed = (count) => new Promise((done) => {
  const next = () => (count-- > 0 ? requestAnimationFrame(next) : done())
  next()
})
window.rgb_of = (text) => {
  const context = document.createElement('canvas').getContext('2d', {willReadFrequently: true})
  context.fillStyle = text
  context.fillRect(0, 0, 1, 1)
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
}
// The least distance of a colour to what is drawn within 'reach' pixels of a place.
window.colour_away = (canvas, x, y, text, reach = 2) => {
  const wanted = rgb_of(text)
  const copy = document.createElement('canvas')
  copy.width = copy.height = 2 * reach + 1
  const context = copy.getContext('2d', {willReadFrequently: true})
  context.drawImage(canvas, Math.round(x) - reach, Math.round(y) - reach, copy.width, copy.height,
    0, 0, copy.width, copy.height)
  const data = context.getImageData(0, 0, copy.width, copy.height).data
  let least = Infinity
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] > 60) {
      least = Math.min(least, Math.hypot(data[at] - wanted[0], data[at + 1] - wanted[1],
        data[at + 2] - wanted[2]))
    }
  }
  return least
}
window.extremes_of = (plot, series) => {
  let [low, high, low_at, high_at] = [Infinity, -Infinity, 0, 0]
  plot.data[series].forEach((value, index) => {
    if (value !== null && value < low) { low = value; low_at = plot.data[0][index] }
    if (value !== null && value > high) { high = value; high_at = plot.data[0][index] }
  })
  return {low, high, low_at, high_at}
}
window.stroke_of = (plot, series) => plot.series[series].stroke(plot, series)
// How far off the line's colour the canvas is where its highest and lowest samples belong.
window.drawn_at_extremes = (plot, series) => {
  const {low, high, low_at, high_at} = extremes_of(plot, series)
  const at = (time_s, value) => colour_away(plot.ctx.canvas, plot.valToPos(time_s, 'x', true),
    plot.valToPos(value, 'y', true), stroke_of(plot, series))
  return {high: at(high_at, high), low: at(low_at, low)}
}
window.stage_print = () => {
  const {canvas} = kneadReport.replay
  const copy = document.createElement('canvas')
  copy.width = 64
  copy.height = 48
  const context = copy.getContext('2d', {willReadFrequently: true})
  context.drawImage(canvas, 0, 0, 64, 48)
  return [...context.getImageData(0, 0, 64, 48).data]
}
window.slide_to = async (time_s) => {
  const {slider} = kneadReport.transport
  slider.value = time_s
  slider.dispatchEvent(new Event('input', {bubbles: true}))
  await frames_passed(3)
  return {now_s: kneadReport.clock.now_s, tool: kneadReport.replay.tool.toArray(),
    print: stage_print()}
}
1`

async function open(path, options) {
  const page = await chromium.open(pathToFileURL(path).href, options)
  await page.ask(ON_PAGE)
  await page.ask('frames_passed(4)')
  return page
}

async function keep(page, label, whole = true) {
  if (pictures) {
    writeFileSync(join(pictures, `${label}.png`), await page.picture(whole))
  }
}

// ------------------------------------------------------------------------------------- the claims

async function plotted_extremes_are_those_of_the_figures(page) {
  const force = await page.ask('extremes_of(kneadReport.shown.force.plot, 2)')
  near(force.high, summary.force_peak_N, 'peak force')
  const shear = await page.ask('extremes_of(kneadReport.shown.force.plot, 4)')
  near(shear.high, Math.max(0, summary.shear_peak_N), 'peak along the skin')
  const speed = await page.ask('extremes_of(kneadReport.shown.speed.plot, 2)')
  near(speed.high, 1e3 * summary.tool_speed_peak_mps, 'speed of the tool')
  claim(`force ${force.high.toFixed(3)} N and speed ${speed.high.toFixed(2)} mm/s are plotted as ` +
    'summary.json has them')
  for (const [index, joint] of summary.joints.entries()) {
    await page.ask(`kneadReport.shown.joints.select(${index}); frames_passed(2)`)
    const [position, following, velocity] = await page.ask(
      'kneadReport.shown.joints.shown.map((chart) => extremes_of(chart.plot, chart.lines.length))')
    const scale = joint.unit === 'm' ? 1e3 : 180 / Math.PI
    near(position.low, joint.position_lowest * scale, `lowest position of ${joint.joint}`)
    near(position.high, joint.position_highest * scale, `highest position of ${joint.joint}`)
    near(Math.max(-following.low, following.high), joint.following_error_peak * scale,
      `following error of ${joint.joint}`)
    near(Math.max(-velocity.low, velocity.high), joint.speed_peak * scale,
      `speed of ${joint.joint}`)
    const drawn = await page.ask('kneadReport.shown.joints.shown.map((chart) => ' +
      'drawn_at_extremes(chart.plot, chart.lines.length))')
    drawn.forEach((away, chart) => assert.ok(away.high < 60 && away.low < 60,
      `${joint.joint}, chart ${chart}: the extremes are not drawn: ${JSON.stringify(away)}`))
    const title = await page.ask('document.querySelectorAll("#charts-joints h3")[1].textContent')
    const rms = (joint.following_error_rms * scale).toFixed(3)
    assert.ok(title.includes(`RMS ${rms}`), title)
  }
  claim(`positions, following errors and speeds of ${summary.joints.length} joints too, and drawn`)
  await page.ask('kneadReport.shown.joints.select(-1); frames_passed(2)')
}

async function every_chart_is_drawn(page) {
  const charts = await page.ask(`kneadReport.charts.charts.map((chart) => ({
    label: chart.box.getAttribute('aria-label'),
    width: chart.plot.ctx.canvas.width, height: chart.plot.ctx.canvas.height,
    box: chart.box.getBoundingClientRect().width,
    lines: chart.lines.map((line, index) => [line.label, chart.plot.series[index + 1].show,
      drawn_at_extremes(chart.plot, index + 1), extremes_of(chart.plot, index + 1).high])}))`)
  assert.equal(charts.length, 5)
  let lines = 0
  for (const chart of charts) {
    assert.ok(chart.width > 200 && chart.height > 100 && chart.box > 200, JSON.stringify(chart))
    for (const [label, shown, away, high] of chart.lines) {
      // Lines of several joints cross each other; a cap may lie above the picture.
      if (shown && high !== null && chart.lines.length < 5 && !/cap|wanted/.test(label)) {
        assert.ok(away.high < 60, `${chart.label}, ${label}: not drawn at its highest`)
        lines++
      }
    }
  }
  assert.ok(lines >= 3)
  const many = await page.ask(`kneadReport.shown.joints.shown.map(({plot}) => {
    const seen = new Set()
    const {data} = plot.ctx.getImageData(plot.bbox.left, plot.bbox.top, plot.bbox.width,
      plot.bbox.height)
    for (let at = 0; at < data.length; at += 4) {
      for (let series = 1; series < plot.series.length; series++) {
        const [r, g, b] = rgb_cache[series] ??= rgb_of(stroke_of(plot, series))
        if (data[at + 3] > 200 && Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) +
            Math.abs(data[at + 2] - b) < 12) seen.add(series)
      }
    }
    return seen.size
  })`.replace('kneadReport', 'window.rgb_cache = {}, kneadReport'))
  assert.deepEqual(many, [summary.joints.length, summary.joints.length, summary.joints.length])
  claim('every chart is there and drawn, every joint in its colour')
}

async function no_zoom_hides_the_peak(page) {
  const {high_at} = await page.ask('extremes_of(kneadReport.shown.force.plot, 2)')
  for (const span_s of [60, 10, 1, 0.25]) {
    const away = await page.ask(`(kneadReport.charts.show(${high_at - 0.4 * span_s},
      ${high_at + 0.6 * span_s}), frames_passed(3).then(() =>
      drawn_at_extremes(kneadReport.shown.force.plot, 2).high))`)
    assert.ok(away < 60, `${span_s} s around the peak: ${away}`)
  }
  const ranges = await page.ask(`kneadReport.charts.charts.map(({plot}) =>
    [plot.scales.x.min, plot.scales.x.max])`)
  ranges.forEach((range) => assert.deepEqual(range, ranges[0]))
  await page.ask('kneadReport.charts.show(-1e9, 1e9); frames_passed(3)')
  claim('the peak is drawn at every zoom, and all charts show the same stretch of time')
}

async function the_slider_moves_the_arm(page) {
  assert.ok((await page.ask('kneadReport.replay.arm.deviation_m()')) < 1e-9)
  const {from_s, to_s} = await page.ask('({...kneadReport.clock})')
  const first = await page.ask(`slide_to(${from_s})`)
  const colours = new Set()
  for (let at = 0; at < first.print.length; at += 4) {
    colours.add(first.print.slice(at, at + 3).join())
  }
  assert.ok(colours.size > 100, `the stage shows ${colours.size} colours`)
  const strokes = await page.ask('kneadReport.run.strokes')
  const seen = []
  for (const stroke of strokes.slice(0, 3)) {
    const time_s = (stroke.from_s + stroke.to_s) / 2
    const there = await page.ask(`slide_to(${time_s})`)
    near(there.now_s, time_s, 'moment')
    const way_m = Math.hypot(...there.tool.map((at, axis) => at - first.tool[axis]))
    const changed = there.print.filter((value, at) => Math.abs(value - first.print[at]) > 12).length
    assert.ok(way_m > 0.05 && changed > 100, `${way_m} m, ${changed} values of pixels`)
    seen.push(there.tool)
  }
  assert.ok(to_s > from_s && seen.length > 0)
  const moment = await page.ask(`(() => {
    const line = document.querySelector('#chart-force .moment').getBoundingClientRect()
    const plot = kneadReport.shown.force.plot
    return line.left - plot.over.getBoundingClientRect().left -
      plot.valToPos(kneadReport.clock.now_s, 'x')})()`)
  assert.ok(Math.abs(moment) < 2.5, `the charts' moment is ${moment} pixels off`)
  const told = await page.ask(`[...document.querySelectorAll('#chart-force .u-value')]
    .map((cell) => cell.textContent)`)
  assert.ok(Number.isFinite(Number(told[2])), `the legend says ${told} of the moment`)
  claim('the stage is drawn, the slider moves the arm, and the charts show the same moment')
}

async function events_lead_to_their_moment(page) {
  const jumped = await page.ask(`(async () => {
    const rows = [...document.querySelectorAll('#events-section tr[data-s]')]
      .filter((row) => !row.hidden)
    const row = rows.at(-1)
    const before = kneadReport.replay.tool.toArray()
    row.querySelector('button.jump').click()
    await frames_passed(3)
    return {wanted: Number(row.dataset.s), now_s: kneadReport.clock.now_s, rows: rows.length,
      now: row.classList.contains('now'), slider: Number(kneadReport.transport.slider.value),
      before, tool: kneadReport.replay.tool.toArray()}
  })()`)
  near(jumped.now_s, jumped.wanted, 'moment of the event')
  assert.ok(jumped.rows > 0 && jumped.now)
  assert.ok(Math.abs(jumped.slider - jumped.wanted) < 1e-3)
  const toggled = await page.ask(`(() => {
    const button = document.querySelector('#events-section .choice button')
    const shown = () => document.querySelectorAll('#events-section tr[data-s]:not([hidden])').length
    const before = shown()
    button.click()
    const after = shown()
    button.click()
    return [before, after, shown()]
  })()`)
  assert.ok(toggled[0] !== toggled[1] && toggled[0] === toggled[2], toggled.join())
  claim('a click on an event moves slider, charts and arm there; kinds can be chosen')
}

async function the_keyboard_is_enough(page) {
  const press = async (key) => {
    const text = key.length === 1 ? key : undefined
    await page.call('Input.dispatchKeyEvent', {type: 'keyDown', key, text})
    await page.call('Input.dispatchKeyEvent', {type: 'keyUp', key})
    await page.ask('frames_passed(2)')
  }
  await page.ask('kneadReport.clock.set(5); document.querySelector(".chart").focus()')
  await press('ArrowRight')
  near(await page.ask('kneadReport.clock.now_s'), 6, 'a step later')
  const whole = await page.ask('kneadReport.charts.view.to_s - kneadReport.charts.view.from_s')
  await press('+')
  near(await page.ask('kneadReport.charts.view.to_s - kneadReport.charts.view.from_s'), whole / 2,
    'zoomed stretch')
  await press('0')
  await press(' ')
  await page.ask('new Promise((done) => setTimeout(done, 300))')
  const [playing, now_s, end_s] = await page.ask(
    '[kneadReport.clock.playing, kneadReport.clock.now_s, Number(kneadReport.transport.slider.max)]')
  // A busy machine may have played it to its end by then.
  assert.ok(now_s > 6 && (playing || now_s > end_s - 0.01), `${playing} at ${now_s} of ${end_s}`)
  if (playing) await press(' ')
  assert.equal(await page.ask('kneadReport.clock.playing'), false)
  const bare = await page.ask(`[...document.querySelectorAll('button,input,select')]
    .filter((control) => control.tabIndex < 0 || !(control.getAttribute('aria-label') ||
      control.textContent.trim() || control.labels?.length)).length`)
  assert.equal(bare, 0)
  claim('keys move, zoom and play; every control can be reached and has a name')
}

async function what_people_wrote_is_only_text(page) {
  assert.equal(await page.ask('document.querySelector("h1").textContent'), name)
  assert.equal(await page.ask('document.documentElement.dataset.owned ?? null'), null)
  assert.equal(await page.ask('document.images.length'), 0)
  claim('a routine called like a script is shown, not run')
}

async function nothing_else_may_run(page) {
  const {ran, fetched} = await page.ask(`(async () => {
    const script = document.createElement('script')
    script.textContent = 'window.strange = true'
    document.body.append(script)
    let evaluated = true
    try { evaluated = new Function('return 1')() === 1 } catch { evaluated = false }
    const fetched = await fetch('data:text/plain,x').then(() => true, () => false)
    return {ran: window.strange === true || evaluated, fetched}
  })()`)
  assert.equal(ran, false)
  assert.equal(fetched, false)
  claim('the policy lets no other script run and nothing be fetched')
}

async function paper_gets_the_still_pictures(page) {
  const paper = await page.paper()
  assert.ok(paper.subarray(0, 5).toString() === '%PDF-' && paper.length > 50000)
  if (pictures) {
    writeFileSync(join(pictures, 'paper.pdf'), paper)
  }
  await page.call('Emulation.setEmulatedMedia', {media: 'print'})
  const shown = await page.ask(`Object.fromEntries(['.transport', '#force', '.bodymap',
    '#chart-force', '.zoom', '#replay-section'].map((which) =>
    [which, document.querySelector(which).getClientRects().length > 0]))`)
  assert.deepEqual(shown, {'.transport': false, '#force': true, '.bodymap': true,
    '#chart-force': false, '.zoom': false, '#replay-section': true})
  await page.call('Emulation.setEmulatedMedia', {media: ''})
  claim('on paper the still pictures stand, without buttons')
}

async function moving() {
  const page = await open(page_path)
  assert.equal(await page.ask('document.documentElement.dataset.state'), 'ready')
  assert.deepEqual(troubles(page), [])
  assert.deepEqual(page.requests.filter((url) => !url.startsWith('file:')), [])
  assert.equal(page.requests.length, 1)
  claim('the page opens from the disk alone, without an error')
  await what_people_wrote_is_only_text(page)
  await keep(page, 'wide')
  await every_chart_is_drawn(page)
  await plotted_extremes_are_those_of_the_figures(page)
  await no_zoom_hides_the_peak(page)
  await the_slider_moves_the_arm(page)
  await events_lead_to_their_moment(page)
  await the_keyboard_is_enough(page)
  await paper_gets_the_still_pictures(page)
  assert.deepEqual(troubles(page), [])
  await nothing_else_may_run(page)
  for (const [label, options] of [['dark', {dark: true}], ['narrow', {width: 390, height: 844}]]) {
    const other = await open(page_path, options)
    assert.equal(await other.ask('document.documentElement.dataset.state'), 'ready')
    assert.ok((await other.ask('document.documentElement.scrollWidth')) <= (options.width ?? 1280))
    const [r, g, b] = await other.ask('rgb_of(getComputedStyle(document.body).backgroundColor)')
    assert.equal(r + g + b < 200, Boolean(options.dark))
    assert.deepEqual(troubles(other), [])
    await keep(other, label)
  }
  claim('it is dark where that is wanted and fits a telephone')
}

/// The page with the text of one of its elements replaced.
function altered(id, text) {
  const page = readFileSync(page_path, 'utf8')
  const begin = page.indexOf(`id="${id}">`) + `id="${id}">`.length
  assert.ok(begin > id.length + 5)
  const path = join(scratch, `${id}.html`)
  writeFileSync(path, page.slice(0, begin) + text + page.slice(page.indexOf('</script>', begin)))
  return path
}

async function histograms() {
  const data = {count: 1001, min: 38, max: 5200, mean: 60, sum: 60060, p50: 48, p90: 80, p99: 190,
    p99_9: 600, p99_99: 5200, buckets: [[32, 48, 700], [48, 64, 200], [64, 192, 100],
      [5120, 5376, 1]]}
  const figures = {...summary, timing: {reason: null, wake_up_us: data, exchange_us: data,
    compute_us: data}, bus: summary.bus.map((device) => ({...device, round_trip_us: data}))}
  const page = await open(altered('summary', JSON.stringify(figures).replaceAll('<', '\\u003c')))
  assert.deepEqual(troubles(page), [])
  const drawn = await page.ask('kneadReport.timing.drawn')
  assert.equal(drawn.length, 3 + summary.bus.length)
  const bars = await page.ask(`[...document.querySelectorAll('.histogram')].map((figure) =>
    [...figure.querySelectorAll('.hbar')].filter((bar) => bar.getBBox().height > 1).length)`)
  assert.deepEqual(bars, drawn.map(() => data.buckets.length))
  claim('a histogram of each device and of the cycle, every bucket a bar, a single one too')
  // JSON.stringify writes no infinity: what stands for it becomes a number that is read as one.
  const endless = {...figures, timing: {...figures.timing,
    wake_up_us: {...data, buckets: [[32, 48, 'endless']]},
    exchange_us: {...data, buckets: [[32, 'endless', 1]]}}}
  const bounded = await open(altered('summary',
    JSON.stringify(endless).replaceAll('"endless"', '1e999').replaceAll('<', '\\u003c')))
  assert.deepEqual(troubles(bounded), [])
  assert.equal((await bounded.ask('kneadReport.timing.drawn')).length, 1 + summary.bus.length)
  claim('a histogram with a number beyond all numbers is left out, and the page ends')
  const bare = await open(altered('summary', ''))
  assert.deepEqual(troubles(bare), [])
  const said = await bare.ask('document.querySelector(".nothing-measured").textContent')
  assert.match(said, /virtual/)
  claim('without figures the page says that virtual time measured nothing')
}

async function broken() {
  const page = await open(altered('run', '{"version": 1'))
  assert.equal(await page.ask('document.documentElement.dataset.state'), 'failed')
  const shown = await page.ask(`['#notice', '#force', '.bodymap'].map((which) =>
    document.querySelector(which).getClientRects().length > 0)`)
  assert.deepEqual(shown, [true, true, true])
  claim('with spoilt data the pictures stand still, and the page says why')
}

async function still() {
  const page = await open(page_path)
  assert.deepEqual(troubles(page), [])
  const shown = await page.ask(`['#still', '#force', '.bodymap'].map((which) =>
    document.querySelector(which).getClientRects().length > 0)`)
  assert.deepEqual(shown, [true, true, true])
  const said = await page.ask('document.getElementById("still").textContent')
  assert.match(said, /nodejs and npm/)
  assert.equal(await page.ask('document.querySelector(".transport")'), null)
  const hidden = await page.ask(`[...document.querySelectorAll('.moves')]
    .every((part) => part.getClientRects().length === 0)`)
  assert.ok(hidden)
  const read = await page.ask(`(() => {
    const chart = document.getElementById('force')
    const box = chart.getBoundingClientRect()
    chart.dispatchEvent(new PointerEvent('pointermove', {clientX: box.left + box.width / 2,
      clientY: box.top + 50, bubbles: true}))
    return document.getElementById('read').textContent
  })()`)
  assert.match(read, / s: /)
  claim('without Node.js the page shows still pictures, says why and what to install')
  await page.ask('document.getElementById("layer-time").click()')
  const layers = await page.ask(`['pressure', 'time', 'way'].map((layer) =>
    document.querySelector('.layer-' + layer).getClientRects().length > 0)`)
  assert.deepEqual(layers, [false, true, false])
  claim('its body can be coloured by pressure, time or way')
}

try {
  await {moving, histograms, broken, still}[what]()
  console.log(`${claims} claims hold`)
} catch (error) {
  console.error(`FAILED: ${error.stack}`)
  process.exitCode = 1
} finally {
  await chromium.close()
  rmSync(scratch, {recursive: true, force: true})
}

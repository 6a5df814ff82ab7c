// The table of events: a click moves charts and replay to the moment, buttons choose the kinds.
import {element} from './elements.js'
import {plainName} from './run.js'

const QUIET = new Set(['device', 'mode_change'])

export function addEvents(clock, charts) {
  const section = document.getElementById('events-section')
  const rows = [...section.querySelectorAll('tr[data-s]')]
  if (rows.length === 0) {
    return
  }
  const kinds = [...new Set(rows.map((row) => row.dataset.kind))]
  const shown = new Set(kinds.filter((kind) => !QUIET.has(kind)))
  const filter = element('div', {class: 'choice moves', role: 'group',
    'aria-label': 'Kinds of events'})
  const show = () => {
    for (const row of rows) {
      row.hidden = !shown.has(row.dataset.kind)
    }
  }
  for (const kind of kinds) {
    const count = rows.filter((row) => row.dataset.kind === kind).length
    const button = element('button', {type: 'button', 'aria-pressed': shown.has(kind),
      onclick: () => {
        if (!shown.delete(kind)) {
          shown.add(kind)
        }
        button.setAttribute('aria-pressed', shown.has(kind))
        show()
      }}, `${plainName(kind)} ${count}`)
    filter.append(button)
  }
  section.querySelector('.events').before(filter)
  for (const row of rows) {
    const time_s = Number(row.dataset.s)
    const cell = row.querySelector('td')
    const text = cell.textContent
    cell.replaceChildren(element('button', {type: 'button', class: 'jump',
      title: 'show this moment', onclick: () => jump(time_s)}, text))
  }
  const jump = (time_s) => {
    clock.play(false)
    clock.set(time_s)
    if (time_s < charts.view.from_s || time_s > charts.view.to_s) {
      const half = (charts.view.to_s - charts.view.from_s) / 2
      charts.show(time_s - half, time_s + half)
    }
  }
  clock.watch(() => {
    for (const row of rows) {
      row.classList.toggle('now', Math.abs(Number(row.dataset.s) - clock.now_s) < 0.01)
    }
  })
  show()
}

// Elements of the page. Text only ever goes in as text.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) {
      made.addEventListener(key.slice(2), value)
    } else if (key === 'class') {
      made.className = value
    } else if (value !== null && value !== undefined) {
      made.setAttribute(key, value)
    }
  }
  made.append(...children)
  return made
}

export function drawing(name, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value)
  }
  made.append(...children)
  return made
}

let palette = null

/// A colour of the page's style by its variable's name, as it is now: light, dark or on paper.
export function colour(name) {
  palette ??= getComputedStyle(document.documentElement)
  return palette.getPropertyValue(`--${name}`).trim() || '#888'
}

/// Calls back when the page turns from light to dark, to paper or back.
export function watchColours(callback) {
  for (const query of ['(prefers-color-scheme: dark)', 'print']) {
    matchMedia(query).addEventListener('change', () => callback())
  }
}

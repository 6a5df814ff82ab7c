// Chromium without a window, driven over its debugging pipe (two file descriptors, messages that
// end in a zero byte): no port, no package, nothing to leave behind.
import {spawn} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const ANSWER_MS = 60000

export async function openChromium(program) {
  const profile = mkdtempSync(join(tmpdir(), 'knead-chromium-'))
  const process_ = spawn(program, [
    '--headless=new', '--no-sandbox', '--disable-gpu', '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader', '--hide-scrollbars', '--no-first-run', '--disable-extensions',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--host-resolver-rules=MAP * ~NOTFOUND', '--force-color-profile=srgb',
    `--user-data-dir=${profile}`, '--remote-debugging-pipe', 'about:blank',
  ], {stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe']})
  let said = ''
  process_.stderr.on('data', (bytes) => {
    said = (said + bytes).slice(-4000)
  })
  const ended = new Promise((resolve) => {
    process_.once('error', (error) => {
      said += String(error)
      resolve()
    })
    process_.once('exit', resolve)
  })
  const [, , , down, up] = process_.stdio
  const waiting = new Map()
  const listeners = []
  let next = 1
  let rest = Buffer.alloc(0)
  up.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes])
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      const message = JSON.parse(rest.subarray(0, end).toString())
      rest = rest.subarray(end + 1)
      const answer = waiting.get(message.id)
      waiting.delete(message.id)
      if (!answer) {
        listeners.forEach((listener) => listener(message))
      } else if (message.error) {
        answer.reject(new Error(message.error.message))
      } else {
        answer.resolve(message.result)
      }
    }
  })
  up.on('error', () => {})
  down.on('error', () => {})

  const send = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      const id = next++
      const late = setTimeout(() => reject(new Error(`${method}: no answer; ${said}`)), ANSWER_MS)
      const settle = (way) => (value) => {
        clearTimeout(late)
        way(value)
      }
      waiting.set(id, {resolve: settle(resolve), reject: settle(reject)})
      down.write(`${JSON.stringify({id, method, params, sessionId})}\0`)
      ended.then(() => settle(reject)(new Error(`chromium ended: ${said}`)))
    })

  /// Opens a file in a page of its own; gathers what went wrong on it and what it asked for.
  async function open(url, {width = 1280, height = 900, dark = false} = {}) {
    const {targetId} = await send('Target.createTarget', {url: 'about:blank'})
    const {sessionId} = await send('Target.attachToTarget', {targetId, flatten: true})
    const call = (method, params) => send(method, params, sessionId)
    const page = {errors: [], requests: [], call}
    let loaded
    const load = new Promise((resolve) => {
      loaded = resolve
    })
    listeners.push((message) => {
      if (message.sessionId !== sessionId) {
        return
      }
      const {method, params} = message
      if (method === 'Runtime.exceptionThrown') {
        const details = params.exceptionDetails
        page.errors.push(details.exception?.description ?? details.text)
      } else if (method === 'Runtime.consoleAPICalled' &&
          ['error', 'warning', 'assert'].includes(params.type)) {
        page.errors.push(params.args.map((arg) => arg.value ?? arg.description).join(' '))
      } else if (method === 'Log.entryAdded' &&
          ['error', 'warning'].includes(params.entry.level)) {
        page.errors.push(params.entry.text)
      } else if (method === 'Network.requestWillBeSent') {
        page.requests.push(params.request.url)
      } else if (method === 'Page.loadEventFired') {
        loaded()
      }
    })
    await Promise.all(['Page', 'Runtime', 'Log', 'Network'].map((name) => call(`${name}.enable`)))
    await call('Emulation.setDeviceMetricsOverride',
      {width, height, deviceScaleFactor: 1, mobile: width < 600})
    await call('Emulation.setEmulatedMedia',
      {features: [{name: 'prefers-color-scheme', value: dark ? 'dark' : 'light'}]})
    await call('Page.navigate', {url})
    await load
    /// The value of an expression on the page; promises are awaited.
    page.ask = async (expression) => {
      const {result, exceptionDetails} = await call('Runtime.evaluate',
        {expression, awaitPromise: true, returnByValue: true, allowUnsafeEvalBlockedByCSP: false})
      if (exceptionDetails) {
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
      }
      return result.value
    }
    page.picture = async (whole = true) => {
      const {data} = await call('Page.captureScreenshot', {captureBeyondViewport: whole})
      return Buffer.from(data, 'base64')
    }
    page.paper = async () => {
      const {data} = await call('Page.printToPDF', {printBackground: true, paperWidth: 8.27,
        paperHeight: 11.69})
      return Buffer.from(data, 'base64')
    }
    return page
  }

  async function close() {
    send('Browser.close').catch(() => {})
    const killer = setTimeout(() => process_.kill('SIGKILL'), 5000)
    await ended
    clearTimeout(killer)
    rmSync(profile, {recursive: true, force: true, maxRetries: 5, retryDelay: 200})
  }
  return {open, close}
}

// The one moment that charts, replay and events all show, and how it runs.

export function makeClock(from_s, to_s) {
  const watchers = []
  let last = 0
  const clock = {
    from_s,
    to_s,
    now_s: from_s,
    rate: 1,
    playing: false,
    watch(watcher) {
      watchers.push(watcher)
    },
    set(time_s) {
      clock.now_s = Math.max(from_s, Math.min(to_s, time_s))
      tell()
    },
    play(playing) {
      if (playing === clock.playing) {
        return
      }
      clock.playing = playing
      if (playing) {
        if (clock.now_s >= to_s - 1e-6) {
          clock.now_s = from_s
        }
        last = performance.now()
        requestAnimationFrame(run)
      }
      tell()
    },
  }
  function tell() {
    for (const watcher of watchers) {
      watcher(clock)
    }
  }
  function run(now) {
    if (!clock.playing) {
      return
    }
    const passed_s = (Math.max(0, now - last) / 1e3) * clock.rate
    last = now
    clock.now_s = Math.min(to_s, clock.now_s + passed_s)
    if (clock.now_s >= to_s) {
      clock.playing = false
    }
    tell()
    requestAnimationFrame(run)
  }
  return clock
}

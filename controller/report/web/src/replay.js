// The arm and the body in three dimensions at the clock's moment. Links are the capsules that the
// controller keeps apart, from the measured joints; the body is the surface it pressed on.
import {
  AmbientLight, BoxGeometry, BufferAttribute, BufferGeometry, Color, ConeGeometry, CylinderGeometry,
  DirectionalLight, DoubleSide, Group, HemisphereLight, Line, LineBasicMaterial, Matrix4, Mesh,
  MeshStandardMaterial, PerspectiveCamera, Plane, Quaternion, Scene, SphereGeometry, SRGBColorSpace,
  Vector3, WebGLRenderer,
} from 'three'
import {OrbitControls} from 'three/examples/jsm/controls/OrbitControls.js'
import {makeArm, makePostures} from './arm.js'
import {colour, element, watchColours} from './elements.js'
import {clockText, highestAt, plainName, spanAt} from './run.js'

const COLOURS = 6 // of the ramp, as on the body's picture
const ARROW_M_PER_N = 0.008
const ARROW_LEAST_N = 0.3
const ARROW_TIP_M = 0.045
const TRAIL_S = 12
const TRAIL_STEP_S = 0.08
const SKIN_LEAST_M = 0.006 // over the table; what is lower counts as table
const UP = new Vector3(0, 0, 1)
const Y = new Vector3(0, 1, 0)

const paint = (name) => new Color().setStyle(colour(name), SRGBColorSpace)
const ramp = (part) =>
  paint(`f${Math.max(0, Math.min(COLOURS - 1, Math.floor((part || 0) * COLOURS)))}`)

function bodyMesh(body) {
  const {rows, columns} = body
  const places = new Float32Array(rows * columns * 3)
  const triangles = []
  const height = (row, column) => body.height_m.values[row * columns + column]
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = 3 * (row * columns + column)
      places[at] = body.origin_x_m + row * body.spacing_m
      places[at + 1] = body.origin_y_m + column * body.spacing_m
      places[at + 2] = height(row, column)
      if (row + 1 < rows && column + 1 < columns) {
        const corners = [[row, column], [row + 1, column], [row + 1, column + 1], [row, column + 1]]
        if (corners.some(([r, c]) => height(r, c) > SKIN_LEAST_M)) {
          const [a, b, c, d] = corners.map(([r, c]) => r * columns + c)
          triangles.push(a, b, c, a, c, d)
        }
      }
    }
  }
  const geometry = new BufferGeometry()
  geometry.setAttribute('position', new BufferAttribute(places, 3))
  geometry.setAttribute('color', new BufferAttribute(new Float32Array(rows * columns * 3), 3))
  geometry.setIndex(triangles)
  geometry.computeVertexNormals()
  // Cut where it meets the table: an even edge, whatever the mesh's spacing.
  return new Mesh(geometry, new MeshStandardMaterial({vertexColors: true, roughness: 0.92,
    side: DoubleSide, clippingPlanes: [new Plane(UP, -SKIN_LEAST_M)]}))
}

/// Skin, and over it what the chosen layer of the body's picture says.
function paintBody(mesh, body, layer) {
  const channel = layer === 'time' ? body.contact_s : layer === 'pressure' ? body.pressure_Pa : null
  const colours = mesh.geometry.getAttribute('color')
  const skin = paint('skin3d')
  const ramps = Array.from({length: COLOURS}, (_, index) => paint(`f${index}`))
  for (let index = 0; index < colours.count; index++) {
    const value = channel ? channel.values[index] : 0
    const part = value / channel?.highest
    const shade = value > 0 ? ramps[Math.min(COLOURS - 1, Math.floor(part * COLOURS))] : skin
    colours.setXYZ(index, shade.r, shade.g, shade.b)
  }
  colours.needsUpdate = true
}

/// A capsule that can be laid between two points.
function capsule(radius, material) {
  const group = new Group()
  const tube = new Mesh(new CylinderGeometry(radius, radius, 1, 28, 1, true), material)
  const ball = new SphereGeometry(radius, 28, 18)
  const ends = [new Mesh(ball, material), new Mesh(ball, material)]
  group.add(tube, ...ends)
  const way = new Vector3()
  group.lay = (from, to) => {
    way.subVectors(to, from)
    const length = way.length()
    ends[0].position.copy(from)
    ends[1].position.copy(to)
    tube.visible = length > 1e-6
    if (tube.visible) {
      tube.position.copy(from).addScaledVector(way, 0.5)
      tube.quaternion.setFromUnitVectors(Y, way.divideScalar(length))
      tube.scale.set(1, length, 1)
    }
  }
  return group
}

/// An arrow of a length to be chosen, its tip at its own place, pointing along +y.
function makeArrow(material) {
  const group = new Group()
  const shaft = new Mesh(new CylinderGeometry(0.007, 0.007, 1, 16), material)
  const tip = new Mesh(new ConeGeometry(0.02, ARROW_TIP_M, 24), material)
  tip.position.y = -ARROW_TIP_M / 2
  group.add(shaft, tip)
  group.stretch = (length) => {
    shaft.scale.y = Math.max(1e-3, length - ARROW_TIP_M)
    shaft.position.y = -ARROW_TIP_M - shaft.scale.y / 2
  }
  return group
}

function furniture(run, arm, materials) {
  const group = new Group()
  const {table_length_m: length, table_width_m: width} = run.arm
  const top = new Mesh(new BoxGeometry(length, width, 0.1), materials.table)
  top.position.set(length / 2, 0, -0.0501)
  group.add(top)
  // What a first joint slides on.
  const first = arm.links[0]
  if (first?.prismatic) {
    const along = (position) => new Vector3().setFromMatrixPosition(first.placement.clone().multiply(
      new Matrix4().makeTranslation(...first.axis.clone().multiplyScalar(position).toArray())))
    const limits = run.joints[0]
    const from = along(limits.position_min)
    const to = along(limits.position_max)
    const rail = new Mesh(new BoxGeometry(0.06, from.distanceTo(to) + 0.2, 0.06), materials.rail)
    rail.position.copy(from).lerp(to, 0.5)
    rail.quaternion.setFromUnitVectors(Y, to.clone().sub(from).normalize())
    group.add(rail)
  }
  return group
}

export function addReplay(run, clock, place) {
  const canvas = element('canvas', {
    class: 'stage',
    tabindex: '0',
    role: 'img',
    'aria-label': 'The arm and the body in three dimensions. Drag to turn; with the keys, space ' +
      'plays, left and right move the moment.',
  })
  const caption = element('p', {class: 'stage-caption', 'aria-live': 'off'})
  const views = element('div', {class: 'choice', role: 'group', 'aria-label': 'Where to look from'})
  place.append(element('div', {class: 'stage-frame'}, canvas, caption), views)
  let renderer
  try {
    renderer = new WebGLRenderer({canvas, antialias: true, preserveDrawingBuffer: true})
  } catch {
    place.replaceChildren(element('p', {class: 'soft'},
      'This browser draws nothing in three dimensions (WebGL is off), so there is no replay here. ' +
      'The charts and the body’s picture show the same run.'))
    return null
  }
  const materials = {
    link: new MeshStandardMaterial({roughness: 0.45, metalness: 0.25}),
    joint: new MeshStandardMaterial({roughness: 0.5, metalness: 0.3}),
    table: new MeshStandardMaterial({roughness: 1}),
    rail: new MeshStandardMaterial({roughness: 0.6, metalness: 0.4}),
    pad: new MeshStandardMaterial({roughness: 0.6}),
    arrow: new MeshStandardMaterial({roughness: 0.7}),
  }
  renderer.localClippingEnabled = true
  const scene = new Scene()
  const sun = new DirectionalLight(0xffffff, 1.7)
  sun.position.set(0.6, 1.6, 3)
  scene.add(new HemisphereLight(0xffffff, 0x8d8578, 1.5), new AmbientLight(0xffffff, 0.25), sun)
  const arm = makeArm(run.arm)
  const posture = makePostures(run)
  const body = bodyMesh(run.body)
  scene.add(furniture(run, arm, materials), body)
  const capsules = arm.links.map((link, index) =>
    capsule(Math.max(0.008, link.radius_m), index % 2 ? materials.joint : materials.link))
  const neck = capsule(0.018, materials.rail)
  const pad = new Mesh(
    new CylinderGeometry(run.arm.pad_radius_m, run.arm.pad_radius_m, 0.016, 40), materials.pad)
  const arrow = makeArrow(materials.arrow)
  const trailPlaces = new Float32Array(3 * (Math.ceil(TRAIL_S / TRAIL_STEP_S) + 2))
  const trail = new Line(new BufferGeometry().setAttribute('position',
    new BufferAttribute(trailPlaces, 3)), new LineBasicMaterial({transparent: true, opacity: 0.85}))
  trail.frustumCulled = false
  scene.add(...capsules, neck, pad, arrow, trail)

  const camera = new PerspectiveCamera(38, 1, 0.05, 30)
  camera.up.copy(UP)
  const controls = new OrbitControls(camera, canvas)
  controls.minDistance = 0.3
  controls.maxDistance = 8
  controls.maxPolarAngle = 0.52 * Math.PI
  const middle = new Vector3(0.5 * run.arm.table_length_m, 0, 0.2)
  const eyes = {
    'from the side': [0.4, 2.45, 1.35],
    'from the head': [2.2, 0.5, 1.1],
    'from above': [-0.001, 0, 2.6], // head up, as the body's picture has it
    'at the tool': null,
  }

  const state = {arm, posture, canvas, renderer, scene, camera, draw, tool: new Vector3(), look}
  let due = false
  const later = () => {
    if (!due) {
      due = true
      requestAnimationFrame(() => {
        due = false
        draw()
      })
    }
  }

  function look(name) {
    const eye = eyes[name]
    if (eye) {
      controls.target.copy(middle)
      // In a narrow frame from farther away, so that the whole table is in it.
      const far = name === 'from above' ? 1 : Math.max(1, 1.2 / camera.aspect)
      camera.position.copy(middle).addScaledVector(new Vector3(...eye), far)
    } else {
      controls.target.copy(state.tool)
      camera.position.copy(state.tool).add(new Vector3(0.45, 0.75, 0.45))
    }
    controls.update()
    later()
  }

  function layArm(now_s) {
    const frames = arm.frames(posture(now_s))
    const origins = frames.links.map((frame) => new Vector3().setFromMatrixPosition(frame))
    const flange = new Vector3().setFromMatrixPosition(frames.flange)
    const tool = state.tool.setFromMatrixPosition(frames.tool)
    capsules.forEach((part, index) => part.lay(origins[index], origins[index + 1] ?? flange))
    neck.lay(flange, tool)
    const turn = new Quaternion().setFromRotationMatrix(frames.tool)
    const out = new Vector3(0, 0, 1).applyQuaternion(turn) // out of the pad, into the body
    const sideways = new Vector3(1, 0, 0).applyQuaternion(turn)
    pad.position.copy(tool).addScaledVector(out, -0.008)
    pad.quaternion.setFromUnitVectors(Y, out)
    return {tool, out, sideways}
  }

  function layForce(now_s, {tool, out, sideways}) {
    const force_N = highestAt(run.fine, run.tool.force_N, now_s)
    const pressing = force_N > ARROW_LEAST_N
    const shade = pressing ? ramp(force_N / run.tool.force_N.highest) : paint('pad')
    materials.pad.color.copy(shade)
    arrow.visible = pressing
    if (pressing) {
      materials.arrow.color.copy(shade)
      arrow.stretch(ARROW_TIP_M + ARROW_M_PER_N * force_N)
      arrow.quaternion.setFromUnitVectors(Y, out)
      arrow.position.copy(tool).addScaledVector(sideways, run.arm.pad_radius_m + 0.03)
    }
    return force_N
  }

  function layTrail(now_s) {
    let count = 0
    const place = new Vector3()
    for (let back = TRAIL_S; back >= 0 && 3 * count < trailPlaces.length; back -= TRAIL_STEP_S) {
      const time_s = Math.max(clock.from_s, now_s - back)
      place.setFromMatrixPosition(arm.frames(posture(time_s)).tool)
      trailPlaces.set([place.x, place.y, place.z + 0.002], 3 * count++)
    }
    trail.geometry.setDrawRange(0, count)
    trail.geometry.getAttribute('position').needsUpdate = true
  }

  function say(now_s, force_N) {
    const mode = spanAt(run.modes, now_s)
    const stroke = spanAt(run.strokes, now_s)
    const parts = [clockText(now_s), plainName(mode?.mode)]
    if (stroke && now_s <= stroke.to_s) {
      parts.push(`${plainName(stroke.technique)}, ${plainName(stroke.region)}`)
    }
    parts.push(Number.isFinite(force_N) ? `${force_N.toFixed(1)} N` : 'force not known')
    caption.textContent = parts.join(' · ')
  }

  function draw() {
    const width = canvas.parentElement.clientWidth
    const height = Math.round(Math.max(280, Math.min(620, 1.15 * width)))
    const ratio = Math.min(2, devicePixelRatio)
    if (width > 0 && (canvas.width !== Math.floor(width * ratio) ||
        canvas.height !== Math.floor(height * ratio))) {
      renderer.setPixelRatio(ratio)
      renderer.setSize(width, height)
      camera.aspect = width / height
      camera.updateProjectionMatrix()
    }
    say(clock.now_s, layForce(clock.now_s, layArm(clock.now_s)))
    layTrail(clock.now_s)
    renderer.render(scene, camera)
  }

  function recolour() {
    renderer.setClearColor(paint('stage'))
    materials.link.color.copy(paint('link'))
    materials.joint.color.copy(paint('joint'))
    materials.table.color.copy(paint('table'))
    materials.rail.color.copy(paint('rail'))
    trail.material.color.copy(paint('force'))
    const layer = document.querySelector('input[name=layer]:checked')?.id.replace('layer-', '')
    paintBody(body, run.body, layer ?? 'pressure')
    later()
  }

  for (const name of Object.keys(eyes)) {
    views.append(element('button', {type: 'button', onclick: () => look(name)}, name))
  }
  for (const input of document.querySelectorAll('input[name=layer]')) {
    input.addEventListener('change', recolour)
  }
  canvas.addEventListener('keydown', (event) => {
    const step = event.shiftKey ? 10 : 1
    const actions = {
      ' ': () => clock.play(!clock.playing),
      ArrowLeft: () => clock.set(clock.now_s - step),
      ArrowRight: () => clock.set(clock.now_s + step),
    }
    if (actions[event.key]) {
      event.preventDefault()
      actions[event.key]()
    }
  })
  controls.addEventListener('change', later)
  clock.watch(later)
  new ResizeObserver(later).observe(place)
  watchColours(recolour)
  recolour()
  draw()
  look('from the side')
  draw()
  return state
}

// Forward kinematics of the arm, as kinematics/fk.c computes it: every joint's frame after its own
// motion, the flange and the tool, in the table's frame.
import {Matrix4, Quaternion, Vector3} from 'three'

function matrixOfPose(pose) {
  const [x, y, z, qx, qy, qz, qw] = pose
  return new Matrix4().compose(
    new Vector3(x, y, z), new Quaternion(qx, qy, qz, qw), new Vector3(1, 1, 1))
}

export function makeArm(model) {
  const links = model.joints.map((joint) => {
    const r = joint.rotation
    const t = joint.translation_m
    return {
      prismatic: joint.prismatic,
      axis: new Vector3(...joint.axis),
      radius_m: joint.radius_m,
      placement: new Matrix4().set(
        r[0], r[1], r[2], t[0], r[3], r[4], r[5], t[1], r[6], r[7], r[8], t[2], 0, 0, 0, 1),
    }
  })
  const flange = matrixOfPose(model.flange)
  const tool = matrixOfPose(model.tool)

  /// Frames of a posture: `links` (matrices), `flange`, `tool`.
  function frames(joints) {
    const at = new Matrix4()
    const motion = new Matrix4()
    const made = []
    links.forEach((link, index) => {
      at.multiply(link.placement)
      if (link.prismatic) {
        const way = link.axis.clone().multiplyScalar(joints[index])
        motion.makeTranslation(way.x, way.y, way.z)
      } else {
        motion.makeRotationAxis(link.axis, joints[index])
      }
      at.multiply(motion)
      made.push(at.clone())
    })
    return {
      links: made,
      flange: at.clone().multiply(flange),
      tool: at.clone().multiply(tool),
    }
  }

  /// The largest distance between this and the program's own kinematics, m, over the postures that
  /// came with the model.
  function deviation_m() {
    let most = 0
    for (const known of model.known_postures) {
      const place = new Vector3().setFromMatrixPosition(frames(known.joints).tool)
      most = Math.max(most, place.distanceTo(new Vector3(...known.tool.slice(0, 3))))
    }
    return most
  }
  return {links, frames, deviation_m}
}

/// The measured posture at a moment: between the middles of neighbouring stretches, straight.
export function makePostures(run) {
  const {slow, joints} = run
  const known = joints.map((joint) => {
    // Where nothing was measured the joint stands where it last was.
    const middles = new Float64Array(slow.count)
    let last = NaN
    const resting = new Map(joint.resting)
    for (let index = 0; index < slow.count; index++) {
      const middle = (joint.position.values[2 * index] + joint.position.values[2 * index + 1]) / 2
      last = Number.isNaN(middle) ? resting.get(index) ?? last : middle
      middles[index] = last
    }
    return middles
  })
  return (time_s) => {
    const place = (time_s - slow.from_s) / slow.stretch_s - 0.5
    const index = Math.max(0, Math.min(slow.count - 1, Math.floor(place)))
    const next = Math.min(slow.count - 1, index + 1)
    const part = Math.max(0, Math.min(1, place - index))
    return known.map((middles, joint) => {
      const value = middles[index] + part * (middles[next] - middles[index])
      return Number.isFinite(value) ? value : run.arm.parked[joint]
    })
  }
}

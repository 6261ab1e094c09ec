// Answers for bundles as npm's sigstore gives them: one JSON object a line comes in, one goes out.
import { createHash, createPublicKey } from 'node:crypto'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

// The packages lie where the first argument says, and not beside this file.
const require = createRequire(`${process.argv[2]}/worker.mjs`)
const { bundleFromJSON } = require('@sigstore/bundle')
const { TrustedRoot } = require('@sigstore/protobuf-specs')
const { Verifier, toSignedEntity, toTrustMaterial } = require('@sigstore/verify')

const literally = (text) => `^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`

const judge = (asked) => {
  const empty = { mediaType: '', tlogs: [], certificateAuthorities: [], ctlogs: [], timestampAuthorities: [] }
  const root = asked.root ? TrustedRoot.fromJSON(JSON.parse(asked.root)) : empty
  const key = asked.key && { publicKey: createPublicKey(asked.key), validFor: () => true }
  const material = toTrustMaterial(root, key ? () => key : undefined)
  const timestamps = asked.tokens || asked.log ? 1 : 0
  const options = { tlogThreshold: asked.log ? 1 : 0, timestampThreshold: timestamps }
  const verifier = new Verifier(material, options)
  const who = { subjectAlternativeName: literally(asked.identity), extensions: { issuer: asked.issuer } }
  const artifact = asked.artifact === null ? undefined : Buffer.from(asked.artifact, 'base64')
  const digest = artifact ? createHash('sha256').update(artifact).digest('hex') : asked.sha256
  return (text) => {
    const bundle = bundleFromJSON(JSON.parse(text))
    const message = bundle.content.$case === 'messageSignature'
    if (message && artifact === undefined) throw new Error('signatures over digests are not supported')
    verifier.verify(toSignedEntity(bundle, artifact), key ? undefined : who)
    if (message) return
    const envelope = bundle.content.dsseEnvelope
    if (envelope.payloadType !== 'application/vnd.in-toto+json') throw new Error('another type of payload')
    const { subject } = JSON.parse(envelope.payload.toString('utf8'))
    if (!subject.some((one) => one.digest.sha256 === digest)) throw new Error('another artifact')
  }
}

let current
for await (const line of createInterface({ input: process.stdin })) {
  let answer = { good: true, why: '' }
  try {
    const asked = JSON.parse(line)
    if (asked.bundle === undefined) {
      current = undefined
      current = judge(asked)
    } else if (current === undefined) {
      throw new Error('nothing is trusted yet')
    } else {
      current(asked.bundle)
    }
  } catch (error) {
    answer = { good: false, why: String(error).slice(0, 500) }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

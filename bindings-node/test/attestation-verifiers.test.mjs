import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CocketError, Engine, Evidence, Policies } from 'cocket';

const DIGEST = `sha256:${'7'.repeat(64)}`;
const NOW = '2026-11-23T12:00:00Z';
const TYPE = 'https://acme.example/check/v1';
const APPROVAL = 'https://sigstore.dev/cosign/sign/v1';
const ATTESTED = `attestation: {type: '${TYPE}', anyOf: [farm], scope: index}`;
const SIGNED = 'signature: {anyOf: [farm], scope: index}';

const engine = (farm, rule) => new Engine(Policies.fromText('policy.yaml', `
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: production}
spec:
  authorities: {farm: {verifier: {name: acme-farm}}}
  rules: [{id: checked, ${rule}}]
`), { verifiers: { 'acme-farm': farm } });

/** Evidence with a statement that nobody signed who is known here. */
function stated(predicateType, build) {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: DIGEST.slice('sha256:'.length) } }],
    predicateType,
    predicate: { build },
  };
  const envelope = {
    payloadType: 'application/vnd.in-toto+json',
    payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
    signatures: [{ sig: 'AA==' }],
  };
  const mediaType = 'application/vnd.dsse.envelope.v1+json';
  return new Evidence().attach(Buffer.from(JSON.stringify(envelope)), { mediaType, subject: DIGEST });
}

const decide = (engine, evidence) => engine.evaluate({ image: 'registry.acme.example/app', digest: DIGEST }, evidence, { now: NOW });
const ofBuild7 = ({ predicate }) => (JSON.parse(predicate).build === 7 ? { id: 'acme' } : null);

test('a verifier of attestations is asked by what is stated, and may answer at once or later', async () => {
  for (const verifyAttestation of [ofBuild7, async (call) => ofBuild7(call)]) {
    const calls = [];
    const farm = { id: 'acme-farm/1', verifyAttestation: (call) => { calls.push(call); return verifyAttestation(call); } };
    const decision = await decide(engine(farm, ATTESTED), stated(TYPE, 7));
    assert.equal(decision.verdict, 'allow');
    const [record] = decision.evidence;
    assert.deepEqual([record.signer, record.verifier], ['acme', 'acme-farm/1']);
    assert.equal(calls.length, 1);
    const [{ subject, authority, predicateType, kind }] = calls;
    assert.deepEqual([subject, authority, predicateType, kind], [DIGEST, 'farm', TYPE, 'envelope']);
    assert.equal((await decide(engine(farm, ATTESTED), stated(TYPE, 8))).verdict, 'deny');
  }
});

test('it never approves of an image', async () => {
  const farm = { id: 'acme-farm/1', verifyAttestation: () => assert.fail('nothing to ask') };
  const decision = await decide(engine(farm, SIGNED), stated(APPROVAL, 7));
  assert.equal(decision.verdict, 'deny');
  assert.equal(decision.evidence[0].refused, 'the authority `farm` attests, and approves of nothing');
});

test('which of the two is meant has to be clear', () => {
  const both = { id: 'acme-farm/1', verify: async () => null, verifyAttestation: async () => null };
  for (const wrong of [both, { id: 'acme-farm/1' }]) {
    assert.throws(() => engine(wrong, ATTESTED), (error) => error instanceof CocketError && /either/.test(error.message));
  }
});

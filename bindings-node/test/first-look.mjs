// The example of docs/examples/first-look.
import { fileURLToPath } from 'node:url';

export const FOLDER = fileURLToPath(new URL('../../docs/examples/first-look/', import.meta.url));
export const NOW = '2026-11-23T12:00:00Z';
export const CHECKOUT = 'registry.acme.example/shop/checkout:2.8.1';

/** Allows what comes from one place. */
export const REGISTRIES = `
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: production}
spec:
  rules:
    - id: approved
      registry: {allow: ['registry.acme.example/**']}
`;

/** Asks a verifier of the program for the signature. */
export const VERIFIED = `
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: production}
spec:
  authorities:
    release: {verifier: {name: acme-hsm}}
  rules:
    - id: signed
      signature: {anyOf: [release]}
`;

// What `require` gives has the same types.
import cocket = require('cocket');

const policies: cocket.Policies = cocket.Policies.fromText('policy.yaml', '');
const engine = new cocket.Engine(policies);
export const decided: Promise<cocket.Decision> = engine.evaluate({ image: 'a' }, new cocket.Evidence(), {
  now: new Date(),
});

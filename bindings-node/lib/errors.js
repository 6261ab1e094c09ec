'use strict';

/** How the native half starts the message of an error that carries faults. */
const MARK = '{"cocket":[';

class CocketError extends Error {
  /** @param {object[]} faults at least one */
  constructor(faults, options) {
    super(faults.map(sentence).join('\n'), options);
    const [first] = faults;
    this.code = first.kind;
    this.file = first.file;
    this.line = first.line;
    this.column = first.column;
    this.path = first.path ?? '';
    this.help = first.help;
    this.errors = Object.freeze(faults.map((fault) => Object.freeze({ path: '', ...fault })));
  }
}
Object.defineProperty(CocketError.prototype, 'name', {
  value: 'CocketError',
  configurable: true,
  writable: true,
});

function sentence({ file, line, column, path, message }) {
  const place = file ?? path;
  const spot = line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`;
  return place ? `${place}${spot}: ${message}` : message;
}

/** The error of a value that is not what its place asks for. */
function argument(path, message) {
  return new CocketError([{ kind: 'argument', path, message }]);
}

/** What the native half threw, as an error for people. */
function explained(error) {
  if (error instanceof CocketError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith(MARK)) return new CocketError(JSON.parse(message).cocket);
  // What is left are values that the native half could not convert, and what should not happen.
  const kind = /(?:Arg|Expected)$/.test(error?.code) ? 'argument' : 'internal';
  return new CocketError([{ kind, path: '', message }], { cause: error });
}

/** Calls the native half. */
function native(call) {
  try {
    return call();
  } catch (error) {
    throw explained(error);
  }
}

/** Calls the native half and waits for its promise. */
async function settled(call) {
  try {
    return await call();
  } catch (error) {
    throw explained(error);
  }
}

module.exports = { CocketError, argument, native, settled };

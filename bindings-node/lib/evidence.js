'use strict';

const { argument, native, settled } = require('./errors.js');
const { Handles, abortable, bytes, filePath, json, options, text } = require('./values.js');
const addon = require('../cocket.node');

const evidences = new Handles('an Evidence');
const directories = new Handles('an EvidenceDirectory');
const nothing = () => {};

class Evidence {
  constructor() {
    evidences.keep(this, new addon.Evidence());
  }

  addBlob(content, given) {
    const item = json(options(given, ['mediaType', 'digest']));
    return native(() => evidences.of(this).addBlob(bytes(content, '/content'), item));
  }

  attach(content, given) {
    const item = json(options(given, ['mediaType', 'subject', 'annotations']));
    native(() => evidences.of(this).attach(bytes(content, '/content'), item));
    return this;
  }

  vouch(content, given) {
    const item = json(options(given, ['subject']));
    native(() => evidences.of(this).vouch(bytes(content, '/content'), item));
    return this;
  }

  addGap(gap) {
    const item = json(gap, '/gap');
    native(() => evidences.of(this).addGap(item));
    return this;
  }

  merge(other) {
    const own = evidences.of(this);
    const theirs = evidences.of(other);
    // One handle cannot be read and written at once; and everything of it is in it already.
    if (own !== theirs) native(() => own.merge(theirs));
    return this;
  }
}

function collected(handle) {
  native(() => handle.tell());
  return evidences.keep(Object.create(Evidence.prototype), handle);
}

class EvidenceDirectory {
  constructor() {
    throw argument('', 'directories are opened by `EvidenceDirectory.open`');
  }

  static async open(path, given) {
    const { signal } = options(given, ['signal']);
    const named = filePath(path);
    return abortable(signal, nothing, async () => opened(await settled(() => addon.EvidenceDirectory.open(named))));
  }

  static openSync(path) {
    const named = filePath(path);
    return opened(native(() => addon.EvidenceDirectory.openSync(named)));
  }

  images() {
    return native(() => directories.of(this).images());
  }

  async resolve(reference, given) {
    const { signal } = options(given, ['signal']);
    const named = text(reference, '/reference');
    const handle = directories.of(this);
    return abortable(signal, nothing, async () => (await settled(() => handle.resolve(named))) ?? undefined);
  }

  resolveSync(reference) {
    return native(() => directories.of(this).resolveSync(text(reference, '/reference'))) ?? undefined;
  }

  async collect(digest, given) {
    const { signal } = options(given, ['signal']);
    const named = text(digest, '/digest');
    const handle = directories.of(this);
    return abortable(signal, nothing, async () => collected(await settled(() => handle.collect(named))));
  }

  collectSync(digest) {
    return collected(native(() => directories.of(this).collectSync(text(digest, '/digest'))));
  }
}

function opened(handle) {
  return directories.keep(Object.create(EvidenceDirectory.prototype), handle);
}

module.exports = { Evidence, EvidenceDirectory, evidences };

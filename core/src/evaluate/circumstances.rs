//! What scopes, weights and exceptions look at: names, the namespace, and the time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::reference::Reference;

/// The circumstances of one judgement.
pub(super) struct Circumstances<'a> {
    /// The names that are judged: that of an image, or those of all images of an object. Where a
    /// mirror takes a name's place, the mirror's.
    pub(super) images: &'a [Reference],
    /// Whether there is an image besides whose name cannot be read.
    pub(super) unreadable: bool,
    /// The kind of the object that is judged.
    pub(super) kind: Option<&'a str>,
    /// The namespace of the request.
    pub(super) namespace: Option<&'a str>,
    /// Its labels, where the caller knows them.
    pub(super) namespace_labels: Option<&'a BTreeMap<String, String>>,
    /// Those of the object's owner, likewise.
    pub(super) owner_labels: Option<&'a BTreeMap<String, String>>,
    /// The moment that is decided for.
    pub(super) now: Timestamp,
    /// The first moment after `now` at which a date that was looked at changes its meaning.
    pub(super) valid_until: Option<Timestamp>,
}

impl Circumstances<'_> {
    /// Notes a date at which the answer may change.
    pub(super) fn horizon(&mut self, date: Timestamp) {
        if date > self.now && self.valid_until.is_none_or(|until| date < until) {
            self.valid_until = Some(date);
        }
    }

    /// Whether `date` is past; notes it where it is not.
    pub(super) fn is_past(&mut self, date: Timestamp) -> bool {
        self.horizon(date);
        date <= self.now
    }
}

//! Faults of one document, collected before they are placed.

use crate::import::load::Work;
use crate::policy::{ForeignDocument, PolicyErrorKind as Kind};

#[derive(Debug, Default)]
pub(in crate::import) struct Faults(Vec<(Kind, String, String)>);

impl Faults {
    pub(in crate::import) fn add(&mut self, kind: Kind, path: &str, detail: String) {
        self.0.push((kind, path.to_owned(), detail));
    }

    /// A value that is not what its place asks for.
    pub(in crate::import) fn value(&mut self, path: &str, detail: String) {
        self.add(Kind::Value, path, detail);
    }

    /// A word that is not known in its place.
    pub(in crate::import) fn word(&mut self, path: &str, value: &str, known: &str) {
        self.value(path, format!("`{value}` is not known here; {known} is expected"));
    }

    /// None of these keys is there, and one has to be.
    pub(in crate::import) fn missing(&mut self, path: &str, keys: &[&str]) {
        let keys = keys.join("` or `");
        self.add(Kind::MissingKey, path, format!("the key `{keys}` is missing"));
    }

    /// Of these keys one has to be there, and none or several are.
    pub(in crate::import) fn one_of(&mut self, path: &str, keys: &[&str], several: bool) {
        let found = if several { "there are several" } else { "there is none" };
        let keys = keys.join("`, `");
        let kind = if several { Kind::Contradiction } else { Kind::MissingKey };
        self.add(kind, path, format!("exactly one of `{keys}` is expected, and {found}"));
    }

    /// Places them; whether there were none.
    pub(in crate::import) fn tell(self, document: &ForeignDocument<'_>, work: &mut Work) -> bool {
        let is_good = self.0.is_empty();
        for (kind, path, detail) in self.0 {
            work.errors.push(document.remark(kind, &path, detail, None));
        }
        is_good
    }
}

//! Authorities: each is one thing, its keys exist and can count, and no key speaks for two.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::{Report, keyless};
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::load::{PRIVATE_KEY, joined, suggestion};
use crate::policy::model::{Authority, ImagePolicy, Key, Name, Padding, Requirement, TrustRoot};

type Roots<'a> = [(usize, &'a TrustRoot)];

/// The times between which a key counts.
#[derive(Clone, Copy, Default)]
struct Window {
    not_before: Option<Timestamp>,
    not_after: Option<Timestamp>,
    compromised_at: Option<Timestamp>,
}

pub(super) fn check(policy: &ImagePolicy, roots: &Roots<'_>, report: &mut Report<'_>) {
    for (name, one) in &policy.spec.authorities {
        authority(&joined("spec.authorities", name.as_str()), one, roots, report);
    }
    for (position, rule) in policy.spec.rules.iter().enumerate() {
        for (place, require) in rule.family.requirements() {
            let path = format!("spec.rules[{position}].{}{place}", rule.family.name());
            requirement(&path, require, &policy.spec.authorities, roots, report);
        }
    }
}

pub(super) fn check_trust_root(root: &TrustRoot, report: &mut Report<'_>) {
    match &root.spec.sigstore {
        Some(sigstore) => keyless::check_root("spec.sigstore", sigstore, report),
        None if root.spec.keys.is_empty()
            && root.spec.revoked.is_empty()
            && root.spec.pki.is_none() =>
        {
            let detail = "one of `keys`, `sigstore`, `pki` and `revoked` is missing";
            report.add(Kind::MissingKey, "spec", detail);
        }
        None => {}
    }
    if let Some(pki) = &root.spec.pki {
        let texts = [
            ("roots", Some(&pki.roots)),
            ("intermediates", pki.intermediates.as_ref()),
            ("timestampAuthority", pki.timestamp_authority.as_ref()),
        ];
        for (name, text) in texts {
            text.inspect(|text| pem(&format!("spec.pki.{name}"), text, report));
        }
    }
    let mut seen = HashSet::new();
    for (position, revoked) in root.spec.revoked.iter().enumerate() {
        let path = format!("spec.revoked[{position}].key");
        if revoked.key.algorithm() != "sha256" {
            let detail = format!("the id of a key starts with `sha256:`, not `{}`", revoked.key);
            report.add(Kind::Value, path, detail);
        } else if !seen.insert(revoked.key) {
            report.add(Kind::Duplicate, path, "the key is in the list already");
        }
    }
    for (name, key) in &root.spec.keys {
        let path = joined("spec.keys", name.as_str());
        pem(&format!("{path}.pem"), &key.pem, report);
        let window = Window {
            not_before: key.not_before,
            not_after: key.not_after,
            compromised_at: key.compromised_at,
        };
        self::window(&path, window, report);
    }
}

pub(super) fn authority(
    path: &str,
    authority: &Authority,
    roots: &Roots<'_>,
    report: &mut Report<'_>,
) {
    let given: Vec<&str> = [
        ("key", authority.key.is_some()),
        ("keys", authority.keys.is_some()),
        ("keyless", authority.keyless.is_some()),
        ("verifier", authority.verifier.is_some()),
    ]
    .into_iter()
    .filter_map(|(key, is_there)| is_there.then_some(key))
    .collect();
    match given.as_slice() {
        [_] => {}
        [] => {
            let detail = "one of `key`, `keys`, `keyless` and `verifier` is missing";
            report.add(Kind::MissingKey, path, detail);
        }
        several => {
            let detail = format!("it has `{}`, and exactly one is expected", several.join("`, `"));
            report.add(Kind::Contradiction, path, detail);
        }
    }
    keyless::check(path, authority, roots, report);
    if let Some(one) = &authority.key {
        key(&format!("{path}.key"), one, roots, report);
    }
    let mut seen = HashSet::new();
    for (position, one) in authority.keys.iter().flat_map(|keys| &keys.0).enumerate() {
        let path = format!("{path}.keys[{position}]");
        key(&path, one, roots, report);
        // A key that changes its padding is twice in the list, once with each.
        if let Some(text) = key_text(one, roots)
            && !seen.insert((text, one.padding.unwrap_or(Padding::Pkcs1v15)))
        {
            report.add(Kind::Duplicate, path, "the key is in the list already");
        }
    }
}

fn key(path: &str, key: &Key, roots: &Roots<'_>, report: &mut Report<'_>) {
    let own = Window {
        not_before: key.not_before,
        not_after: key.not_after,
        compromised_at: key.compromised_at,
    };
    match (&key.pem, &key.trust_root, &key.name) {
        (Some(text), None, None) => pem(&format!("{path}.pem"), text, report),
        (None, Some(root), Some(name)) => {
            let both = named(path, root, name, roots, report).map(|named| own.and(named));
            window(path, both.unwrap_or(own), report);
            return;
        }
        (None, None, None) => {
            report.add(Kind::MissingKey, path, "`pem`, or `trustRoot` and `name`, is missing");
        }
        (None, Some(_), None) => {
            report.add(Kind::MissingKey, path, "`name` of the key in the trust root is missing");
        }
        (None, None, Some(_)) => {
            report.add(Kind::MissingKey, path, "`trustRoot` that holds the named key is missing");
        }
        (Some(_), ..) => {
            let detail = "it has `pem` beside `trustRoot` or `name`, and one way is expected";
            report.add(Kind::Contradiction, path, detail);
        }
    }
    window(path, own, report);
}

/// The window of a key in a trust root.
fn named(
    path: &str,
    root: &Name,
    name: &Name,
    roots: &Roots<'_>,
    report: &mut Report<'_>,
) -> Option<Window> {
    let Some((_, document)) = roots.iter().find(|(_, other)| other.metadata.name == *root) else {
        let help = suggestion(root.as_str(), roots.iter().map(|(_, r)| r.metadata.name.as_str()));
        let detail = format!("there is no `TrustRoot` `{root}`");
        report.add_help(Kind::Reference, format!("{path}.trustRoot"), detail, help);
        return None;
    };
    let Some(key) = document.spec.keys.get(name) else {
        let help = suggestion(name.as_str(), document.spec.keys.keys().map(Name::as_str));
        let detail = format!("the trust root `{root}` has no key `{name}`");
        report.add_help(Kind::Reference, format!("{path}.name"), detail, help);
        return None;
    };
    Some(Window {
        not_before: key.not_before,
        not_after: key.not_after,
        compromised_at: key.compromised_at,
    })
}

impl Window {
    /// The window in which both hold.
    fn and(self, other: Self) -> Self {
        let earlier = |a: Option<Timestamp>, b: Option<Timestamp>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self {
            not_before: self.not_before.max(other.not_before),
            not_after: earlier(self.not_after, other.not_after),
            compromised_at: earlier(self.compromised_at, other.compromised_at),
        }
    }
}

/// A window without a moment in it: the key could never count.
fn window(path: &str, window: Window, report: &mut Report<'_>) {
    let Some(start) = window.not_before else { return };
    for (key, end) in [("notAfter", window.not_after), ("compromisedAt", window.compromised_at)] {
        if let Some(end) = end
            && end <= start
        {
            let detail = format!(
                "`{key}` `{end}` is not after `notBefore` `{start}`, so the key never counts"
            );
            report.add(Kind::Contradiction, format!("{path}.{key}"), detail);
        }
    }
}

/// Only what needs no cryptography: whether the text is a public key is settled by who uses it.
fn pem(path: &str, text: &str, report: &mut Report<'_>) {
    if text.contains("PRIVATE KEY") {
        let detail = format!("this is a {PRIVATE_KEY}; a policy holds public keys alone");
        let help = "treat the key as disclosed, and replace it";
        report.add_help(Kind::Value, path, detail, Some(help.to_owned()));
    } else if !text.trim_start().starts_with("-----BEGIN ") {
        let detail = "this is not a key in PEM, which starts with `-----BEGIN PUBLIC KEY-----`";
        report.add(Kind::Value, path, detail);
    }
}

fn requirement(
    path: &str,
    require: &Requirement,
    authorities: &BTreeMap<Name, Authority>,
    roots: &Roots<'_>,
    report: &mut Report<'_>,
) {
    let list = match require {
        Requirement::AnyOf(_) => "anyOf",
        Requirement::AllOf(_) => "allOf",
        Requirement::AtLeast(..) => "of",
    };
    let mut seen = HashSet::new();
    let mut parties: HashSet<&Name> = HashSet::new();
    let mut keys: HashMap<String, (&Name, &Name)> = HashMap::new();
    for (position, name) in require.authorities().iter().enumerate() {
        let path = format!("{path}.{list}[{position}]");
        if !seen.insert(name) {
            report.add(Kind::Duplicate, path, format!("`{name}` is named twice"));
            continue;
        }
        let Some(authority) = authorities.get(name) else {
            let help = suggestion(name.as_str(), authorities.keys().map(Name::as_str));
            let detail = format!("there is no authority `{name}`");
            report.add_help(Kind::Reference, path, detail, help);
            continue;
        };
        let party = authority.party.as_ref().unwrap_or(name);
        parties.insert(party);
        for key in authority.key.iter().chain(authority.keys.iter().flat_map(|keys| &keys.0)) {
            let Some(text) = key_text(key, roots) else { continue };
            match keys.get(&text) {
                Some((other, of)) if *of != party => {
                    let detail =
                        format!("`{name}` and `{other}` are two parties with the same key");
                    report.add(Kind::Contradiction, &path, detail);
                }
                _ => {
                    keys.insert(text, (name, party));
                }
            }
        }
    }
    if let Requirement::AtLeast(count, _) = require
        && usize::try_from(*count).is_ok_and(|count| count > parties.len())
    {
        let detail = format!("`{count}` parties are asked for, and there are {}", parties.len());
        report.add(Kind::Contradiction, format!("{path}.atLeast"), detail);
    }
}

/// The key's text without white space, wherever it is written.
fn key_text(key: &Key, roots: &Roots<'_>) -> Option<String> {
    let pem = match (&key.pem, &key.trust_root, &key.name) {
        (Some(pem), ..) => pem,
        (None, Some(root), Some(name)) => {
            let (_, root) = roots.iter().find(|(_, other)| other.metadata.name == *root)?;
            &root.spec.keys.get(name)?.pem
        }
        _ => return None,
    };
    Some(pem.chars().filter(|c| !c.is_whitespace()).collect())
}
